import { assert, describe } from '../helpers/describe.ts';
import { CRBS, clusterRoleBinding, smallCluster, told } from './helpers/small-cluster.ts';

const READERS = `${CRBS}/readers`;
const label = (value: unknown) => [{ op: 'add', path: '/metadata/labels/c', value }];

describe('write', it => {
	it('403 without the verb, before anything else is said', async () => {
		const { ask } = await smallCluster();
		const where =
			'resource "clusterrolebindings" in API group "rbac.authorization.k8s.io" at the cluster scope';
		const one = 'clusterrolebindings.rbac.authorization.k8s.io "readers" is forbidden: User "nobody" cannot';
		const all = 'clusterrolebindings.rbac.authorization.k8s.io is forbidden: User "nobody" cannot';
		assert.equal(
			['DELETE', 'PATCH', 'PUT'].map(method => told(ask('nobody', `${method} ${READERS}`, '{'))[2]),
			[`${one} delete ${where}`, `${one} patch ${where}`, `${one} update ${where}`],
		);
		assert.equal(
			['POST', 'DELETE'].map(method => told(ask('nobody', `${method} ${CRBS}`, '{'))[2]),
			[`${all} create ${where}`, `${all} deletecollection ${where}`],
		);
	});

	it('stores nothing in a dry run, and answers the same', async () => {
		const { cluster, ask } = await smallCluster();
		const before = structuredClone({ objects: cluster.objects, revision: cluster.revision });
		const calls: [string, unknown?][] = [
			[`DELETE ${READERS}`],
			[`PATCH ${READERS}`, label('d')],
			[`POST ${CRBS}`, clusterRoleBinding('made')],
		];
		const dry = calls.map(([call, body]) => ask('admin', `${call}?dryRun=All`, body));
		assert.equal({ objects: cluster.objects, revision: cluster.revision }, before);
		const [gone, changed, made] = dry;
		const shown = before.objects.clusterrolebindings.find(({ metadata }) => metadata.name === 'readers');
		assert.equal([gone?.code, gone?.body.details.uid], [200, shown?.metadata.uid]);
		const labels = { a: 'b', c: 'd' };
		assert.equal([changed?.code, changed?.body.metadata], [200, { ...shown?.metadata, labels }]);
		assert.equal([made?.code, Object.keys(made?.body.metadata)], [201, ['name', 'uid', 'creationTimestamp']]);
		assert.equal(ask('nobody', `DELETE ${READERS}?dryRun=All`).code, 403);
		assert.equal(told(ask('admin', `PATCH ${READERS}?dryRun=x`, [])), [
			422,
			'Invalid',
			'PatchOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"',
		]);
	});

	it('writes down every one, and reads not', async () => {
		const { cluster, ask } = await smallCluster();
		ask('admin', `GET ${READERS}`);
		ask('admin', 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} });
		ask('nobody', `DELETE ${READERS}`, { dryRun: ['All'] });
		ask('admin', `PATCH ${READERS}?dryRun=All&fieldManager=x`, label('d'));
		ask('admin', `PATCH ${READERS}`, []);
		ask('admin', `PATCH ${READERS}`, label('d'));
		ask('admin', `POST ${CRBS}`, clusterRoleBinding('readers'));
		ask('admin', `DELETE ${CRBS}/a%26b`);
		ask('admin', `PUT ${READERS}`, {});
		const said = cluster.writes.map(({ method, path, user, code, dryRun, isStored }) =>
			[method, path.replace(CRBS, ''), user, code, dryRun, isStored].join(' '),
		);
		assert.equal(said, [
			'DELETE /readers nobody 403 true false',
			'PATCH /readers admin 200 true false',
			'PATCH /readers admin 200 false false',
			'PATCH /readers admin 200 false true',
			'POST  admin 409 false false',
			'DELETE /a%26b admin 200 false true',
			'PUT /readers admin 405 false false',
		]);
	});

	it('lets a list go on only where it began after the last one', async () => {
		const { ask } = await smallCluster();
		const next = ask('admin', `GET ${CRBS}?limit=2`).body.metadata.continue;
		ask('admin', `DELETE ${READERS}`);
		assert.is(ask('admin', `GET ${CRBS}?limit=2&continue=${next}`).code, 410);
	});
});
