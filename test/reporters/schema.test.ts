import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { controlStates } from '../../src/model/compliance.ts';
import {
	type CredentialKind,
	type CredentialState,
	type GapCode,
	type Manager,
	sources,
} from '../../src/model/facts.ts';
import { type outcomes, severities } from '../../src/model/policy.ts';
import type { Power, RecordKind } from '../../src/model/record.ts';
import type { Report } from '../../src/model/report.ts';
import { json } from '../../src/reporters/json.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ackCluster, cloudFleet, cloudState, hostileCloud } from './fixtures/cloud.ts';
import { compliance } from './fixtures/compliance.ts';
import { render } from './fixtures/render.ts';
import {
	cluster,
	credential,
	finding,
	gap,
	grant,
	NOW,
	policy,
	report,
	subject,
	suppressed,
	waiver,
} from './fixtures/report.ts';
import { fleet, hostile, many } from './fixtures/samples.ts';

interface Schema {
	$ref?: string;
	$defs: Record<string, Schema>;
	enum?: string[];
	properties?: Record<string, Schema>;
	required?: string[];
	additionalProperties?: false | Schema;
	items?: Schema;
	anyOf?: Schema[];
}

const schema = JSON.parse(
	readFileSync(new URL('../../reports/schema/result.schema.json', import.meta.url), 'utf8'),
) as Schema;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

function errorsOf(of: Report): unknown {
	validate(JSON.parse(render(json, of)['result.json'] ?? ''));
	return validate.errors;
}

/** Each field of the model set, none null. The compiler sees to it that no field is forgotten. */
function everything(): Report {
	const location = {
		origin: 'kubeconfig',
		path: 'a',
		line: 1,
		namespace: 'n',
		name: 'a',
		mode: 0o600,
		ownerUid: 0,
	} as const;
	const found = finding({
		subject: subject({ location }),
		gaps: [{ source: 'evaluation', code: 'policy_error', message: 'm' }],
	});
	return report({
		run: {
			params: {
				from: 'params.yaml',
				changed: [{ policy: 'sample/first', key: 'window_seconds', value: 86_400, default: 2_592_000 }],
			},
		},
		clusters: [ackCluster({ auditing: { state: 'on', from: NOW, to: NOW, credentialIds: true } })],
		views: cloudFleet().views,
		policies: [policy({ byCluster: [{ cluster: cluster().uid, outcomes: policy().outcomes }] })],
		findings: [found],
		credentials: [
			credential({
				serviceAccount: { namespace: 'n', name: 's', uid: 'u' },
				lastUsed: NOW,
				cloud: cloudState({ activity: { answer: 'failed', last: NOW, reason: 'auditing_off' } }),
				invalidSince: NOW,
				locations: [location],
			}),
		],
		grants: [grant()],
		gaps: [gap()],
		compliance: [compliance()],
		suppressed: [suppressed({ subject: found.subject, gaps: found.gaps })],
		waivers: [waiver()],
	});
}

/** Paths that the schema names and the value has not, or the other way round. */
function drift(node: Schema, value: unknown, path = ''): string[] {
	if (node.$ref !== undefined) return drift(resolve(node.$ref), value, path);
	if (node.anyOf !== undefined) return node.anyOf[0] === undefined ? [] : drift(node.anyOf[0], value, path);
	if (node.items !== undefined) {
		const [first] = value as unknown[];
		return first === undefined ? [`${path}[] is empty`] : drift(node.items, first, `${path}[]`);
	}
	if (node.properties === undefined) return [];
	const fields = value as Record<string, unknown>;
	const named = Object.keys(node.properties);
	const odd = [
		...named.filter(key => !(key in fields)).map(key => `${path}.${key} is in no report`),
		...Object.keys(fields)
			.filter(key => !named.includes(key))
			.map(key => `${path}.${key} is not in the schema`),
		...named.filter(key => !node.required?.includes(key)).map(key => `${path}.${key} is not required`),
		...(node.additionalProperties === false ? [] : [`${path} takes more`]),
	];
	return [
		...odd,
		...Object.entries(node.properties).flatMap(([key, inner]) => drift(inner, fields[key], `${path}.${key}`)),
	];
}

function resolve(reference: string): Schema {
	const found = schema.$defs[reference.replace('#/$defs/', '')];
	if (found === undefined) throw new Error(`no ${reference}`);
	return found;
}

function at(path: string): unknown {
	return path.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], schema.$defs);
}

describe('result.schema.json', it => {
	for (const [name, made] of Object.entries({
		everything,
		fleet,
		hostile,
		cloudFleet,
		hostileCloud,
		many: () => many(50),
		empty: report,
	})) {
		it(`takes what the reporter writes :: ${name}`, () => assert.is(errorsOf(made()), null));
	}
	it('names the fields of the model, all of them and no other', () =>
		assert.equal(drift(schema, everything()), []));
	it('refuses a field that it does not know', () => {
		const odd = { ...fleet(), extra: 1 };
		assert.equal([validate(odd), validate.errors?.[0]?.keyword], [false, 'additionalProperties']);
	});
	it('refuses an unknown answer that is not the model’s', () => {
		const { findings, ...rest } = fleet();
		assert.is(validate({ ...rest, findings: findings.map(f => ({ ...f, outcome: 'pass' })) }), false);
	});
	it('knows the words of the model', () => {
		assert.equal(at('severity.enum'), [...severities]);
		assert.equal(at('source.enum'), [...sources]);
		assert.equal(at('controlState.enum'), [...controlStates]);
		assert.equal(at('outcomes.required'), [
			'pass',
			'fail',
			'unknown',
			'not_applicable',
		] satisfies (typeof outcomes)[number][]);
		assert.equal(at('gapCode.enum'), Object.keys(GAP_CODES));
		assert.equal(at('recordKind.enum'), Object.keys(RECORD_KINDS));
		assert.equal(at('credential.properties.kind.enum'), Object.keys(KINDS));
		assert.equal(at('credential.properties.state.enum'), Object.keys(STATES));
		assert.equal(at('grant.properties.powers.items.enum'), Object.keys(POWERS));
		assert.equal(at('grant.properties.manager.enum'), Object.keys(MANAGERS));
	});
});

const GAP_CODES = {
	forbidden: 1,
	throttled: 1,
	timeout: 1,
	unreachable: 1,
	auditing_off: 1,
	partial: 1,
	not_configured: 1,
} satisfies Record<GapCode, 1>;
const RECORD_KINDS = {
	credential: 1,
	grant: 1,
	identity: 1,
	connection: 1,
	cluster: 1,
	key: 1,
	waiver: 1,
	finding: 1,
} satisfies Record<RecordKind, 1>;
const KINDS = {
	client_certificate: 1,
	cloud_kubeconfig: 1,
	token_secret: 1,
	bound_token: 1,
	bootstrap_token: 1,
	static_token: 1,
	basic_auth: 1,
	exec_plugin: 1,
	auth_provider: 1,
} satisfies Record<CredentialKind, 1>;
const STATES = {
	not_issued: 1,
	effective: 1,
	expired: 1,
	revoked: 1,
	deleted: 1,
	unknown: 1,
} satisfies Record<CredentialState, 1>;
const POWERS = {
	cluster_admin: 1,
	wildcard: 1,
	read_secrets: 1,
	escalate: 1,
	bind: 1,
	impersonate: 1,
	approve_csr: 1,
	sign_csr: 1,
	create_token: 1,
	exec_pods: 1,
	create_pods: 1,
	nodes_proxy: 1,
	write_rbac: 1,
} satisfies Record<Power, 1>;
const MANAGERS = {
	bootstrap: 1,
	helm: 1,
	argocd: 1,
	flux: 1,
	operator: 1,
	addon_manager: 1,
	none: 1,
} satisfies Record<Manager, 1>;
