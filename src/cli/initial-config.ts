import type { Config } from './config-schema.ts';
import { flagWords } from './flags.ts';

const HEADER = `# Settings of kubelapse. Every key but targets and trusted-policies is a flag's long name.
# A flag on the command line wins over this file, this file over the defaults.
# Paths are meant from this file's folder. kubelapse schema config prints the JSON Schema.
`;

const TARGETS = `# Live clusters, where one differs from the next.
# targets:
#   - kubeconfig: ~/.kube/prod.yaml
#     context: admin@prod
#     name: prod-eu
#     expect: [prod-eu]
#     audit-log: ['/logs/cp-1/*.log*', '/logs/cp-2/*.log*']  # one for each API server
#     audit-policy: audit-policy.yaml
#   - kubeconfig: clusters/staging.yaml
#     all-contexts: true
`;

/** What stands behind each commented key: its default where it has one, else an example. */
const examples = {
	'log-level': 'info',
	'log-format': 'text',
	quiet: 'false',
	'no-color': 'false',
	debug: 'false',
	kubeconfig: '[~/.kube/config]',
	context: '[admin@prod, admin@staging]',
	'all-contexts': 'true',
	files: "['/home/*/.kube/config']",
	facts: 'facts',
	expect: '[prod-eu, prod-us]',
	alibaba: 'true',
	region: '[cn-hangzhou]',
	cluster: '[shop-prod]',
	'account-profile': '[default]',
	'endpoint-access': 'private',
	'no-temporary-kubeconfig': 'false',
	'alibaba-endpoint': '[cs=cs-anony-vpc.cn-hangzhou.aliyuncs.com]',
	activity: 'false',
	'audit-days': '90',
	'alibaba-ca': 'ca.pem',
	identities: 'people.csv',
	scim: 'https://idp.example.com/scim/v2',
	'scim-token-env': 'KUBELAPSE_SCIM_TOKEN',
	'identity-field': 'userName',
	'identity-prefix': "'oidc:'",
	'group-prefix': "'oidc-group:'",
	'identity-pattern': "'^oidc:(.+)$'",
	'identity-ignore-case': 'false',
	history: 'history.duckdb',
	'forget-cluster': '[staging-old]',
	'audit-log': "['/var/log/kubernetes/audit*.log*']",
	'audit-policy': 'audit-policy.yaml',
	'show-sources': 'false',
	policy: '[policies]',
	'trusted-policies': '[policies]',
	params: 'params.yaml',
	waivers: 'waivers.yaml',
	'max-waiver-days': '180',
	framework: '[cis-kubernetes-1.12]',
	'read-bootstrap-tokens': 'false',
	view: 'cluster',
	out: 'kubelapse-report',
	format: '[html, json, sarif]',
	'save-facts': 'facts',
	'fail-on': 'high',
	require: '[bindings, token_secrets]',
	'allow-gap': '[token_secrets@staging]',
	'allow-incomplete': 'false',
	concurrency: '16',
	timeout: '300',
	'request-timeout': '30',
	threads: '2',
	now: "'2026-11-22T00:00:00Z'",
	'max-age': '24',
	'max-objects': '20',
	'require-approval': 'true',
	approvers: "{ alice: 'MCowBQYDK2VwAyEA…' }",
	'journal-keys': "['MCowBQYDK2VwAyEA…']",
	state: '/var/lib/kubelapse',
} as const satisfies Record<Exclude<keyof Config, 'targets'>, string>;

/** A `kubelapse.yaml` with every key in a comment. */
export function initialConfig(): string {
	const order = [
		'Targets:',
		'Alibaba Cloud:',
		'Identities:',
		'History:',
		'Usage:',
		'Policy:',
		'Output:',
		'Gate:',
		'Plan:',
		'Apply:',
		'Run:',
		'Global:',
	];
	const sections = order.map(group => {
		const keys = Object.entries(examples).filter(([key]) => flagWords(key).group === group);
		const blocks = keys.map(([key, example]) => `# ${flagWords(key).note}.\n# ${key}: ${example}\n`);
		return [
			`# ---- ${group.slice(0, -1)} ----\n`,
			...(group === 'Targets:' ? [TARGETS] : []),
			...blocks,
		].join('\n');
	});
	return [HEADER, ...sections].join('\n');
}
