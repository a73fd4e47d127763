import type { RecordKind } from '../model/record.ts';

/** One sentence of judgement for each record kind, to start from. */
interface Sample {
	title: string;
	description: string;
	remediation: string;
	needs: string;
	/** Name, default and description of its threshold. */
	param: [string, string, string];
	/** What is compared with the threshold, and how. */
	fact: string;
	operator: '>' | 'in';
	/** Name of the fact among the details. */
	detail: string;
	/** A record with the fact in it, in Rego; `value` stands for the fact. */
	built: string;
	/** Whether the fact may be null: then the policy knows nothing, and says so. */
	nullable?: string;
	/** Values that trip it and that do not, in Rego. */
	values: [string, string];
	/** The change of a record that trips it, in JSON. */
	ng: object;
}

const PAST_LIMIT: Sample['values'] = ['limit + 1', 'limit'];

const samples: Record<RecordKind, Sample> = {
	credential: {
		title: 'Credential is too old',
		description: 'A credential was issued longer ago than the limit allows.',
		remediation: 'Issue a new credential, move its users over, then end the old one.',
		needs: 'certificate_requests, token_secrets, kubeconfig',
		param: ['max_age_seconds', '7776000', 'Age that is still allowed (90 days).'],
		fact: 'input.now - input.credential.notBefore',
		operator: '>',
		detail: 'ageSeconds',
		nullable: 'input.credential.notBefore',
		built: 'testing.credential({"credential": {"notBefore": testing.now - value}})',
		values: PAST_LIMIT,
		ng: { credential: { notBefore: 1_700_000_000 } },
	},
	grant: {
		title: 'Role is not to be granted',
		description: 'A binding gives its subject a role of the list.',
		remediation: 'Remove the subject from the binding, or bind a narrower role.',
		needs: 'bindings',
		param: ['roles', '[admin, cluster-admin]', 'Names of roles that nobody may be given.'],
		fact: 'input.grant.roleName',
		operator: 'in',
		detail: 'roleName',
		built: 'testing.grant({"grant": {"roleName": value}})',
		values: ['"admin"', '"view"'],
		ng: { grant: { roleName: 'admin' } },
	},
	identity: {
		title: 'Identity has too many grants',
		description: 'More bindings name an identity than the limit allows.',
		remediation: 'Remove the grants that it does not use.',
		needs: 'bindings',
		param: ['max_grants', '10', 'Grants that are still allowed.'],
		fact: 'input.grantsTotal',
		operator: '>',
		detail: 'grants',
		built: 'testing.identity({"grantsTotal": value})',
		values: PAST_LIMIT,
		ng: { grantsTotal: 11 },
	},
	connection: {
		title: 'Connection is not verified as it should be',
		description: 'A kubeconfig reaches its cluster in a way of the list.',
		remediation: 'Put the certificate authority of the cluster into the kubeconfig.',
		needs: 'kubeconfig',
		param: ['refused', '[plain_http]', 'Ways of verification that are refused.'],
		fact: 'input.connection.verification',
		operator: 'in',
		detail: 'verification',
		built: 'testing.connection({"connection": {"verification": value}})',
		values: ['"plain_http"', '"verified"'],
		ng: { connection: { verification: 'plain_http' } },
	},
	cluster: {
		title: 'Cluster is reached from where it should not',
		description: 'The address of the API server is exposed in a way of the list.',
		remediation: 'Give the API server a private address, and close the public one.',
		needs: 'cluster',
		param: ['refused', '[public]', 'Exposures that are refused.'],
		fact: 'input.cluster.exposure',
		operator: 'in',
		detail: 'exposure',
		built: 'testing.cluster_with({"cluster": {"exposure": value}})',
		values: ['"public"', '"private"'],
		ng: { cluster: { exposure: 'public' } },
	},
	key: {
		title: 'Key has too many holders',
		description: 'More credentials share a public key than the limit allows.',
		remediation: 'Issue each holder a credential with a key of its own, then end the shared one.',
		needs: 'certificate_requests, kubeconfig',
		param: ['max_others', '1', 'Other credentials with the same key that are still allowed.'],
		fact: 'input.siblingsTotal',
		operator: '>',
		detail: 'others',
		built: 'object.union(testing.key({}), {"siblingsTotal": value})',
		values: PAST_LIMIT,
		ng: { siblingsTotal: 2 },
	},
	waiver: {
		title: 'Waiver runs too long',
		description: 'A waiver ends later than the limit allows.',
		remediation: 'Bring its end date forward.',
		needs: '',
		param: ['max_seconds', '7776000', 'Time from now that is still allowed (90 days).'],
		fact: 'input.waiver.expires - input.now',
		operator: '>',
		detail: 'secondsLeft',
		built: 'testing.waiver({"waiver": {"expires": testing.now + value}})',
		values: PAST_LIMIT,
		ng: { waiver: { expires: 1_900_000_000 } },
	},
	finding: {
		title: 'Finding is open for too long',
		description: 'A finding was first seen longer ago than the limit allows.',
		remediation: 'Carry out what the finding says, or waive it with a reason.',
		needs: 'history',
		param: ['max_age_seconds', '2592000', 'Age that is still allowed (30 days).'],
		fact: 'input.now - input.finding.firstSeen',
		operator: '>',
		detail: 'ageSeconds',
		built: 'testing.finding({"finding": {"firstSeen": testing.now - value}})',
		values: PAST_LIMIT,
		ng: { finding: { firstSeen: 1_700_000_000 } },
	},
};

/** A policy that works as it is, with its test and examples, by path under `policies/`. */
export function policyTemplate(category: string, name: string, kind: RecordKind): Record<string, string> {
	const sample = samples[kind];
	const folder = `policies/${category}`;
	return {
		[`${folder}/${name}.rego`]: policyText(category, name, kind, sample),
		[`${folder}/${name}_test.rego`]: testText(category, name, sample),
		[`${folder}/examples/${name}/ok.usual.json`]: exampleText(kind, {}),
		[`${folder}/examples/${name}/ng.sample.json`]: exampleText(kind, sample.ng),
	};
}

function policyText(category: string, name: string, kind: RecordKind, sample: Sample): string {
	const [param, value, meaning] = sample.param;
	const { nullable } = sample;
	const unknown = nullable === undefined ? '' : `\nunknown contains {} if ${nullable} == null\n`;
	return `# METADATA
# title: ${sample.title}
# description: ${sample.description}
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: ${kind}
#   severity: medium
#   needs: [${sample.needs}]
#   remediation: ${sample.remediation}
#   params:
#     ${param}:
#       default: ${value}
#       description: ${meaning}
package policies.${category}.${name}

deny contains {"${sample.detail}": _judged} if _judged ${sample.operator} data.params.${category}.${name}.${param}

_judged := ${sample.fact}
${unknown}`;
}

function testText(
	category: string,
	name: string,
	{ detail, built, nullable, values, param }: Sample,
): string {
	const [trips, passes] = values;
	const limit = trips.includes('limit') ? `\nlimit := data.params.${category}.${name}.${param[0]}\n` : '';
	const unknown =
		nullable === undefined
			? ''
			: `\ntest_does_not_know_without_the_fact if {\n\tpolicy.unknown == {{}} with input as ${recordWith(nullable, 'null')}\n\tpolicy.unknown == set() with input as ${recordWith(nullable, 'testing.now')}\n}\n`;
	return `package policies.${category}.${name}_test

import data.lib.testing
import data.policies.${category}.${name} as policy

test_finds_what_it_should if found(${trips}) == {{"${detail}": ${trips}}}

test_leaves_the_rest if found(${passes}) == set()
${unknown}${limit}
found(value) := details if details := policy.deny with input as ${built}
`;
}

/** A record with this value at `input.credential.notBefore`, in Rego. */
function recordWith(fact: string, value: string): string {
	const [, kind = '', member = ''] = fact.split('.');
	return `testing.${kind}({"${kind}": {"${member}": ${value}}})`;
}

function exampleText(kind: RecordKind, changes: object): string {
	return `${JSON.stringify({ $base: kind, ...changes }, null, 2)}\n`;
}
