import { join } from '../../src/join/join.ts';
import type { AuditRequest } from '../../src/model/audit.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { IdentityRecord, PermissionUse } from '../../src/model/record.ts';
import { auditedFacts, request, stream, trail } from '../helpers/audit-trail.ts';
import { binding, NOW, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

/** What ann does with the rules of a ClusterRole `r`, bound cluster-wide. */
function used(
	rules: string[],
	requests: AuditRequest[],
	rest: Partial<Facts> = {},
): PermissionUse | null | undefined {
	const facts = auditedFacts(trail([], { requests }), {
		bindings: [binding('b', 'ClusterRole r', ['User ann'])],
		roles: [role('r', rules)],
		...rest,
	});
	const records = [...join(facts, NOW).records()];
	return records.find(
		(record): record is IdentityRecord => record.kind === 'identity' && record.identity.id === 'ann',
	)?.permissions;
}

const asked = (text: string, rest: Partial<AuditRequest> = {}) => request('ann', text, rest);
const left = (granted: number, ...unused: string[]): PermissionUse => ({
	granted,
	unused,
	unusedTotal: unused.length,
});

describe('join :: permissions', it => {
	const cases: [string, string[], AuditRequest[], PermissionUse][] = [
		[
			'each verb on each resource',
			['get,list core pods,nodes'],
			[asked('get pods')],
			left(4, 'get nodes', 'list nodes', 'list pods'),
		],
		['nothing was asked', ['get core pods'], [], left(1, 'get pods')],
		['of another user', ['get core pods'], [request('bob', 'get pods')], left(1, 'get pods')],
		['refused', ['get core pods'], [asked('get pods', { allowed: 0, denied: 3 })], left(1, 'get pods')],
		['of a group', ['get apps deployments'], [asked('get deployments')], left(1, 'get deployments.apps')],
		['in its group', ['get apps deployments'], [asked('get deployments', { apiGroup: 'apps' })], left(1)],
		[
			'a subresource is another thing',
			['get core pods,pods/log'],
			[asked('get pods/log')],
			left(2, 'get pods'),
		],
		['any subresource of that name', ['get core */scale'], [asked('get deployments/scale')], left(1)],
		['twice granted is once', ['get core pods', 'get core pods'], [], left(1, 'get pods')],
		[
			'any verb',
			['* core pods'],
			[asked('get pods'), asked('create pods')],
			left(8, 'delete pods', 'deletecollection pods', 'list pods', 'patch pods', 'update pods', 'watch pods'),
		],
		['anything', ['get * *'], [asked('get nodes')], left(1)],
		['anything of a group', ['get apps *'], [asked('get nodes')], left(1, 'get *.apps')],
		[
			'named, and asked for',
			['get core secrets db'],
			[asked('get secrets', { names: ['db', 'x'] })],
			left(1),
		],
		[
			'named, and others asked for',
			['get core secrets db'],
			[asked('get secrets', { names: ['x'] })],
			left(1, 'get secrets'),
		],
		['named, and what was asked for is not known', ['get core secrets db'], [asked('get secrets')], left(1)],
	];
	for (const [name, rules, requests, expected] of cases)
		it(name, () => assert.equal(used(rules, requests), expected));

	it('paths', () => {
		const roles = [
			{
				...role('r', []),
				rules: [
					{
						verbs: ['get'],
						apiGroups: [],
						resources: [],
						resourceNames: [],
						nonResourceURLs: ['/healthz', '/api/*', '*'],
					},
				],
			},
		];
		assert.equal(used([], [asked('get /api/v1')], { roles }), left(3, 'get /healthz'));
		assert.equal(used([], [asked('get pods')], { roles }), left(3, 'get /*', 'get /api/*', 'get /healthz'));
	});

	it('in the namespace of the binding', () => {
		const bindings = [binding('web/b', 'ClusterRole r', ['User ann'])];
		const of = (namespace: string) =>
			used(['get core pods'], [asked('get pods', { namespace })], { bindings });
		assert.equal(of('web'), left(1));
		assert.equal(of('ops'), left(1, 'get pods'));
		assert.equal(of(''), left(1, 'get pods'));
	});

	it('of aggregated roles', () => {
		const roles = [
			role('r', [], { aggregates: [{ matchLabels: { to: 'r' }, matchExpressions: [] }] }),
			role('part', ['get core pods'], { labels: { to: 'r' } }),
		];
		assert.equal(used([], [], { roles }), left(1, 'get pods'));
	});

	it('what no log holds is neither granted nor unused', () => {
		const policy = { dropsRequests: false, users: [], groups: [], resources: ['events'] };
		const of = (rules: string[], ...requests: AuditRequest[]) =>
			used(rules, [], { audit: trail([], { policy, requests }) });
		assert.equal(of(['get,list core events,pods']), left(2, 'get pods', 'list pods'));
		assert.equal(of(['create events.k8s.io events', 'get shop events']), left(1, 'get events.shop'));
		assert.equal(of(['get * *', 'get core *', 'get apps *']), left(1, 'get *.apps'));
		assert.equal(of(['get * *'], asked('get nodes')), left(1));
		const other = { ...policy, resources: ['pods'] };
		const audit = trail([], { policy: other });
		assert.equal(used(['get shop pods,*', 'get core events'], [], { audit }), left(1, 'get events'));
	});

	it('shows 20', () => {
		const resources = Array.from({ length: 25 }, (_, at) => `r${String(at).padStart(2, '0')}`);
		const answer = used([`get core ${resources.join(',')}`], []);
		assert.equal(answer, {
			granted: 25,
			unused: resources.slice(0, 20).map(name => `get ${name}`),
			unusedTotal: 25,
		});
	});

	it('null where the evidence or the roles are not whole', () => {
		const sources = (blind: string) =>
			auditedFacts(trail([])).sources.map(each =>
				each.source === blind ? { ...each, status: 'denied' as const } : each,
			);
		assert.is(used(['get core pods'], [], { audit: null }), null);
		assert.is(used(['get core pods'], [], { sources: sources('roles') }), null);
		assert.is(used(['get core pods'], [], { sources: sources('bindings') }), null);
		const audit = trail([], { streams: [stream({ problems: ['x'] })] });
		assert.is(used(['get core pods'], [], { audit }), null);
	});
});
