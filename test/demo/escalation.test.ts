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
const TAKE_ONE = [{ op: 'remove', path: '/subjects/0' }];
const OTHER = `${RBAC}/namespaces/other/rolebindings`;

/** Robot may write bindings, and bind some roles in the namespace shop; holder may write them, and holds `reader`. */
describe('escalation', it => {
	it('403 for a binding of more than somebody holds, and says what that is', async () => {
		const { ask } = await smallCluster();
		const refused = (name: string) =>
			[
				`clusterrolebindings.rbac.authorization.k8s.io "${name}" is forbidden: user "robot" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:`,
				'{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
				'{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}',
				'{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}',
				'{APIGroups:[""], Resources:["services"], Verbs:["get" "list"]}',
				'{NonResourceURLs:["/metrics"], Verbs:["get"]}',
				'{NonResourceURLs:["/x/*"], Verbs:["get"]}',
			].join('\n');
		const created = ask('robot', `POST ${CRBS}`, clusterRoleBinding('made'));
		assert.equal(told(created), [403, 'Forbidden', refused('made')]);
		assert.equal(created.body.details, { name: 'made', group: GROUP, kind: 'clusterrolebindings' });
		assert.equal(told(ask('robot', `PATCH ${READERS}`, TAKE_ONE)), [403, 'Forbidden', refused('readers')]);
		assert.is(ask('robot', `PATCH ${READERS}?dryRun=All`, TAKE_ONE).code, 403);
	});

	it('asks of every change of a binding, also where nobody gains by it, as the real server does', async () => {
		const { ask } = await smallCluster();
		const patch = (...steps: object[]) => ask('robot', `PATCH ${READERS}`, steps).code;
		assert.equal(
			[
				patch({ op: 'add', path: '/metadata/labels/c', value: 'd' }),
				patch({ op: 'replace', path: '/subjects', value: [] }),
				patch({ op: 'test', path: '/kind', value: 'X' }, { op: 'remove', path: '/subjects' }),
				patch({ op: 'replace', path: '/metadata/labels/a', value: 'b' }),
				patch(),
			],
			[403, 403, 422, 200, 200],
		);
	});

	it('asks nothing of whoever deletes', async () => {
		const { ask } = await smallCluster();
		assert.equal(
			[ask('robot', `DELETE ${READERS}`).code, ask('robot', `DELETE ${RBS}/cooks`).code],
			[200, 200],
		);
	});

	it('lets pass who may bind that role, there', async () => {
		const { ask } = await smallCluster();
		assert.equal(
			[
				ask('robot', `POST ${RBS}`, roleBinding('made')).code,
				ask('robot', `PATCH ${RBS}/made`, TAKE_ONE).code,
				ask('robot', `POST ${RBS}`, roleBinding('dangling', 'gone')).code,
				ask('robot', `POST ${RBS}`, roleBinding('other', 'reviewer')).code,
				ask('robot', `POST ${OTHER}`, roleBinding('made')).code,
				ask('robot', `POST ${CRBS}`, clusterRoleBinding('made')).code,
			],
			[201, 200, 201, 403, 403, 403],
		);
	});

	it('lets pass who holds every rule of the role', async () => {
		const { ask } = await smallCluster();
		assert.equal(
			[
				ask('holder', `POST ${CRBS}`, clusterRoleBinding('made')).code,
				ask('holder', `POST ${OTHER}`, roleBinding('made')).code,
				ask('holder', `PATCH ${READERS}`, TAKE_ONE).code,
				ask('robot', `POST ${CRBS}`, clusterRoleBinding('mine', 'writer')).code,
				ask('holder', `POST ${CRBS}`, clusterRoleBinding('more', 'reviewer')).code,
			],
			[201, 201, 200, 201, 403],
		);
	});

	it('counts in a namespace what is held there', async () => {
		const { ask } = await smallCluster();
		const cook = (name: string) => roleBinding(name, 'cook', { roleRef: { kind: 'Role', name: 'cook' } });
		const subjects = [{ kind: 'User', name: 'robot' }];
		assert.is(ask('robot', `POST ${RBS}`, cook('before')).code, 403);
		ask('admin', `POST ${RBS}`, { ...cook('robot'), subjects });
		assert.is(ask('robot', `POST ${RBS}`, cook('after')).code, 201);
	});

	it('404 for a role that is not there', async () => {
		const { ask } = await smallCluster();
		const cluster = 'clusterrolebindings.rbac.authorization.k8s.io "gone" not found';
		const local = 'rolebindings.rbac.authorization.k8s.io "gone" not found';
		const sent = roleBinding('x', '', { roleRef: { kind: 'Role', name: 'gone' } });
		assert.equal(told(ask('robot', `POST ${CRBS}`, clusterRoleBinding('x', 'gone'))), [
			404,
			'NotFound',
			cluster,
		]);
		assert.equal(told(ask('robot', `PATCH ${CRBS}/gone`, TAKE_ONE)), [404, 'NotFound', cluster]);
		assert.equal(told(ask('robot', `POST ${RBS}`, sent)), [404, 'NotFound', local]);
	});

	it('lets the masters do anything, without any binding', async () => {
		const { ask } = await smallCluster();
		for (const name of ['writer', 'reader']) ask('admin', `DELETE ${CRBS}/${name}`);
		assert.is(ask('admin', `POST ${CRBS}`, clusterRoleBinding('made', 'gone')).code, 201);
		assert.is(ask('admin', `PATCH ${CRBS}/gone`, TAKE_ONE).code, 200);
	});
});
