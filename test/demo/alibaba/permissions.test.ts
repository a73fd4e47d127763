import {
	CleanClusterUserPermissionsRequest,
	CleanUserPermissionsRequest,
	DescribeClusterUserKubeconfigRequest,
	ListUserKubeConfigStatesRequest,
	UpdateK8sClusterUserConfigExpireRequest,
} from '@alicloud/cs20151215';
import { KubeConfig } from '@kubernetes/client-node';
import type { CloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import { readCertificate } from '../../../src/lib/x509.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { clients, keyOf, thrown, withCloud } from '../helpers/cloud.ts';
import { get } from '../helpers/fleet.ts';

const SMALL = { clusters: 8, identities: 40, bindings: 12 };
const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
const force = (is: boolean) => new CleanClusterUserPermissionsRequest({ force: is });

/** The first cluster, which has nothing peculiar, and somebody whose file for it is in force. */
function target({ state }: CloudFleet) {
	const cluster = state.clusters[0];
	const issued = cluster?.kubeconfigs.find(
		({ accountType, cloudService, certState, accountId }) =>
			accountType === 'RamUser' &&
			cloudService === '' &&
			certState === 'Unexpired' &&
			!state.accessKeys.some(({ holder }) => holder === accountId),
	);
	if (cluster === undefined || issued === undefined) throw new Error('the fleet has no target');
	issued.activity = { answer: 'none' };
	return { cluster, issued, uid: issued.accountId };
}

async function load(fleet: CloudFleet, key: Parameters<typeof clients>[1], id: string): Promise<KubeConfig> {
	const request = new DescribeClusterUserKubeconfigRequest({ temporaryDurationMinutes: 15 });
	const { body } = await clients(fleet, key).cs.describeClusterUserKubeconfig(id, request);
	const config = new KubeConfig();
	config.loadFromString(body?.config ?? '');
	return config;
}

/** Subjects of bindings in the cluster itself that belong to somebody, as the scan's own kubeconfig reads them. */
async function bound(fleet: CloudFleet, id: string, uid: string): Promise<string[]> {
	const { body } = await get(await load(fleet, fleet, id), BINDINGS);
	const local = await get(await load(fleet, fleet, id), BINDINGS.replace('cluster', ''));
	return [...body.items, ...local.body.items]
		.flatMap(({ subjects = [] }: { subjects?: { name: string }[] }) => subjects.map(({ name }) => name))
		.filter((name: string) => name.split('-')[0] === uid);
}

describe('startCloud, CleanClusterUserPermissions', it => {
	it('removes the file and the bindings in the cluster, and keeps the file for 30 days', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, issued, uid } = target(fleet);
			const { cs } = clients(fleet, fleet.operator);
			assert.ok((await bound(fleet, cluster.id, uid)).length > 0);
			const { statusCode } = await cs.cleanClusterUserPermissions(cluster.id, uid, force(false));
			assert.is(statusCode, 200);
			assert.equal(await bound(fleet, cluster.id, uid), []);
			const at = fleet.state.recycleBin[0]?.at;
			assert.equal(fleet.state.recycleBin, [
				{ clusterId: cluster.id, accountId: uid, suffix: issued.suffix, at },
			]);
			const request = new ListUserKubeConfigStatesRequest({ pageSize: 100 });
			const { body } = await cs.listUserKubeConfigStates(uid, request);
			assert.is(body?.states?.find(({ clusterId }) => clusterId === cluster.id)?.certState, 'Removed');
		}));

	it('without force refuses what was used, and what it cannot tell of; with force it asks nothing', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, issued, uid } = target(fleet);
			const { cs } = clients(fleet, fleet.operator);
			const clean = (is: boolean) => cs.cleanClusterUserPermissions(cluster.id, uid, force(is));
			issued.activity = { answer: 'found', last: 1, auditId: 'a' };
			assert.equal(await thrown(clean(false)), { code: 'ErrorKubeconfigInUse', statusCode: 409 });
			issued.activity = { answer: 'failed' };
			assert.equal(await thrown(clean(false)), { code: 'ErrorAuditCheck', statusCode: 400 });
			issued.activity = { answer: 'none' };
			cluster.audit.isEnabled = false;
			assert.equal(await thrown(clean(false)), { code: 'ErrorAuditCheck', statusCode: 400 });
			assert.is(issued.certState, 'Unexpired');
			assert.is((await clean(true)).statusCode, 200);
			assert.is(issued.certState, 'Removed');
		}));

	it('never touches root, oneself, an unknown state, or a cluster that is being deleted', () =>
		withCloud({ ...SMALL, clusters: 24 }, async fleet => {
			const { cluster, issued, uid } = target(fleet);
			const { state } = fleet;
			const { cs } = clients(fleet, fleet.operator);
			const clean = (id: string, who: string) => thrown(cs.cleanClusterUserPermissions(id, who, force(true)));
			const self = state.accessKeys[1]?.holder ?? '';
			assert.equal(await clean(cluster.id, state.accountId), { code: 'ErrorRootAccount', statusCode: 403 });
			assert.equal(await clean(cluster.id, self), { code: 'ErrorCleanSelf', statusCode: 403 });
			issued.certState = 'Unknown';
			assert.equal(await clean(cluster.id, uid), { code: 'ErrorKubeconfigState', statusCode: 400 });
			assert.equal(await clean('c0', uid), { code: 'ErrorClusterNotFound', statusCode: 404 });
			for (const wanted of ['deleting', 'delete_failed', 'failed']) {
				const blocked = state.clusters.find(each => each.state === wanted);
				assert.equal(await clean(blocked?.id ?? wanted, uid), { code: 'ErrorClusterState', statusCode: 400 });
			}
			assert.equal(state.recycleBin, []);
		}));

	it('leaves the other subjects of a binding, and names that only begin alike', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, uid } = target(fleet);
			const kubernetes = await cluster.kubernetes?.open();
			const [binding] = kubernetes?.objects.clusterrolebindings ?? [];
			if (binding === undefined) throw new Error('no binding');
			const kept = [
				{ kind: 'User', name: `${uid}0` },
				{ kind: 'Group', name: uid },
				{ kind: 'ServiceAccount', name: uid, namespace: 'shop' },
			];
			binding.subjects = [...kept, { kind: 'User', name: uid }, { kind: 'User', name: `${uid}-1` }];
			await clients(fleet, fleet.operator).cs.cleanClusterUserPermissions(cluster.id, uid, force(true));
			const after = kubernetes?.objects.clusterrolebindings.find(
				({ metadata }) => metadata.uid === binding.metadata.uid,
			);
			assert.equal(after?.subjects, kept);
			assert.is.not(after?.metadata.resourceVersion, binding.metadata.resourceVersion);
		}));

	it('may say yes and do nothing, or do it later', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, issued, uid } = target(fleet);
			const { cs } = clients(fleet, fleet.operator);
			const put = (kind: (typeof fleet.state.faults)[number]['kind']) =>
				fleet.state.faults.push({ action: 'CleanClusterUserPermissions', match: uid, times: 1, kind });
			put({ is: 'ignored' });
			assert.is((await cs.cleanClusterUserPermissions(cluster.id, uid, force(true))).statusCode, 200);
			assert.is(issued.certState, 'Unexpired');
			put({ is: 'late', ms: 60 });
			await cs.cleanClusterUserPermissions(cluster.id, uid, force(true));
			assert.is(issued.certState, 'Unexpired');
			await new Promise(resolve => setTimeout(resolve, 150));
			assert.is(issued.certState, 'Removed');
			assert.equal(await bound(fleet, cluster.id, uid), []);
		}));
});

describe('startCloud, CleanUserPermissions', it => {
	it('is a task over the named clusters, and says what became of each', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, uid } = target(fleet);
			const deleting = fleet.state.clusters.find(({ state }) => state === 'deleting')?.id ?? '';
			const { cs } = clients(fleet, fleet.operator);
			const clusterIds = [cluster.id, deleting, 'c0'];
			const started = await cs.cleanUserPermissions(
				uid,
				new CleanUserPermissionsRequest({ clusterIds, force: true }),
			);
			assert.match(started.body?.taskId ?? '', new RegExp(`^clean-user-permissions-${uid}-[0-9a-f]+$`));
			const { body } = await cs.describeTaskInfo(started.body?.taskId ?? '');
			assert.equal(
				[body?.state, body?.taskResult?.map(({ data, status }) => [data, status])],
				[
					'fail',
					[
						[cluster.id, 'success'],
						[deleting, 'failed'],
						['c0', 'failed'],
					],
				],
			);
			assert.equal(await thrown(cs.describeTaskInfo('none')), { code: 'ErrorTaskNotFound', statusCode: 404 });
		}));

	it('without clusters means all of them, an empty list too', () =>
		withCloud(SMALL, async fleet => {
			const { uid } = target(fleet);
			const { cs } = clients(fleet, fleet.operator);
			for (const clusterIds of [undefined, []]) {
				const request = new CleanUserPermissionsRequest({ force: true, ...(clusterIds && { clusterIds }) });
				const started = await cs.cleanUserPermissions(uid, request);
				const { body } = await cs.describeTaskInfo(started.body?.taskId ?? '');
				assert.is(body?.taskResult?.length, 8);
			}
			const left = fleet.state.clusters.flatMap(({ kubeconfigs, state }) =>
				kubeconfigs.filter(
					({ accountId, certState }) =>
						accountId === uid && certState === 'Unexpired' && state !== 'deleting',
				),
			);
			assert.equal(left, []);
		}));

	it('runs on while it is late', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, uid } = target(fleet);
			const { cs } = clients(fleet, fleet.operator);
			fleet.state.faults.push({
				action: 'CleanUserPermissions',
				match: '',
				times: 1,
				kind: { is: 'late', ms: 80 },
			});
			const request = new CleanUserPermissionsRequest({ clusterIds: [cluster.id], force: true });
			const { body } = await cs.cleanUserPermissions(uid, request);
			const state = async () => (await cs.describeTaskInfo(body?.taskId ?? '')).body?.state;
			assert.is(await state(), 'running');
			await new Promise(resolve => setTimeout(resolve, 200));
			assert.is(await state(), 'success');
		}));
});

describe('startCloud, kubeconfigs', it => {
	it('signs one whose subject is that of ACK, and which the cluster lets in as far as its bindings go', () =>
		withCloud(SMALL, async fleet => {
			const { cluster } = target(fleet);
			const config = await load(fleet, fleet, cluster.id);
			const pem = Buffer.from(config.getCurrentUser()?.certData ?? '', 'base64').toString();
			const { commonName, organizations, subject } = readCertificate(pem);
			assert.equal(organizations, ['system:users']);
			assert.match(commonName, /^2\d{17}-\d{10}$/);
			assert.match(subject, /OU=(,|""|$)/);
			assert.is((await get(config, BINDINGS)).code, 200);
			assert.is((await get(config, '/api/v1/configmaps')).code, 404);
			const stranger = await load(fleet, keyOf(fleet, '200000000000000009'), cluster.id);
			assert.is((await get(stranger, BINDINGS)).code, 403);
		}));

	it('of one cluster opens no other', () =>
		withCloud(SMALL, async fleet => {
			const [first, second] = fleet.state.clusters;
			const config = await load(fleet, fleet, first?.id ?? '');
			const other = await load(fleet, fleet, second?.id ?? '');
			const server = config.getCurrentCluster();
			const wrong = new KubeConfig();
			wrong.loadFromOptions({
				clusters: [{ ...other.getCurrentCluster(), name: 'c' }],
				users: [{ ...config.getCurrentUser(), name: 'u' }],
				contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
				currentContext: 'x',
			});
			assert.ok(server);
			assert.is((await get(wrong, BINDINGS)).code, 401);
		}));

	it('is there for the private address alone where there is no public one, and for no cluster that is gone', () =>
		withCloud({ ...SMALL, clusters: 24 }, async fleet => {
			const { cs } = clients(fleet, fleet);
			const isPrivate = fleet.state.clusters.find(({ hasPublicEndpoint }) => !hasPublicEndpoint)?.id ?? '';
			const ask = (id: string, privateIpAddress: boolean) =>
				cs.describeClusterUserKubeconfig(
					id,
					new DescribeClusterUserKubeconfigRequest({ privateIpAddress, temporaryDurationMinutes: 15 }),
				);
			assert.equal(await thrown(ask(isPrivate, false)), { code: 'ErrorClusterEndpoint', statusCode: 400 });
			assert.is((await ask(isPrivate, true)).statusCode, 200);
			const failed = fleet.state.clusters.find(({ state }) => state === 'failed')?.id ?? '';
			assert.equal(await thrown(ask(failed, true)), { code: 'ErrorClusterState', statusCode: 400 });
			const updating = fleet.state.clusters.find(({ state }) => state === 'updating')?.id ?? '';
			assert.is((await ask(updating, true)).statusCode, 200);
			const short = new DescribeClusterUserKubeconfigRequest({ temporaryDurationMinutes: 14 });
			assert.equal(await thrown(cs.describeClusterUserKubeconfig(updating, short)), {
				code: 'InvalidParameter',
				statusCode: 400,
			});
		}));

	it('is replaced by a revocation of its holder, and the bindings follow', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, issued, uid } = target(fleet);
			const { cs } = clients(fleet, keyOf(fleet, uid));
			const before = await load(fleet, keyOf(fleet, uid), cluster.id);
			const old = `${uid}-${issued.suffix}`;
			const count = (await bound(fleet, cluster.id, uid)).length;
			await cs.revokeK8sClusterKubeConfig(cluster.id);
			assert.is.not(`${uid}-${issued.suffix}`, old);
			const names = await bound(fleet, cluster.id, uid);
			assert.is(names.length, count);
			assert.not(names.includes(old));
			// It still signs in, as nobody in particular.
			assert.is((await get(before, BINDINGS)).code, 403);
			const none = clients(fleet, keyOf(fleet, '200000000000000009'));
			assert.equal(await thrown(none.cs.revokeK8sClusterKubeConfig(cluster.id)), {
				code: 'ErrorKubeconfigNotFound',
				statusCode: 404,
			});
		}));

	it('lives as long as the account says, which nobody else may', () =>
		withCloud(SMALL, async fleet => {
			const { cluster, issued, uid } = target(fleet);
			const request = new UpdateK8sClusterUserConfigExpireRequest({ expireHour: 720, user: uid });
			const { cs: root } = clients(fleet, keyOf(fleet, fleet.state.accountId));
			const { cs: other } = clients(fleet, fleet.operator);
			const denied = await thrown(other.updateK8sClusterUserConfigExpire(cluster.id, request));
			assert.equal(denied, { code: 'ErrorCheckAcl', statusCode: 403 });
			await root.updateK8sClusterUserConfigExpire(cluster.id, request);
			issued.notAfter = fleet.state.now() - 1;
			const own = clients(fleet, keyOf(fleet, uid));
			const { body } = await own.cs.describeClusterUserKubeconfig(
				cluster.id,
				new DescribeClusterUserKubeconfigRequest(),
			);
			const hours = (Date.parse(body?.expiration ?? '') / 1000 - fleet.state.now()) / 3600;
			assert.is(Math.round(hours), 720);
		}));
});
