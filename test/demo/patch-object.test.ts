import { assert, describe } from '../helpers/describe.ts';
import { CRBS, GROUP, PARTIAL, RBAC, RBS, SECRET, smallCluster, told } from './helpers/small-cluster.ts';

const READERS = `${CRBS}/readers`;
const QUARANTINE = 'kubernetes.io/legacy-token-invalid-since';
const MODIFIED =
	'Operation cannot be fulfilled on clusterrolebindings.rbac.authorization.k8s.io "readers": the object has been modified; please apply your changes to the latest version and try again';
const REFUSED = [422, 'Invalid', 'the server rejected our request due to an error in our request'];

describe('patchObject', it => {
	it('changes an object, at a new and larger revision', async () => {
		const { cluster, ask } = await smallCluster();
		const before = ask('admin', `GET ${READERS}`).body;
		const steps = [
			{ op: 'test', path: '/metadata/uid', value: before.metadata.uid },
			{ op: 'test', path: '/metadata/resourceVersion', value: before.metadata.resourceVersion },
			{ op: 'test', path: '/metadata/labels/a', value: 'b' },
			{ op: 'test', path: '/roleRef', value: before.roleRef },
			{ op: 'test', path: '/subjects', value: before.subjects },
			{ op: 'remove', path: '/subjects/0' },
		];
		const { code, body } = ask('admin', `PATCH ${READERS}`, steps);
		const resourceVersion = String(cluster.revision);
		const metadata = { ...before.metadata, resourceVersion };
		assert.equal([code, body], [200, { ...before, metadata, subjects: before.subjects.slice(1) }]);
		assert.ok(Number(resourceVersion) > Number(before.metadata.resourceVersion));
		assert.equal(ask('admin', `GET ${READERS}`).body, body);
	});

	it('keeps the revision where nothing changes', async () => {
		const { cluster, ask } = await smallCluster();
		const [before, revision] = [ask('admin', `GET ${READERS}`).body, cluster.revision];
		const steps = [
			[],
			null,
			[{ op: 'replace', path: '/metadata/labels/a', value: 'b' }],
			// Kept by the server, whatever a patch says.
			['uid', 'resourceVersion', 'creationTimestamp'].map(name => ({
				op: 'remove',
				path: `/metadata/${name}`,
			})),
		];
		for (const step of steps)
			assert.equal(ask('admin', `PATCH ${READERS}`, step), { code: 200, body: before });
		assert.is(cluster.revision, revision);
	});

	it('keeps the list in its order, and without members that say nothing', async () => {
		const { cluster, ask } = await smallCluster();
		const names = () => cluster.objects.clusterrolebindings.map(({ metadata }) => metadata.name);
		const before = names();
		const emptied = ask('admin', `PATCH ${READERS}`, [
			{ op: 'replace', path: '/subjects', value: [] },
			{ op: 'remove', path: '/metadata/labels/a' },
			{ op: 'add', path: '/unknown', value: 1 },
		]).body;
		assert.equal(Object.keys(emptied), ['kind', 'apiVersion', 'metadata', 'roleRef']);
		assert.is(emptied.metadata.labels, undefined);
		assert.equal(names(), before);
	});

	it('422 for a step that cannot be done', async () => {
		const { ask } = await smallCluster();
		for (const step of [
			{ op: 'test', path: '/metadata/uid', value: 'x' },
			{ op: 'remove', path: '/metadata/annotations/x' },
			{ op: 'add', path: '/__proto__/polluted', value: 'x' },
			{ op: 'add', path: `/${'x/'.repeat(100_000)}`, value: 'x' },
		])
			assert.equal(told(ask('admin', `PATCH ${READERS}`, [step])), REFUSED);
		// As clients write it, and the server does not.
		const plain = [{ op: 'test', path: '/subjects/0/name', value: 'r&d <a@b.example>' }];
		assert.equal(told(ask('admin', `PATCH ${CRBS}/a&b`, plain)), REFUSED);
	});

	it('refuses what no patch may change', async () => {
		const { ask } = await smallCluster();
		const change = (path: string, value: unknown, of = READERS) =>
			told(ask('admin', `PATCH ${of}`, [{ op: 'add', path, value }]));
		const invalid = 'ClusterRoleBinding.rbac.authorization.k8s.io "readers" is invalid';
		const roleRef = `roleRef: Invalid value: {"APIGroup":"${GROUP}","Kind":"ClusterRole","Name":"writer"}: cannot change roleRef`;
		const elsewhere = 'the namespace of the provided object does not match the namespace sent on the request';
		assert.equal(
			[
				change('/roleRef/name', 'writer'),
				change('/metadata/uid', 'x'),
				change('/metadata/name', 'x'),
				change('/metadata/namespace', 'other', `${RBS}/cooks`),
				change('/metadata/resourceVersion', '1'),
				change('/type', 'Opaque', SECRET),
			],
			[
				[422, 'Invalid', `${invalid}: ${roleRef}`],
				[422, 'Invalid', `${invalid}: metadata.uid: Invalid value: "x": field is immutable`],
				[400, 'BadRequest', 'the name of the object (x) does not match the name on the URL (readers)'],
				[400, 'BadRequest', elsewhere],
				[409, 'Conflict', MODIFIED],
				[422, 'Invalid', 'Secret "web-token" is invalid: type: Invalid value: "Opaque": field is immutable'],
			],
		);
	});

	it('422 for what would be no such object', async () => {
		const { ask } = await smallCluster();
		const fields = (steps: object) =>
			ask('admin', `PATCH ${READERS}`, steps).body.details.causes.map(
				({ field }: { field: string }) => field,
			);
		const add = (path: string, value: unknown) => fields([{ op: 'add', path, value }]);
		assert.equal(
			[
				add('/metadata/labels/__proto__', 'x'),
				add('/metadata/labels/c', 'no label'),
				add('/metadata/labels/c', 5),
				add('/metadata/annotations', { 'a/b/c': '' }),
				add('/metadata', 'x'),
				add('/metadata/finalizers', ['x/y']),
				add('/kind', 'RoleBinding'),
				add('/apiVersion', 'v1'),
				add('/subjects', 'x'),
				add('/subjects', [null]),
				add('/subjects', [{ kind: 'Robot', name: 'r' }]),
				add('/subjects', [{ kind: 'ServiceAccount', name: 'r' }]),
				add('/subjects', [{ kind: 'User', apiGroup: 'x', name: 'r' }]),
				add('/roleRef', { kind: 'Role', name: '' }),
				fields([{ op: 'replace', path: '', value: [] }]),
			],
			[
				['metadata.labels'],
				['metadata.labels'],
				['patch'],
				['metadata.annotations'],
				['patch'],
				['patch'],
				['patch'],
				['patch'],
				['patch'],
				['subjects[0].name', 'subjects[0].kind'],
				['subjects[0].kind'],
				['subjects[0].namespace'],
				['subjects[0].apiGroup'],
				['roleRef.kind', 'roleRef.name', 'roleRef'],
				['patch'],
			],
		);
	});

	it('400, 404, 405, 413 and 415', async () => {
		const { ask } = await smallCluster();
		const patch = (path: string, body: unknown, contentType?: string) =>
			ask('admin', `PATCH ${path}`, body, contentType === undefined ? {} : { contentType }).code;
		const step = { op: 'test', path: '/kind', value: '' };
		assert.equal(
			[
				patch(READERS, '{'),
				patch(READERS, {}),
				patch(READERS, [{ op: 'remove', path: '/metadata/name' }]),
				patch(`${CRBS}/nobody`, '{'),
				patch(`${CRBS}/a%2Fb`, []),
				patch(`${CRBS}/${'x'.repeat(100_000)}`, []),
				patch(CRBS, []),
				patch(`${RBAC}/clusterroles/reader`, []),
				patch(READERS, Array(10_001).fill(step)),
				patch(READERS, {}, 'application/merge-patch+json'),
				patch(READERS, {}, 'application/strategic-merge-patch+json'),
				patch(READERS, [], 'application/json'),
				patch(READERS, [], 'application/json-patch+json; charset=utf-8'),
			],
			[400, 400, 400, 404, 404, 404, 405, 405, 413, 415, 415, 415, 200],
		);
		assert.is(ask('admin', `PATCH ${READERS}`, [], { accept: 'text/html' }).code, 406);
	});

	it('answers the metadata of a Secret alone where that is asked for', async () => {
		const { ask } = await smallCluster();
		const step = [
			{ op: 'add', path: `/metadata/labels/${QUARANTINE.replace('/', '~1')}`, value: '2027-01-15' },
		];
		const { code, body } = ask('admin', `PATCH ${SECRET}`, step, { accept: PARTIAL });
		assert.equal([code, Object.keys(body)], [200, ['kind', 'apiVersion', 'metadata']]);
		assert.equal(body.metadata.labels, {
			'kubernetes.io/legacy-token-last-used': '2027-01-12',
			[QUARANTINE]: '2027-01-15',
		});
		assert.equal(ask('admin', `GET ${SECRET}`, undefined, { accept: PARTIAL }).body, body);
		assert.equal(Object.keys(ask('admin', `PATCH ${SECRET}`, []).body), [
			'kind',
			'apiVersion',
			'metadata',
			'data',
			'type',
		]);
	});

	it('quotes all of a Secret that a patch would break, as the real server does', async () => {
		const { ask } = await smallCluster();
		const step = [{ op: 'add', path: '/metadata/labels/c', value: 5 }];
		assert.match(ask('admin', `PATCH ${SECRET}`, step, { accept: PARTIAL }).body.message, 'token');
	});
});
