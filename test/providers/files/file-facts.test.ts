import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCertificate } from '../../../src/lib/x509.ts';
import { readKubeconfigFile } from '../../../src/providers/files/file-facts.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { base64, jwt, NOW } from '../../helpers/kubeconfig-fixtures.ts';
import {
	account,
	alice,
	boundClaims,
	credential,
	endpoints,
	inFolder,
	issuer,
	legacyClaims,
	oneUser,
	place,
	secret,
	userFacts,
	withoutUid,
} from '../../helpers/kubeconfig-folder.ts';

describe('readKubeconfigFile', it => {
	it('client certificate :: inline, the first of a chain', async () => {
		const { credentials, gaps } = await userFacts(
			`{client-certificate-data: ${base64(alice.pem + issuer.pem)}, client-key-data: ${base64(alice.keyPem)}}`,
		);
		const {
			commonName: _,
			organizations: __,
			subject: ___,
			isCertificateAuthority: ____,
			...facts
		} = readCertificate(alice.pem);
		const { notBefore, notAfter, ...certificate } = facts;
		assert.equal(gaps, []);
		assert.equal(credentials, [
			credential({
				uid: `x509:${certificate.sha256}`,
				kind: 'client_certificate',
				state: 'effective',
				username: 'alice',
				groups: ['dev', 'ops'],
				notBefore,
				notAfter,
				certificate,
			}),
		]);
	});

	it('client certificate :: by path, with the place of its key', async () => {
		const { credentials, gaps } = await userFacts('{client-certificate: pki/a.pem, client-key: pki/a.key}', {
			'pki/a.pem': alice.pem,
			'pki/a.key': alice.keyPem,
		});
		assert.equal(gaps, []);
		assert.equal(
			credentials.map(c => [c.username, c.locations]),
			[['alice', [place(), place('DIR/pki/a.key', 1)]]],
		);
	});

	for (const [title, user, message] of [
		[
			'private key',
			`{client-certificate-data: ${base64(alice.keyPem)}}`,
			'client-certificate-data holds a private key where a certificate belongs',
		],
		['missing file', '{client-certificate: gone.pem}', 'client-certificate DIR/gone.pem does not exist'],
		['a device', '{client-certificate: /dev/zero}', 'client-certificate /dev/zero is not a regular file'],
		[
			'garbage',
			'{client-certificate-data: "%%%"}',
			'client-certificate-data is not base64, so it may have been cut off or edited',
		],
	] as const) {
		it(`client certificate that cannot be read is a gap :: ${title}`, async () => {
			const { credentials, gaps } = await userFacts(user);
			assert.equal(credentials.map(withoutUid), [credential({ kind: 'client_certificate' })]);
			assert.equal(gaps, [
				{
					source: 'kubeconfig',
					code: 'partial',
					message: `DIR/config:4: ${message}`,
					permission: '',
					subject: credentials[0]?.uid,
				},
			]);
		});
	}

	it('token :: bound to a service account', async () => {
		const { credentials, gaps } = await userFacts(`{token: ${jwt(boundClaims)}}`);
		assert.equal(gaps, []);
		assert.equal(credentials.map(withoutUid), [
			credential({
				kind: 'bound_token',
				state: 'effective',
				username: 'system:serviceaccount:ci:deploy',
				notBefore: NOW - 60,
				notAfter: NOW + 60,
				createdAt: NOW - 60,
				serviceAccount: account,
			}),
		]);
	});

	it('token :: of a Secret, by file', async () => {
		const { credentials } = await userFacts('{tokenFile: t}', { t: `${jwt(legacyClaims)}\n` });
		assert.equal(credentials.map(withoutUid), [
			credential({
				kind: 'token_secret',
				state: 'effective',
				username: 'system:serviceaccount:ci:deploy',
				serviceAccount: account,
				locations: [place(), place('DIR/t', 1), { ...secret, namespace: 'ci', name: 'deploy-token' }],
			}),
		]);
	});

	it('token :: OpenID Connect, without an end, unreadable end', async () => {
		const kinds = async (claims: object) => {
			const { credentials, gaps } = await userFacts(`{token: ${jwt(claims)}}`);
			return [credentials.map(c => [c.kind, c.username, c.notAfter]), gaps.map(gap => gap.message)];
		};
		assert.equal(
			[
				await kinds({ iss: 'https://idp', sub: 'bob', exp: NOW }),
				await kinds({ sub: 'bob' }),
				await kinds({ sub: 'bob', exp: 'never' }),
			],
			[
				[[['bound_token', 'bob', NOW]], []],
				[[['static_token', 'bob', null]], []],
				[[['bound_token', 'bob', null]], ['DIR/config:4: exp of the token cannot be read']],
			],
		);
	});

	it('token :: bootstrap, by its id alone', async () => {
		const { credentials, gaps } = await userFacts('{token: abcdef.0123456789abcdef}');
		assert.equal(credentials.map(withoutUid), [
			credential({
				kind: 'bootstrap_token',
				username: 'system:bootstrap:abcdef',
				groups: ['system:bootstrappers'],
				locations: [place(), { ...secret, namespace: 'kube-system', name: 'bootstrap-token-abcdef' }],
			}),
		]);
		assert.equal(
			gaps.map(gap => [gap.source, gap.code, gap.subject]),
			[['bootstrap_tokens', 'not_configured', credentials[0]?.uid]],
		);
	});

	it('token :: another one at the same place is another credential, where it says of itself which it is', async () =>
		inFolder({}, async dir => {
			const uid = (user: string) => {
				writeFileSync(join(dir, 'config'), oneUser(user));
				return readKubeconfigFile(join(dir, 'config')).endpoints[0]?.credentials[0]?.uid ?? '';
			};
			const uids = [
				`{token: ${jwt(boundClaims)}}`,
				`{token: ${jwt({ ...boundClaims, exp: NOW + 7 * 365 * 86_400 })}}`,
				`{token: ${jwt({ ...boundClaims, jti: '1' })}}`,
				`{token: ${jwt(boundClaims, 'signed-anew')}}`,
				'{token: abcdef.0123456789abcdef}',
				'{token: fedcba.0123456789abcdef}',
				'{token: hunter22}',
				'{token: hunter23}',
			].map(uid);
			const [first, longer, named, resigned, bootstrap, other, opaque, next] = uids;
			assert.equal([resigned, next], [first, opaque]);
			assert.is(new Set([first, longer, named, bootstrap, other, opaque]).size, 6);
			assert.equal(
				uids.map(text => text.split(':')[0]),
				['jwt', 'jwt', 'jwt', 'jwt', 'bootstrap', 'bootstrap', 'kubeconfig', 'kubeconfig'],
			);
		}));

	it('token file that is missing', async () => {
		const { credentials, gaps } = await userFacts('{tokenFile: gone}');
		assert.equal(
			[credentials, gaps.map(gap => gap.message)],
			[[], ['DIR/config:4: tokenFile cannot be read']],
		);
	});

	it('every other way to log in, several in one block', async () => {
		const { credentials } = await userFacts(
			'{token: abc, username: bob, password: pw, exec: {command: aws, args: [x]}, auth-provider: {name: gcp}}',
		);
		assert.equal(credentials.map(withoutUid), [
			credential({ kind: 'static_token' }),
			credential({ kind: 'basic_auth', username: 'bob' }),
			credential({
				kind: 'exec_plugin',
				plugin: 'aws',
				exec: { form: 'bare', apiVersion: '', environmentNames: [] },
			}),
			credential({ kind: 'auth_provider', plugin: 'gcp' }),
		]);
		assert.is(new Set(credentials.map(c => c.uid)).size, 4);
	});

	it('exec plugins :: by which kind of path, in what version, with the names of their variables alone', async () => {
		const forms = [];
		for (const command of [
			'aws',
			'/bin/aws',
			'bin/aws',
			'./aws',
			'../aws',
			'C:\\aws',
			'C:/aws',
			'\\\\h\\aws',
			'bin\\aws',
		])
			forms.push((await userFacts(`{exec: {command: '${command}'}}`)).credentials[0]?.exec?.form);
		assert.equal(forms, [
			'bare',
			'absolute',
			'relative',
			'relative',
			'relative',
			'absolute',
			'absolute',
			'absolute',
			'relative',
		]);
		const block =
			'{apiVersion: x/v1, command: a, args: [s3cr3t], env: [{name: B, value: s3cr3t}, {name: A, value: ""}]}';
		const { credentials } = await userFacts(`{exec: ${block}}`);
		assert.equal(credentials[0]?.exec, { form: 'bare', apiVersion: 'x/v1', environmentNames: ['B', 'A'] });
	});

	it('connections :: how each is verified, and where it stands', async () => {
		const found = await endpoints(`clusters:
- {name: a, cluster: {server: "https://a", certificate-authority-data: ${base64(issuer.pem)}}}
- {name: b, cluster: {server: "https://b", insecure-skip-tls-verify: true}}
- {name: c, cluster: {server: "http://c"}}
- {name: d, cluster: {server: "https://d"}}
- {name: e, cluster: {certificate-authority: gone.pem}}`);
		assert.equal(
			found.flatMap(e => e.connections).map(c => [c.name, c.server, c.verification, c.location.line]),
			[
				['a', 'https://a', 'verified', 2],
				['b', 'https://b', 'skipped', 3],
				['c', 'http://c', 'plain_http', 4],
				['d', 'https://d', 'system_roots', 5],
			],
		);
		const { sha256, subject, notAfter } = readCertificate(issuer.pem);
		assert.equal(found[0]?.certificateAuthorities, [{ sha256, subject, notAfter }]);
		assert.equal(
			found.flatMap(e => e.gaps).map(gap => gap.message),
			[
				'DIR/config:6: certificate-authority DIR/gone.pem does not exist',
				'DIR/config:6: server is missing or no http(s) URL',
			],
		);
	});

	it('users go where their contexts lead, or stay with the file', async () => {
		const found =
			await endpoints(`clusters: [{name: a, cluster: {server: "https://a/"}}, {name: b, cluster: {server: "https://b"}}]
users:
- {name: both, user: {token: t}}
- {name: none, user: {token: t}}
- {name: lost, user: {token: t}}
- {name: lost, user: {token: t}}
contexts:
- {name: 1, context: {cluster: a, user: both}}
- {name: 2, context: {cluster: b, user: both}}
- {name: 3, context: {cluster: a, user: ghost}}
- {name: 4, context: {cluster: gone, user: lost}}`);
		assert.equal(
			found.map(e => [
				e.name,
				e.contexts,
				e.credentials.map(c => c.locations[0]?.line),
				e.gaps.map(g => g.message),
			]),
			[
				[
					'a',
					['DIR/config#1', 'DIR/config#3'],
					[3],
					['DIR/config:10: the context names a user that the file lacks'],
				],
				['b', ['DIR/config#2'], [3], []],
				['DIR/config', [], [4, 5, 6], ['DIR/config:11: the context names a cluster that the file lacks']],
			],
		);
		assert.is(new Set(found.flatMap(e => e.credentials.map(c => c.uid))).size, 4);
	});

	it('mode and owner are those of the file behind a link', () =>
		inFolder({ real: oneUser('{token: t}') }, dir => {
			chmodSync(join(dir, 'real'), 0o644);
			symlinkSync('real', join(dir, 'link'));
			const [endpoint] = readKubeconfigFile(join(dir, 'link')).endpoints;
			assert.equal(endpoint?.credentials[0]?.locations, [{ ...place(join(dir, 'link')), mode: 0o644 }]);
		}));

	it('hostile names stay data', async () => {
		const name = `<script>../\u001b[2J\u202e\n${'x'.repeat(10_000)}`;
		const quoted = JSON.stringify(name);
		const found = await endpoints(
			`{"clusters":[{"name":${quoted},"cluster":{"server":"javascript:alert(1)"}}],
"contexts":[{"name":${quoted},"context":{"cluster":${quoted},"user":${quoted}}}],
"users":[{"name":${quoted},"user":{"username":${quoted}}}]}`,
		);
		assert.equal(
			found.map(e => [e.server, e.contexts, e.credentials.map(c => [c.username, c.locations[0]?.name])]),
			[['', [`DIR/config#${name}`], [[name, name]]]],
		);
	});

	it('no secret of any kind is in the facts', async () => {
		const marks = [
			'tok-4f1d9c',
			'pw-4f1d9c',
			'arg-4f1d9c',
			'env-4f1d9c',
			'cfg-4f1d9c',
			'url-4f1d9c',
			'c2lnLTRmMWQ5Yw',
		];
		const text = `clusters: [{name: k, cluster: {server: "https://x:url-4f1d9c@h/?k=url-4f1d9c", proxy-url: "http://x:url-4f1d9c@p"}}]
contexts: [{name: c, context: {cluster: k, user: u}}]
users:
- name: u
  user:
    client-certificate-data: ${base64(alice.pem + alice.keyPem)}
    client-key-data: ${base64(alice.keyPem)}
    token: tok-4f1d9c
    tokenFile: t
    username: bob
    password: pw-4f1d9c
    exec: {command: aws, args: [arg-4f1d9c], env: [{name: A, value: env-4f1d9c}]}
    auth-provider: {name: oidc, config: {id-token: cfg-4f1d9c}}
- {name: v, user: {client-certificate-data: tok-4f1d9c, client-key: key}}
- {name: w, user: {client-certificate: key, token: abcdef.0123456789abcdef}}`;
		const found = await endpoints(text, { t: jwt(legacyClaims, 'c2lnLTRmMWQ5Yw'), key: alice.keyPem });
		const facts = JSON.stringify(found);
		const keyLine = alice.keyPem.split('\n')[1] ?? '';
		const secrets = [
			...marks,
			keyLine,
			base64(keyLine),
			'0123456789abcdef',
			jwt(legacyClaims).split('.')[1] ?? '',
		];
		assert.is(found.flatMap(e => e.credentials).length, 9);
		assert.equal(
			secrets.filter(mark => facts.includes(mark)),
			[],
		);
	});
});
