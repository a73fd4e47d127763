import { MAX_KUBECONFIG_BYTES, parseKubeconfig } from '../../src/lib/kubeconfig.ts';
import { contextProblems } from '../../src/lib/kubeconfig-problems.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';
import { base64, makeCertificate, NOW } from '../helpers/kubeconfig-fixtures.ts';

const parse = (text: string) => parseKubeconfig('dir/config', text);

/** The message of the error, without the file's name. */
function refusal(text: string): string {
	try {
		parse(text);
	} catch (error) {
		if (!(error instanceof ScanError)) throw error;
		assert.is(error.code, 'KUBECONFIG_INVALID');
		assert.ok(error.hint);
		return error.message.replace('kubeconfig dir/config: ', '');
	}
	return 'parsed';
}

const MINIMAL = `apiVersion: v1
kind: Config
current-context: c
clusters:
- name: k
  cluster: {server: "https://bob:pw@Example.com:443/?t=1"}
users:
- name: u
  user:
    token: s3cr3t-s3cr3t
contexts:
- name: c
  context: {cluster: k, user: u, namespace: n}
`;

const minimal = {
	path: 'dir/config',
	currentContext: 'c',
	clusters: [
		{
			name: 'k',
			line: 5,
			server: 'https://example.com',
			certificateAuthority: { kind: 'none' },
			isVerificationSkipped: false,
			tlsServerName: '',
			proxyUrl: '',
		},
	],
	users: [
		{
			name: 'u',
			line: 8,
			clientCertificate: { kind: 'none' },
			clientKey: { kind: 'none' },
			token: { kind: 'opaque' },
			tokenFile: '',
			basicAuth: null,
			exec: null,
			authProvider: '',
		},
	],
	contexts: [{ name: 'c', line: 12, cluster: 'k', user: 'u', namespace: 'n' }],
};

describe('parseKubeconfig', it => {
	it('reads every block with its line, without secrets', () => assert.equal(parse(MINIMAL), minimal));

	it('reads Windows line ends, a byte order mark and a closing document mark', () =>
		assert.equal(parse(`\ufeff${MINIMAL.replaceAll('\n', '\r\n')}---\r\n`), minimal));

	it('reads JSON', () => {
		const { clusters, users } = parse(
			'{"kind":"Config",\n"users":[\n{"name":"u","user":{"username":"bob","password":"hunter22"}}]}',
		);
		assert.equal([clusters, users[0]?.line, users[0]?.basicAuth], [[], 3, { username: 'bob' }]);
	});

	it('resolves paths against the folder of the file, and prefers data', () => {
		const [user] = parse(`users:
- name: u
  user: {client-certificate: c.pem, client-key: /k.pem, client-key-data: AA==, tokenFile: ../t}`).users;
		assert.equal(
			[user?.clientCertificate, user?.clientKey, user?.tokenFile],
			[{ kind: 'file', path: 'dir/c.pem' }, { kind: 'inline' }, 't'],
		);
	});

	it('keeps names and counts of an exec plugin, never values', () => {
		const [user] = parse(`users:
- name: u
  user:
    exec: {apiVersion: v1, command: aws, args: [a, --token=hunter22], env: [{name: K, value: hunter22}]}
- {name: p, user: {auth-provider: {name: oidc, config: {id-token: hunter22}}}}`).users;
		assert.equal(user?.exec, { apiVersion: 'v1', command: 'aws', argumentCount: 2, envNames: ['K'] });
	});

	it('follows aliases without multiplying them', () => {
		const bomb = Array.from({ length: 40 }, (_, i) => `x${i}: &x${i} [${`*x${i - 1},`.repeat(10)}]`);
		bomb[0] = 'x0: &x0 [1]';
		const { clusters } = parse(`${bomb.join('\n')}
clusters: [{name: a, cluster: &c {server: "https://h"}}, {name: b, cluster: *c}]`);
		assert.equal(
			clusters.map(c => c.server),
			['https://h', 'https://h'],
		);
	});

	it('keeps all blocks of one name and names of any form', () => {
		const name = `<script>../\\n\\u202e${'x'.repeat(10_000)}`;
		const { users } = parse(`users: [{name: "${name}"}, {name: 1e3}, {name: 1e3}, {user: null}]`);
		assert.equal(
			users.map(u => u.name),
			[`<script>../\n\u202e${'x'.repeat(10_000)}`, '1e3', '1e3', ''],
		);
	});

	for (const [title, text, message] of [
		['empty', '', 'line 1: the file is empty'],
		['only comments', '# nothing\n---\n', 'line 1: the file is empty'],
		['binary', 'kind: Config\n\u0000\u0001\u0002', 'line 2: binary data or not UTF-8'],
		['not UTF-8', 'kind: \ufffd', 'line 1: binary data or not UTF-8'],
		[
			'truncated',
			'users:\n- name: u\n  user: {token: "s3cr',
			'line 3: not valid YAML (a quote, bracket or colon is missing)',
		],
		[
			'truncated JSON',
			'{"kind":"Config",\n"users":[',
			'line 2: not valid YAML (the indentation does not fit, or a bracket is missing)',
		],
		['broken beside a secret', 'users:\n- "hunter22" hunter22', 'line 2: not valid YAML (unexpected token)'],
		['no map', 'hunter22', 'line 1: the file is not a map'],
		['another kind', 'apiVersion: v1\nkind: Secret\n', 'line 2: kind is not Config: this is no kubeconfig'],
		['another version', 'apiVersion: v2\n', 'line 1: apiVersion is not v1'],
		[
			'no lists',
			'apiVersion: v1\nkind: Config\n',
			'line 1: no clusters, users or contexts: this is no kubeconfig',
		],
		['two documents', 'users: []\n---\nusers: []\n', 'line 3: a second YAML document begins'],
		['list that is a map', 'users:\n  u: {}\n', 'line 2: users is not a list'],
		['entry that is a text', 'users:\n- a\n', 'line 2: an entry of users is not a map'],
		['token that is a map', 'users:\n- name: u\n  user:\n    token: {a: b}\n', 'line 4: token is not a text'],
		['field given twice', 'users: []\nkind: Config\nusers: []\n', 'line 3: the file has a field twice'],
		['alias without anchor', 'users: *u\n', 'line 1: an alias without its anchor'],
		['nested too deeply', `users: ${'['.repeat(100_000)}`, 'line 1: not valid YAML (nested too deeply)'],
		['endless list', `users: [${'a,'.repeat(600_000)}]`, 'line 1: too many values for a kubeconfig'],
		['over the limit', ' '.repeat(MAX_KUBECONFIG_BYTES + 1), 'over the limit of 10 MB'],
	] as const) {
		it(`refuses :: ${title}`, () => assert.is(refusal(text), message));
	}
});

const { pem, keyPem } = await makeCertificate({ cn: 'alice' });
const expired = await makeCertificate({ cn: 'old' }, { notAfter: NOW - 10 });

/** Problems of a file with this cluster and user, as `fatal|note line: message`. */
function problems(cluster: string, user = '{token: a}', context = '{cluster: k, user: u}'): string[] {
	const kubeconfig = parse(`clusters:
- {name: k, cluster: ${cluster}}
users:
- {name: u, user: ${user}}
contexts:
- {name: c, context: ${context}}`);
	const readText = (path: string) => {
		if (path === 'dir/key.pem') return keyPem;
		throw Object.assign(new Error('hunter22'), { code: 'ENOENT' });
	};
	return contextProblems(kubeconfig, 'c', readText, NOW).map(
		p => `${p.isFatal ? 'fatal' : 'note'} ${p.line}: ${p.message}`,
	);
}

const OK = '{server: "https://h"}';

describe('contextProblems', it => {
	it('none', () =>
		assert.equal(problems(`{server: "https://h", certificate-authority-data: ${base64(pem)}}`), []));

	it('dangling context', () =>
		assert.equal(problems(OK, '{}', '{cluster: gone}'), [
			'fatal 6: the context names a cluster that the file lacks',
			'fatal 6: the context names no user',
		]));

	it('context that is not there', () =>
		assert.equal(
			contextProblems(parse('users: []'), 'c', () => '', NOW),
			[
				{
					context: 'c',
					line: 1,
					message: 'the file has no such context',
					hint: 'kubectl config get-contexts lists them',
					isFatal: true,
				},
			],
		));

	it('two blocks of one name', () => {
		const text = `clusters:
- {name: k, cluster: ${OK}}
- {name: k, cluster: ${OK}}
users: [{name: u}]
contexts: [{name: c, context: {cluster: k, user: u}}]`;
		assert.equal(
			contextProblems(parse(text), 'c', () => '', NOW).map(p => [p.isFatal, p.line]),
			[[false, 3]],
		);
	});

	it('server that is no URL, or another scheme', () =>
		assert.equal(
			['{}', '{server: "ftp://h"}', '{server: "http://[bad"}'].map(c => problems(c)),
			Array(3).fill(['fatal 2: server is missing or no http(s) URL']),
		));

	for (const [title, value, message] of [
		['private key', base64(keyPem), 'holds a private key where a certificate belongs'],
		['not base64', '"***"', 'is not base64, so it may have been cut off or edited'],
		['cut off', base64(pem.slice(0, 100)), 'holds a certificate that is cut off'],
		['no PEM', base64('hunter22'), 'holds no PEM certificate'],
		['blank', base64(' '), 'is empty'],
		[
			'garbage inside the PEM',
			base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
			'holds a certificate that cannot be parsed',
		],
	] as const) {
		it(`certificate :: ${title}`, () =>
			assert.equal(problems(`{server: "https://h", certificate-authority-data: ${value}}`), [
				`fatal 2: certificate-authority-data ${message}`,
			]));
	}

	it('certificate authority :: expired', () =>
		assert.equal(problems(`{server: "https://h", certificate-authority-data: ${base64(expired.pem)}}`), [
			'note 2: certificate-authority expired at 2025-12-31T23:59:50Z, so the server cannot be verified',
		]));

	it('certificate authority :: one of a bundle still valid', () =>
		assert.equal(
			problems(`{server: "https://h", certificate-authority-data: ${base64(expired.pem + pem)}}`),
			[],
		));

	it('client certificate :: missing file, no key', () =>
		assert.equal(problems(OK, '{client-certificate: gone.pem}'), [
			'fatal 4: client-certificate dir/gone.pem does not exist',
			'fatal 4: client-certificate has no client-key',
		]));

	it('client certificate :: several in one PEM', () =>
		assert.equal(
			problems(OK, `{client-certificate-data: ${base64(`${pem}\n${expired.pem}`)}, client-key: key.pem}`),
			[
				"note 4: client-certificate holds 2 certificates; the first is taken as the client's, the others as its chain",
			],
		));

	it('files and plugins that are missing', () =>
		assert.equal(problems(OK, '{tokenFile: t, client-key: k, exec: {apiVersion: v1}}'), [
			'fatal 4: client-key dir/k does not exist',
			'fatal 4: tokenFile dir/t does not exist',
			'fatal 4: exec names no command',
		]));
});
