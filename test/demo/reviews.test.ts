import { assert, describe } from '../helpers/describe.ts';
import { type Ask, smallCluster, told } from './helpers/small-cluster.ts';

const REVIEWS = 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews';
const PODS = { verb: 'get', resource: 'pods' };
const FIELD = 'json: cannot unmarshal a value into Go struct field';

const review = (ask: Ask, spec: unknown) => ask('auditor', REVIEWS, { spec });

describe('reviews', it => {
	it('says what somebody else may do, and through what', async () => {
		const { ask } = await smallCluster();
		const spec = { user: 'dana', resourceAttributes: PODS };
		const reason = 'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to User "dana"';
		assert.equal(review(ask, spec), {
			code: 201,
			body: {
				kind: 'SubjectAccessReview',
				apiVersion: 'authorization.k8s.io/v1',
				metadata: {},
				spec,
				status: { allowed: true, reason },
			},
		});
		const answers = [
			{ user: 'dana', resourceAttributes: { ...PODS, verb: 'delete' } },
			{ user: 'dana', nonResourceAttributes: { verb: 'get', path: '/x/y' } },
			{ user: 'dana', resourceAttributes: { verb: 'get', resource: 'secrets' } },
			{ user: 'dana', resourceAttributes: { verb: 'get', resource: 'secrets', name: 'a' } },
			{ groups: ['kitchen'], resourceAttributes: { ...PODS, namespace: 'shop' } },
			{ groups: ['kitchen'], resourceAttributes: PODS },
			{ user: 'x', groups: ['system:masters'], resourceAttributes: PODS },
		].map(asked => review(ask, asked).body.status.allowed);
		assert.equal(answers, [false, true, false, true, true, false, true]);
	});

	it('takes the groups as they are given', async () => {
		const { cluster, ask } = await smallCluster();
		const subjects = [{ kind: 'Group', name: 'system:authenticated' }];
		for (const binding of cluster.objects.clusterrolebindings) binding.subjects = subjects;
		const spec = { user: 'dana', resourceAttributes: PODS };
		const allowed = [spec, { ...spec, groups: ['system:authenticated'] }].map(
			asked => ask('admin', REVIEWS, { spec: asked }).body.status.allowed,
		);
		assert.equal(allowed, [false, true]);
	});

	it('403 without the right to ask', async () => {
		const { ask } = await smallCluster();
		assert.equal(told(ask('dana', REVIEWS, { spec: { user: 'lena', resourceAttributes: PODS } })), [
			403,
			'Forbidden',
			'subjectaccessreviews.authorization.k8s.io is forbidden: User "dana" cannot create resource "subjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope',
		]);
	});

	it('422 where nobody is meant, or nothing', async () => {
		const { ask } = await smallCluster();
		const nobody = 'spec.user: Invalid value: "": at least one of user or group must be specified';
		const nothing =
			'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified';
		const both =
			'spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":"get"}: cannot be specified in combination with resourceAttributes';
		const path = { nonResourceAttributes: { path: '/', verb: 'get' } };
		const specs = [
			{ resourceAttributes: PODS },
			{ user: '', groups: [], resourceAttributes: PODS },
			{ user: 'x', resourceAttributes: null, nonResourceAttributes: null },
			{ user: 'x', resourceAttributes: PODS, ...path },
			{},
		];
		const said = [nobody, nobody, nothing, both, `[${nothing}, ${nobody}]`];
		assert.equal(
			specs.map(spec => told(review(ask, spec))),
			said.map(text => [422, 'Invalid', `.authorization.k8s.io "" is invalid: ${text}`]),
		);
	});

	it('400 for what it cannot read', async () => {
		const { ask } = await smallCluster();
		const cannot = 'SubjectAccessReview in version "v1" cannot be handled as a SubjectAccessReview';
		assert.equal(
			[
				review(ask, { user: 5, resourceAttributes: PODS }),
				review(ask, { user: 'x', groups: 'g', resourceAttributes: PODS }),
				review(ask, { user: 'x', resourceAttributes: { verb: 5 } }),
				review(ask, { user: 'x', nonResourceAttributes: 'x' }),
			].map(told),
			[
				'spec.user of type string',
				'spec.groups of type []string',
				'spec of type string',
				'spec of type string',
			].map(field => [400, 'BadRequest', `${cannot}: ${FIELD} ${field}`]),
		);
		const deep = `{"spec":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
		for (const body of ['', '[]', '{"spec":[]}', deep]) assert.is(ask('auditor', REVIEWS, body).code, 400);
	});
});
