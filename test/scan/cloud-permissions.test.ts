import { readFile } from 'node:fs/promises';
import * as csSdk from '@alicloud/cs20151215';
import * as imsSdk from '@alicloud/ims20190815';
import * as ramSdk from '@alicloud/ram20150501';
import { parse } from 'yaml';
import { type CloudFleet, startCloudFleet } from '../../src/demo/alibaba/fleet.ts';
import { REMEDIATE_ACTIONS, SCAN_ACTIONS } from '../../src/demo/alibaba/scan-actions.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import { clients, clock, keyOf, withCloud } from '../demo/helpers/cloud.ts';
import { assert, describe } from '../helpers/describe.ts';
import { scanCloud } from './cloud-scan.ts';

interface Statement {
	Effect: string;
	Action: string[];
	Resource: string;
}

async function policy(name: string): Promise<{ Version: string; Statement: Statement[] }> {
	return JSON.parse(await readFile(new URL(`../../deploy/alibaba/${name}`, import.meta.url), 'utf8'));
}

const actionsOf = ({ Statement }: { Statement: Statement[] }) =>
	Statement.flatMap(({ Action }) => Action).toSorted(byCodeUnit);

/** Which products' actions RAM can bind to which resources. */
const PRODUCTS: Record<string, string[]> = {
	'*': ['cs', 'ram'],
	'acs:cs:*:*:cluster/*': ['cs'],
	'acs:log:*:*:project/k8s-log-*': ['log'],
};
const PREFIXES: Record<string, string> = { cs: 'cs', sls: 'log' };
/** Operations that RAM calls otherwise. */
const ACTIONS: Record<string, string> = { GetLogsV2: 'GetLogStoreLogs' };
const AUDIT = { days: 30, isAsked: true };

describe('deploy/alibaba/scan-policy.json', it => {
	it('is a RAM policy that allows, each action once and no pattern', async () => {
		for (const name of ['scan-policy.json', 'remediate-policy.json']) {
			const read = await policy(name);
			assert.is(read.Version, '1');
			for (const { Effect, Action, Resource } of read.Statement) {
				assert.is(Effect, 'Allow');
				assert.ok(Object.hasOwn(PRODUCTS, Resource));
				// RAM has no resource for who is in an account, and lists no clusters by cluster.
				assert.ok(Action.every(action => PRODUCTS[Resource]?.includes(action.split(':')[0] ?? '')));
				assert.ok(Action.every(action => /^(cs|ram|log):[A-Z]\w+$/.test(action)));
			}
			const actions = actionsOf(read);
			assert.is(new Set(actions).size, actions.length);
		}
	});

	it('is what a scan calls, and all that it calls', () =>
		withCloud({ clusters: 6, identities: 40, bindings: 20 }, async fleet => {
			const allowed = actionsOf(await policy('scan-policy.json'));
			const key = keyOf(fleet, fleet.state.accessKeys[0]?.holder ?? '', { allowed });
			const { report, notices } = await scanCloud(fleet, { key, target: { activity: 'all', audit: AUDIT } });
			const denied = (text: string) => /forbidden|not allowed|grant /i.test(text);
			assert.equal(
				report.gaps.filter(({ code, permission }) => code === 'forbidden' || permission !== ''),
				[],
			);
			assert.equal(notices.filter(denied), []);
			const called = fleet.state.calls
				.filter(({ action }) => action !== 'GetCallerIdentity')
				.map(({ product, action }) => `${PREFIXES[product] ?? 'ram'}:${ACTIONS[action] ?? action}`);
			assert.equal([...new Set(called)].toSorted(byCodeUnit), allowed);
		}));

	it('names actions of the reference, of which only remediation changes anything', async () => {
		const scan = actionsOf(await policy('scan-policy.json'));
		const remediate = actionsOf(await policy('remediate-policy.json'));
		assert.ok(scan.every(action => SCAN_ACTIONS.includes(action)));
		assert.ok(scan.every(action => /:(Describe|Get|List)/.test(action)));
		assert.ok(remediate.every(action => REMEDIATE_ACTIONS.includes(action)));
		// What was removed is read again.
		assert.equal(
			remediate.filter(action => scan.includes(action)),
			['cs:ListClusterKubeconfigStates', 'cs:ListUserKubeConfigStates'],
		);
	});
});

/** Each operation of the demo's cloud through the official SDKs, as somebody who may do what the key says. */
function operations(sdk: ReturnType<typeof clients>, { id, uid }: { id: string; uid: string }) {
	const { cs, ram, ims } = sdk;
	return {
		'cs:CleanClusterUserPermissions': () =>
			cs.cleanClusterUserPermissions(id, uid, new csSdk.CleanClusterUserPermissionsRequest({ force: true })),
		'cs:CleanUserPermissions': () =>
			cs.cleanUserPermissions(uid, new csSdk.CleanUserPermissionsRequest({ clusterIds: [id], force: true })),
		'cs:ListClusterKubeconfigStates': () =>
			cs.listClusterKubeconfigStates(id, new csSdk.ListClusterKubeconfigStatesRequest({ pageSize: 50 })),
		'cs:ListUserKubeConfigStates': () =>
			cs.listUserKubeConfigStates(uid, new csSdk.ListUserKubeConfigStatesRequest({})),
		'cs:RevokeK8sClusterKubeConfig': () => cs.revokeK8sClusterKubeConfig(id),
		'cs:DescribeTaskInfo': () => cs.describeTaskInfo('clean-user-permissions-none'),
		'cs:DescribeClustersV1': () => cs.describeClustersV1(new csSdk.DescribeClustersV1Request({})),
		'cs:DescribeClusterDetail': () => cs.describeClusterDetail(id),
		'cs:DescribeClusterUserKubeconfig': () =>
			cs.describeClusterUserKubeconfig(id, new csSdk.DescribeClusterUserKubeconfigRequest({})),
		'cs:DescribeSubaccountK8sClusterUserConfig': () =>
			cs.describeSubaccountK8sClusterUserConfig(
				id,
				uid,
				new csSdk.DescribeSubaccountK8sClusterUserConfigRequest({}),
			),
		'cs:GetClusterAuditProject': () => cs.getClusterAuditProject(id),
		'cs:UpdateClusterAuditLogConfig': () =>
			cs.updateClusterAuditLogConfig(id, new csSdk.UpdateClusterAuditLogConfigRequest({ disable: true })),
		'cs:UpdateK8sClusterUserConfigExpire': () =>
			cs.updateK8sClusterUserConfigExpire(
				id,
				new csSdk.UpdateK8sClusterUserConfigExpireRequest({ expireHour: 1, user: uid }),
			),
		'cs:DescribeUserPermission': () => cs.describeUserPermission(uid),
		'ram:ListUsers': () => ims.listUsers(new imsSdk.ListUsersRequest({})),
		'ram:ListRoles': () => ram.listRoles(new ramSdk.ListRolesRequest({})),
		'ram:GetAccountSummary': () => ims.getAccountSummary(),
		'ram:ListUsersInRecycleBin': () => ims.listUsersInRecycleBin(new imsSdk.ListUsersInRecycleBinRequest({})),
		'ram:RestoreUserFromRecycleBin': () =>
			ims.restoreUserFromRecycleBin(new imsSdk.RestoreUserFromRecycleBinRequest({ userId: uid })),
	};
}

describe('deploy/alibaba/remediate-policy.json', it => {
	it('is enough for what remediation calls, and for nothing else', () =>
		withCloud({ clusters: 1, identities: 40, bindings: 20 }, async fleet => {
			const { state } = fleet;
			const allowed = actionsOf(await policy('remediate-policy.json'));
			const sdk = clients(fleet, keyOf(fleet, state.accessKeys[1]?.holder ?? '', { allowed }));
			const [cluster] = state.clusters;
			const listed = new Set([...state.users, ...state.roles].map(({ id }) => id));
			const left = cluster?.kubeconfigs.find(
				({ accountId, certState }) =>
					certState === 'Unexpired' && /^2/.test(accountId) && !listed.has(accountId),
			);
			assert.ok(cluster && left);
			const calls = operations(sdk, { id: cluster.id, uid: left.accountId });
			const passed: string[] = [];
			for (const [action, call] of Object.entries(calls)) {
				const failure = await call().then(
					() => '',
					({ code }: { code: string }) => code,
				);
				if (/^(Forbidden\.RAM|NoPermission)$/.test(failure)) continue;
				passed.push(action);
				// No task of that name: it was let in all the same.
				assert.is(failure, action === 'cs:DescribeTaskInfo' ? 'ErrorTaskNotFound' : '', action);
			}
			assert.equal(passed.toSorted(byCodeUnit), allowed);
			assert.is(left.certState, 'Removed');
			const objects = (await cluster.kubernetes?.open())?.objects;
			const bindings = [...(objects?.clusterrolebindings ?? []), ...(objects?.rolebindings ?? [])];
			assert.not.match(JSON.stringify(bindings), left.accountId);
			assert.ok(cluster.audit.isEnabled);
		}));
});

interface Rule {
	apiGroups: string[];
	resources: string[];
	verbs: string[];
	resourceNames?: string[];
}

/** The rules of the file, one for each resource. */
async function rules(): Promise<Rule[]> {
	const path = new URL('../../deploy/kubernetes/scan-clusterrole.yaml', import.meta.url);
	const role = parse(await readFile(path, 'utf8')) as { kind: string; rules: Rule[] };
	assert.is(role.kind, 'ClusterRole');
	return role.rules.flatMap(rule => rule.resources.map(resource => ({ ...rule, resources: [resource] })));
}

/** Plain clusters, each with a ClusterRole of these rules for the scan. */
async function withRules(
	sets: Rule[][],
	run: (fleet: CloudFleet, ids: string[]) => Promise<void>,
): Promise<void> {
	const fleet = await startCloudFleet({ now: clock, clusters: 2 * sets.length, identities: 30, bindings: 5 });
	try {
		// Every other one has nothing peculiar about it.
		const plain = fleet.state.clusters.filter((_, at) => at % 2 === 0);
		for (const [at, cluster] of plain.entries()) {
			const { objects } = (await cluster.kubernetes?.open()) ?? { objects: { clusterroles: [] } };
			const role = objects.clusterroles.find(({ metadata }) => metadata.name === 'kubelapse-reader');
			Object.assign(role ?? {}, { rules: sets[at] });
		}
		await run(
			fleet,
			plain.map(({ id }) => id),
		);
	} finally {
		await fleet.close();
	}
}

const LACKING: Record<string, string[]> = {
	namespaces: ['get namespaces/kube-system'],
	serviceaccounts: ['list serviceaccounts'],
	clusterroles: ['list clusterroles.rbac.authorization.k8s.io'],
	clusterrolebindings: ['list clusterrolebindings.rbac.authorization.k8s.io'],
	roles: ['list roles.rbac.authorization.k8s.io'],
	rolebindings: ['list rolebindings.rbac.authorization.k8s.io'],
	certificatesigningrequests: ['list certificatesigningrequests.certificates.k8s.io'],
	secrets: ['list secrets', 'list secrets in namespace kube-system'],
};

describe('deploy/kubernetes/scan-clusterrole.yaml', it => {
	it('is enough, and nothing of it is too much', async () => {
		// Asked only where an audit log is given.
		const all = (await rules()).filter(({ resources }) => !resources.includes('leases'));
		const without = all.map((_, at) => all.toSpliced(at, 1));
		await withRules([all, ...without], async (fleet, ids) => {
			const { report } = await scanCloud(fleet, { target: { clusters: ids } });
			const lacking = ids.map(id =>
				report.gaps
					.filter(({ cluster, permission }) => cluster.uid === id && permission !== '')
					.map(({ permission }) => permission)
					.toSorted(byCodeUnit),
			);
			assert.equal(lacking, [[], ...all.map(({ resources: [resource = ''] }) => LACKING[resource])]);
		});
	});
});
