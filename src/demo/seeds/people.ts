import type { PersonSeed } from './seed.ts';

/** Kubeconfig files as they lie on laptops, build machines and a shared drive. */
export const people: PersonSeed[] = [
	// In order: the identity provider answers every call, and the file holds no secret.
	{
		file: 'lena-fischer.kubeconfig',
		mode: 0o600,
		user: 'lena.fischer@payments.example',
		access: {
			kind: 'fleet',
			cluster: 'payments-prod',
			verification: 'ca',
			login: {
				kind: 'exec',
				command: 'kubectl',
				args: ['oidc-login', 'get-token', '--oidc-issuer-url=https://login.payments.example'],
			},
		},
	},
	// The same certificate as its CertificateSigningRequest: one credential in two places.
	{
		file: 'ravi-menon.kubeconfig',
		mode: 0o600,
		user: 'ravi.menon',
		access: {
			kind: 'fleet',
			cluster: 'payments-prod',
			verification: 'ca',
			login: { kind: 'request', name: 'ravi-menon-laptop' },
		},
	},
	// credential/expired
	{
		file: 'dana-okafor.kubeconfig',
		mode: 0o600,
		user: 'dana.okafor',
		access: {
			kind: 'fleet',
			cluster: 'analytics-staging',
			verification: 'ca',
			login: {
				kind: 'certificate',
				certificate: { user: 'dana.okafor', groups: ['analysts'], from: -300, until: -212 },
			},
		},
	},
	// credential/expired, as a token
	{
		file: 'ci-runner.kubeconfig',
		mode: 0o600,
		user: 'deployer',
		access: {
			kind: 'fleet',
			cluster: 'payments-prod',
			verification: 'ca',
			login: { kind: 'bound_token', serviceAccount: 'ci/deployer', from: -3, until: -2 },
		},
	},
	// kind/static_credential, in a file that everybody on the machine can read
	{
		file: 'build-agent.kubeconfig',
		mode: 0o644,
		user: 'build-agent',
		access: {
			kind: 'fleet',
			cluster: 'analytics-staging',
			verification: 'ca',
			login: { kind: 'static_token' },
		},
	},
	// kind/static_credential
	{
		file: 'warehouse-kiosk.kubeconfig',
		mode: 0o600,
		user: 'kiosk',
		access: { kind: 'fleet', cluster: 'edge-legacy', verification: 'ca', login: { kind: 'basic_auth' } },
	},
	// kind/tls_not_verified and privilege/system_masters_certificate
	{
		file: 'edge-admin.kubeconfig',
		mode: 0o640,
		user: 'kubernetes-admin',
		access: {
			kind: 'fleet',
			cluster: 'edge-legacy',
			verification: 'skipped',
			login: {
				kind: 'certificate',
				certificate: { user: 'kubernetes-admin', groups: ['system:masters'], from: -200, until: 165 },
			},
		},
	},
	// kind/tls_not_verified: a cluster known from this file alone (the address is of RFC 5737)
	{
		file: 'retired-lab.kubeconfig',
		mode: 0o600,
		user: 'lab',
		access: {
			kind: 'gone',
			name: 'retired-lab',
			server: 'http://192.0.2.15:8080',
			login: { kind: 'auth_provider', name: 'oidc' },
		},
	},
];
