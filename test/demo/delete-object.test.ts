import { assert, describe } from '../helpers/describe.ts';
import { CRBS, GROUP, RBS, SECRET, smallCluster, told } from './helpers/small-cluster.ts';

const READERS = `${CRBS}/readers`;

describe('deleteObject', it => {
	it('takes an object away, and says which it was', async () => {
		const { cluster, ask } = await smallCluster();
		const { uid } = ask('admin', `GET ${READERS}`).body.metadata;
		const revision = cluster.revision;
		const gone = ask('admin', `DELETE ${READERS}`);
		assert.equal(gone, {
			code: 200,
			body: {
				kind: 'Status',
				apiVersion: 'v1',
				metadata: {},
				status: 'Success',
				details: { name: 'readers', group: GROUP, kind: 'clusterrolebindings', uid },
			},
		});
		assert.is(cluster.revision, revision + 1);
		const missing = 'clusterrolebindings.rbac.authorization.k8s.io "readers" not found';
		for (const method of ['GET', 'DELETE'])
			assert.equal(told(ask('admin', `${method} ${READERS}`)), [404, 'NotFound', missing]);
	});

	it('serves bindings of a namespace and secrets too', async () => {
		const { ask } = await smallCluster();
		const paths = [`${RBS}/cooks`, SECRET];
		assert.equal(
			paths.map(path => [ask('admin', `DELETE ${path}`).body.details.kind, ask('admin', `GET ${path}`).code]),
			[
				['rolebindings', 404],
				['secrets', 404],
			],
		);
	});

	it('409 where the object is another one by now', async () => {
		const { ask } = await smallCluster();
		const { uid, resourceVersion } = ask('admin', `GET ${READERS}`).body.metadata;
		const conflict = (preconditions: object) =>
			told(ask('admin', `DELETE ${READERS}`, { kind: 'DeleteOptions', apiVersion: 'v1', preconditions }));
		const on = 'Operation cannot be fulfilled on ClusterRoleBinding.rbac.authorization.k8s.io "readers"';
		const other = `${on}: the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
		const stale = `${on}: the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
		assert.equal(conflict({ uid: 'x', resourceVersion: '1' }), [409, 'Conflict', other]);
		assert.equal(conflict({ uid, resourceVersion: '1' }), [409, 'Conflict', stale]);
		assert.is(ask('admin', `DELETE ${READERS}`, { preconditions: { uid, resourceVersion } }).code, 200);
	});

	it('takes a body alone, also where the query asks for a dry run', async () => {
		const { ask } = await smallCluster();
		assert.is(ask('admin', `DELETE ${READERS}?dryRun=All`).code, 200);
		assert.is(ask('admin', `DELETE ${READERS}`, { dryRun: ['All'] }).code, 200);
		assert.is(ask('admin', `GET ${READERS}`).code, 200);
		assert.is(ask('admin', `DELETE ${READERS}?dryRun=All`, { kind: 'DeleteOptions' }).code, 200);
		assert.is(ask('admin', `GET ${READERS}`).code, 404);
	});

	it('answers options that it cannot read as the real server does, and deletes nothing', async () => {
		const { ask } = await smallCluster();
		const bodies = ['{', '[]', '"x"', '{"kind":"Foo"}', '{"dryRun":"All"}', '{"preconditions":{"uid":5}}'];
		assert.equal(
			bodies.map(body => ask('admin', `DELETE ${READERS}`, body).code),
			bodies.map(() => 500),
		);
		const only =
			'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"';
		assert.equal(told(ask('admin', `DELETE ${READERS}`, { dryRun: ['x'] })), [422, 'Invalid', only]);
		assert.equal(told(ask('admin', `DELETE ${READERS}?dryRun=x`)), [422, 'Invalid', only]);
		assert.is(ask('admin', `DELETE ${READERS}`, {}, { contentType: 'text/plain' }).code, 415);
		assert.is(ask('admin', `GET ${READERS}`).code, 200);
	});
});
