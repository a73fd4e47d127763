import { bootstrapTokens } from '../../src/collectors/bootstrap-tokens.ts';
import { certificateRequests } from '../../src/collectors/certificate-requests.ts';
import { tokenSecrets } from '../../src/collectors/token-secrets.ts';
import { createKeys, requestPem } from '../../src/demo/pki.ts';
import { readCertificate } from '../../src/lib/x509.ts';
import { assert, describe } from '../helpers/describe.ts';
import { base64, makeCertificate, NOW } from '../helpers/kubeconfig-fixtures.ts';
import { alice, issuer } from '../helpers/kubeconfig-folder.ts';
import { no, stubApi } from '../helpers/stub-api.ts';

const keys = await createKeys();
const csr = base64(await requestPem({ commonName: 'bob', organizations: ['dev', '<b>'] }, keys));
const hostile = await makeCertificate({ cn: '<script>\n\u202e', o: ['../'] });

const NOTHING = { readBootstrapTokens: false, foreignAuthorizer: '' };
const secret = (namespace: string, name: string) => [
	{ origin: 'secret', path: '', line: 0, namespace, name, mode: null, ownerUid: null },
];
const blank = {
	certificate: null,
	issuance: null,
	plugin: '',
	exec: null,
	cloud: null,
	state: 'effective',
	lastUsed: null,
	invalidSince: null,
};
const CANARY = 'canary-that-nobody-may-see';
const denied = (source: string, permission: string) => ({
	source,
	code: 'forbidden',
	message: `HTTP 403: it is forbidden; grant "${permission}" to read it`,
	permission,
	subject: '',
});

describe('tokenSecrets', it => {
	const PATH = '/api/v1/secrets';
	const metadata = (labels = {}, annotations = {}) => ({
		uid: 'u',
		namespace: 'ci',
		name: 'deploy-token',
		creationTimestamp: '2026-01-01T00:00:00Z',
		labels,
		annotations: {
			'kubernetes.io/service-account.name': 'deploy',
			'kubernetes.io/service-account.uid': 'sa-1',
			...annotations,
		},
	});
	const expected = {
		...blank,
		uid: 'secret:u',
		kind: 'token_secret',
		username: 'system:serviceaccount:ci:deploy',
		groups: [],
		notBefore: NOW,
		notAfter: null,
		serviceAccount: { namespace: 'ci', name: 'deploy', uid: 'sa-1' },
		createdAt: NOW,
		locations: secret('ci', 'deploy-token'),
	};

	it('used, never used, quarantined, with labels of somebody else', async () => {
		const [used, invalid] = [
			'kubernetes.io/legacy-token-last-used',
			'kubernetes.io/legacy-token-invalid-since',
		];
		const api = stubApi({
			[PATH]: [
				{ metadata: metadata({ [used]: '2025-12-31' }) },
				{ metadata: metadata() },
				{ metadata: metadata({ [invalid]: '2025-12-31' }) },
				{ metadata: metadata({ [used]: 'yesterday' }) },
			],
		});
		assert.equal(await tokenSecrets.collect(api, NOTHING), {
			credentials: [
				{ ...expected, lastUsed: NOW - 86_400 },
				expected,
				{ ...expected, state: 'revoked', invalidSince: NOW - 86_400 },
				expected,
			],
			count: 4,
			gaps: [],
		});
		assert.equal(api.asked, [
			[`list ${PATH}`, { metadataOnly: true, fieldSelector: 'type=kubernetes.io/service-account-token' }],
		]);
	});

	it('a server that sends all of it :: nothing but what is known to be harmless is kept', async () => {
		const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': CANARY, note: CANARY };
		const managedFields = [{ manager: CANARY }];
		const whole = {
			metadata: { ...metadata({ [CANARY]: CANARY }, annotations), managedFields },
			data: { token: CANARY },
			stringData: { token: CANARY },
		};
		const found = await tokenSecrets.collect(stubApi({ [PATH]: [whole] }), NOTHING);
		assert.equal(found.credentials, [expected]);
		assert.not.match(JSON.stringify(found), CANARY);
	});

	it('forbidden, hostile', async () => {
		assert.equal(await tokenSecrets.collect(stubApi({ [PATH]: no('it') }), NOTHING), {
			credentials: [],
			count: 0,
			gaps: [denied('token_secrets', 'list secrets')],
		});
		const found = await tokenSecrets.collect(
			stubApi({ [PATH]: [null, { metadata: { labels: 1 } }] }),
			NOTHING,
		);
		const empty = {
			...expected,
			uid: 'secret:',
			username: '',
			notBefore: null,
			createdAt: null,
			serviceAccount: { namespace: '', name: '', uid: '' },
			locations: secret('', ''),
		};
		assert.equal(found.credentials, [empty, empty]);
	});
});

describe('bootstrapTokens', it => {
	const PATH = '/api/v1/namespaces/kube-system/secrets';
	const object = (name: string, uid = name) => ({
		metadata: {
			uid,
			namespace: 'kube-system',
			name,
			creationTimestamp: '2026-01-01T00:00:00Z',
			annotations: { a: CANARY },
		},
	});
	const expected = (name: string, username: string, notAfter: number | null) => ({
		...blank,
		uid: `secret:${name}`,
		kind: 'bootstrap_token',
		username,
		groups: ['system:bootstrappers'],
		notBefore: NOW,
		notAfter,
		serviceAccount: null,
		createdAt: NOW,
		locations: secret('kube-system', name),
	});
	const token = expected('bootstrap-token-4nq8wd', 'system:bootstrap:4nq8wd', null);

	it('without the flag :: no Secret is read, and the end date is a gap of the token', async () => {
		const api = stubApi({ [PATH]: [object('bootstrap-token-4nq8wd'), object('odd')] });
		const message =
			'the end date of a bootstrap token lies inside its Secret; --read-bootstrap-tokens reads it';
		const gap = (uid: string) => ({
			source: 'bootstrap_tokens',
			code: 'not_configured',
			message,
			permission: '',
			subject: uid,
		});
		assert.equal(await bootstrapTokens.collect(api, NOTHING), {
			credentials: [token, expected('odd', '', null)],
			count: 2,
			gaps: [gap(token.uid), gap('secret:odd')],
		});
		assert.equal(api.asked, [
			[`list ${PATH}`, { metadataOnly: true, fieldSelector: 'type=bootstrap.kubernetes.io/token' }],
		]);
	});

	it('with the flag :: the date, none, nonsense, forbidden, each for its own token', async () => {
		const data = (expiration?: unknown) => ({ data: { 'token-secret': base64(CANARY), expiration } });
		const names = ['bootstrap-token-4nq8wd', 'none', 'bad', 'no', '../x'];
		const api = stubApi({
			[PATH]: names.map(name => object(name)),
			[`${PATH}/bootstrap-token-4nq8wd`]: data(base64('2026-01-01T02:00:00+01:00')),
			[`${PATH}/none`]: data(),
			[`${PATH}/bad`]: data(base64(CANARY)),
			[`${PATH}/no`]: no('it'),
			[`${PATH}/..%2Fx`]: data(base64('2026-01-01T00:00:00Z')),
		});
		const found = await bootstrapTokens.collect(api, { ...NOTHING, readBootstrapTokens: true });
		assert.equal(found, {
			credentials: [
				{ ...token, notAfter: NOW + 3600 },
				expected('none', '', null),
				expected('bad', '', null),
				expected('no', '', null),
				expected('../x', '', NOW),
			],
			count: 5,
			gaps: [
				{
					source: 'bootstrap_tokens',
					code: 'partial',
					message: 'the expiration of a bootstrap token is no RFC 3339 date',
					permission: '',
					subject: 'secret:bad',
				},
				{ ...denied('bootstrap_tokens', 'get secrets in namespace kube-system'), subject: 'secret:no' },
			],
		});
		assert.not.match(JSON.stringify(found), CANARY);
	});

	it('forbidden', async () =>
		assert.equal(await bootstrapTokens.collect(stubApi({ [PATH]: no('it') }), NOTHING), {
			credentials: [],
			count: 0,
			gaps: [denied('bootstrap_tokens', 'list secrets in namespace kube-system')],
		}));
});

describe('certificateRequests', it => {
	const PATH = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
	const collect = (items: unknown) => certificateRequests.collect(stubApi({ [PATH]: items }), NOTHING);
	const object = (name: string, spec: object, status: object = {}) => ({
		metadata: { uid: `uid-${name}`, name, creationTimestamp: '2026-01-01T00:00:00Z' },
		spec: {
			usages: ['digital signature', 'client auth'],
			signerName: 'kubernetes.io/kube-apiserver-client',
			username: 'ann',
			...spec,
		},
		status,
	});
	const approved = { conditions: [{ type: 'Approved', reason: 'x' }] };
	const issuance = {
		signerName: 'kubernetes.io/kube-apiserver-client',
		requester: 'ann',
		requesterCredentialIds: [],
		approver: '',
		decision: 'approved',
		expirationSeconds: null,
	};
	const locations = (name: string) => [
		{ origin: 'csr', path: '', line: 0, namespace: '', name, mode: null, ownerUid: null },
	];
	const common = {
		kind: 'client_certificate',
		serviceAccount: null,
		lastUsed: null,
		invalidSince: null,
		createdAt: NOW,
		plugin: '',
		exec: null,
		cloud: null,
	};
	const issued = (pem: string, name: string) => {
		const {
			commonName,
			organizations,
			subject: __,
			notBefore,
			notAfter,
			isCertificateAuthority: _,
			...certificate
		} = readCertificate(pem);
		return {
			...common,
			uid: `x509:${certificate.sha256}`,
			state: 'effective',
			username: commonName,
			groups: organizations,
			notBefore,
			notAfter,
			certificate,
			issuance,
			locations: locations(name),
		};
	};
	const pending = (name: string, decision: string) => ({
		...common,
		uid: `csr:uid-${name}`,
		state: 'not_issued',
		username: 'bob',
		groups: ['dev', '<b>'],
		notBefore: null,
		notAfter: null,
		certificate: null,
		issuance: { ...issuance, decision },
		locations: locations(name),
	});

	it('issued :: who asked with which credential, the first of a chain', async () => {
		const extra = { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab', 7], other: ['x'] };
		const { credentials, gaps } = await collect([
			object(
				'a',
				{ extra, expirationSeconds: 600 },
				{ ...approved, certificate: base64(alice.pem + issuer.pem) },
			),
			object('b', { usages: ['any'] }, { ...approved, certificate: base64(hostile.pem) }),
		]);
		assert.equal(credentials, [
			{
				...issued(alice.pem, 'a'),
				issuance: { ...issuance, requesterCredentialIds: ['X509SHA256=ab'], expirationSeconds: 600 },
			},
			issued(hostile.pem, 'b'),
		]);
		assert.equal(
			credentials?.map(({ username, groups }) => [username, groups]),
			[
				['alice', ['dev', 'ops']],
				['<script>\n\u202e', ['../']],
			],
		);
		assert.equal(gaps, []);
	});

	it('pending, denied, failed, approved and not yet issued', async () => {
		const after = (...types: string[]) => ({ conditions: types.map(type => ({ type })) });
		const { credentials, count } = await collect([
			object('p', { request: csr }),
			object('d', { request: csr }, after('Approved', 'Denied')),
			object('f', { request: csr }, after('Approved', 'Failed')),
			object('w', { request: csr }, after('Approved')),
		]);
		assert.equal(credentials, [
			pending('p', 'pending'),
			pending('d', 'denied'),
			pending('f', 'failed'),
			pending('w', 'approved'),
		]);
		assert.is(count, 4);
	});

	it('serving certificates are no client’s', async () =>
		assert.equal(
			await collect([
				object('s', { usages: ['server auth', 'digital signature'] }, { certificate: base64(alice.pem) }),
				object('t', { usages: null }),
			]),
			{
				credentials: [],
				count: 0,
				gaps: [],
			},
		));

	it('malformed :: a gap of its own, whatever is in it', async () => {
		const malformed = (name: string) => ({
			source: 'certificate_requests',
			code: 'partial',
			message: `the certificate or request inside CertificateSigningRequest ${JSON.stringify(name)} cannot be parsed`,
			permission: '',
			subject: `csr:uid-${name}`,
		});
		const garbled = base64('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
		assert.equal(
			await collect([
				object('none', {}),
				object('garbled', { request: csr }, { certificate: garbled }),
				object('text', { request: csr }, { certificate: base64(CANARY) }),
				object('key', { request: csr }, { certificate: base64(alice.keyPem) }),
				object('good', { request: csr }, { certificate: base64(alice.pem), ...approved }),
			]),
			{
				credentials: [issued(alice.pem, 'good')],
				count: 1,
				gaps: ['none', 'garbled', 'text', 'key'].map(malformed),
			},
		);
	});

	it('a hostile name in a gap :: one line, cut', async () => {
		const [gap] = (await collect([object(`\u202e\n${'x'.repeat(10_000)}`, {})])).gaps;
		assert.match(
			gap?.message ?? '',
			/^the certificate or request inside CertificateSigningRequest "\\u\{202e\}\\u\{a\}x+…x+" cannot be parsed$/,
		);
		assert.ok((gap?.message.length ?? 0) < 300);
	});

	it('forbidden', async () =>
		assert.equal(await collect(no('it')), {
			credentials: [],
			count: 0,
			gaps: [denied('certificate_requests', 'list certificatesigningrequests.certificates.k8s.io')],
		}));
});
