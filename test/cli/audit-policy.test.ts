import { parseAuditPolicy } from '../../src/cli/audit-policy.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';

const policy = (rules: string, more = '') =>
	parseAuditPolicy(`apiVersion: audit.k8s.io/v1\nkind: Policy\n${more}rules:\n${rules}`, 'p.yaml');
const ALL = '  - level: Metadata\n';
const whole = { dropsRequests: false, users: [], groups: [], resources: [] };

function errorCode(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		if (error instanceof ScanError) return error.code;
	}
	return 'none';
}

describe('parseAuditPolicy', it => {
	it('everything is logged', () => assert.equal(policy(ALL), whole));
	it('a stage that is not the answer may be left out', () =>
		assert.equal(policy(ALL, 'omitStages: [RequestReceived]\n'), whole));
	it('requests of anybody are left out', () =>
		assert.equal(policy(`  - level: None\n    nonResourceURLs: ['/healthz*', '/api*']\n${ALL}`), {
			...whole,
			dropsRequests: true,
		}));
	it('what probes ask may be left out', () => {
		const probes = (urls: string) => policy(`  - {level: None, nonResourceURLs: [${urls}]}\n${ALL}`);
		assert.equal(probes("'/healthz*', /version, '/swagger*', /livez/ping, '/readyz*'"), whole);
		for (const url of ['/healthzz', "'*'", '/metrics', "'/v*'"])
			assert.equal(probes(`/healthz, ${url}`), { ...whole, dropsRequests: true });
		const resources = `  - {level: None, nonResourceURLs: [/healthz], resources: [{group: ''}]}\n`;
		assert.is(policy(`${resources}${ALL}`).dropsRequests, true);
	});
	it('events of anybody may be left out, and are said', () => {
		const of = (...resources: string[]) =>
			policy(`  - {level: None, resources: [${resources.join(', ')}]}\n${ALL}`);
		const events = { ...whole, resources: ['events'] };
		assert.equal(of("{group: '', resources: [events]}"), events);
		assert.equal(of('{resources: [events]}', '{group: events.k8s.io, resources: [events]}'), events);
		for (const more of [
			"{group: ''}",
			"{group: '', resources: []}",
			"{group: '', resources: [events, pods]}",
			'{group: apps, resources: [events]}',
			"{group: '', resources: ['*']}",
		])
			assert.equal(of("{group: '', resources: [events]}", more).dropsRequests, true, more);
		const ofBob = `  - {level: None, users: [bob], resources: [{group: '', resources: [events]}]}\n${ALL}`;
		assert.equal(policy(ofBob), { ...whole, users: ['bob'] });
		const paths = `  - {level: None, nonResourceURLs: [/x], resources: [{resources: [events]}]}\n${ALL}`;
		assert.is(policy(paths).dropsRequests, true);
	});
	it('requests of users and groups are left out', () =>
		assert.equal(
			policy(
				`  - {level: None, users: [b, a], userGroups: [x]}\n  - {level: None, userGroups: [g], verbs: [get]}\n${ALL}`,
			),
			{ dropsRequests: false, users: ['a', 'b'], groups: ['g'], resources: [] },
		));
	it('answers are left out, everywhere or by a rule', () => {
		assert.is(policy(ALL, 'omitStages: [ResponseComplete]\n').dropsRequests, true);
		assert.is(policy(`  - {level: Metadata, omitStages: [ResponseComplete]}\n`).dropsRequests, true);
	});
	it('what no rule matches is not logged', () => {
		assert.is(policy('  - {level: Metadata, verbs: [get]}\n').dropsRequests, true);
		assert.is(policy('  - {level: Metadata, users: [ann]}\n').dropsRequests, true);
	});
	it('refuses what is none, with its line', () => {
		for (const text of ['', 'kind: Policy', 'a: [', 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []'])
			assert.is(
				errorCode(() => parseAuditPolicy(text, 'p.yaml')),
				'AUDIT_POLICY_INVALID',
			);
		assert.is(
			errorCode(() => policy('  - level: Nothing\n')),
			'AUDIT_POLICY_INVALID',
		);
	});
});
