import { assert, describe } from '../helpers/describe.ts';
import {
	CRBS,
	clusterRoleBinding,
	GROUP,
	RBAC,
	RBS,
	roleBinding,
	smallCluster,
	told,
} from './helpers/small-cluster.ts';

const READERS = `${CRBS}/readers`;

describe('createObject', it => {
	it('creates a binding', async () => {
		const { cluster, ask } = await smallCluster();
		const metadata = { name: 'made', labels: { a: 'b' }, annotations: { c: 'd' } };
		const sent = clusterRoleBinding('made', 'reader', { metadata: { ...metadata, uid: 'x' } });
		const { code, body } = ask('admin', `POST ${CRBS}`, sent);
		const { uid } = body.metadata;
		assert.match(uid, /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
		const resourceVersion = String(cluster.revision);
		const server = { uid, resourceVersion, creationTimestamp: '2027-01-15T08:00:00Z' };
		assert.equal([code, body], [201, { ...sent, metadata: { ...metadata, ...server } }]);
		assert.equal(ask('admin', `GET ${CRBS}/made`).body, body);
		const names = ask('admin', `GET ${CRBS}`).body.items.map(
			(item: { metadata: { name: string } }) => item.metadata.name,
		);
		assert.equal(names, ['a&b', 'gone', 'holder', 'made', 'readers', 'reviewer', 'writer']);
	});

	it('creates one in the namespace of the path, and fills in what is left out', async () => {
		const { ask } = await smallCluster();
		const subjects = [
			{ kind: 'Group', name: 'g' },
			{ kind: 'ServiceAccount', name: 'web' },
		];
		const sent = { metadata: { name: 'made' }, roleRef: { kind: 'Role', name: 'cook' }, subjects };
		const { code, body } = ask('admin', `POST ${RBS}`, sent);
		assert.equal(
			[code, body.kind, body.metadata.namespace, body.roleRef.apiGroup, body.subjects],
			[201, 'RoleBinding', 'shop', GROUP, [{ kind: 'Group', apiGroup: GROUP, name: 'g' }, subjects[1]]],
		);
		// Of the binding's own namespace.
		const spec = { resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'shop' } };
		const review = 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews';
		const asked = { spec: { ...spec, user: 'system:serviceaccount:shop:web' } };
		assert.is(ask('admin', review, asked).body.status.allowed, true);
	});

	it('makes again what was deleted, as another object', async () => {
		const { ask } = await smallCluster();
		const { metadata, ...kept } = ask('admin', `GET ${READERS}`).body;
		ask('admin', `DELETE ${READERS}`);
		const { name, labels } = metadata;
		const again = ask('admin', `POST ${CRBS}`, { ...kept, metadata: { name, labels } }).body;
		assert.equal(
			{ ...again, metadata: { name, labels: again.metadata.labels } },
			{ ...kept, metadata: { name, labels } },
		);
		assert.is.not(again.metadata.uid, metadata.uid);
	});

	it('409 for a name that is taken', async () => {
		const { ask } = await smallCluster();
		const taken = 'clusterrolebindings.rbac.authorization.k8s.io "readers" already exists';
		const sent = clusterRoleBinding('readers');
		for (const path of [CRBS, `${CRBS}?dryRun=All`])
			assert.equal(told(ask('admin', `POST ${path}`, sent)), [409, 'AlreadyExists', taken]);
	});

	it('500 for an object that brings a revision, unless the run is dry', async () => {
		const { ask } = await smallCluster();
		const sent = clusterRoleBinding('made', 'reader', { metadata: { name: 'made', resourceVersion: '5' } });
		const told500 = [500, undefined, 'resourceVersion should not be set on objects to be created'];
		assert.is(ask('admin', `POST ${CRBS}?dryRun=All`, sent).code, 201);
		assert.equal(told(ask('admin', `POST ${CRBS}`, sent)), told500);
	});

	it('422 without a name, or with one that cannot stand in a path', async () => {
		const { ask } = await smallCluster();
		const create = (name: string) => told(ask('admin', `POST ${CRBS}`, clusterRoleBinding(name)))[2];
		const of = (name: string) =>
			`ClusterRoleBinding.rbac.authorization.k8s.io "${name}" is invalid: metadata.name`;
		assert.equal(
			[create(''), create('a/b'), create('..'), create('a%2Fb')],
			[
				`${of('')}: Required value: name or generateName is required`,
				`${of('a/b')}: Invalid value: "a/b": may not contain '/'`,
				`${of('..')}: Invalid value: "..": may not be '..'`,
				`${of('a%2Fb')}: Invalid value: "a%2Fb": may not contain '%'`,
			],
		);
	});

	it('400, 404, 405, 415 and 422', async () => {
		const { ask } = await smallCluster();
		const create = (path: string, body: unknown, contentType = 'application/json') =>
			ask('admin', `POST ${path}`, body, { contentType }).code;
		const sent = clusterRoleBinding('made');
		assert.equal(
			[
				create(CRBS, '{'),
				create(CRBS, ''),
				create(CRBS, []),
				create(CRBS, roleBinding('made')),
				create(CRBS, { ...sent, apiVersion: 'v1' }),
				create(CRBS, { ...sent, subjects: 'x' }),
				create(CRBS, { ...sent, metadata: { generateName: 'x-' } }),
				create(RBS, roleBinding('x', 'reader', { metadata: { name: 'x', namespace: 'other' } })),
				create(`${RBAC}/namespaces/nowhere/rolebindings`, roleBinding('made')),
				create(`${RBAC}/namespaces/shop/clusterrolebindings`, sent),
				create(`${RBAC}/rolebindings`, roleBinding('made')),
				create(READERS, sent),
				create('/api/v1/namespaces/shop/secrets', {}),
				create(CRBS, sent, 'application/vnd.kubernetes.protobuf'),
				create(`${CRBS}?dryRun=`, sent),
				create(CRBS, { ...sent, roleRef: { kind: 'Role', name: 'cook' } }),
			],
			[400, 400, 400, 400, 400, 400, 400, 400, 404, 404, 405, 405, 405, 415, 422, 422],
		);
		assert.is(ask('admin', `GET ${CRBS}/made`).code, 404);
	});
});
