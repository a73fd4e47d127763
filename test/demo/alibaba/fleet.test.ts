import { startCloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import { demoFaults } from '../../../src/demo/alibaba/fleet-faults.ts';
import type { CloudCluster } from '../../../src/demo/alibaba/state.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { clock, withCloud } from '../helpers/cloud.ts';
import { type Holder, holdersOf } from '../helpers/holders.ts';

const NOW = 1_800_000_000;

describe('startCloudFleet', it => {
	it('has clusters of every kind and state, over several regions', () =>
		withCloud({}, async ({ state }) => {
			const of = (field: 'region' | 'type' | 'profile' | 'state') =>
				[...new Set(state.clusters.map(cluster => cluster[field]))].toSorted((a, b) => (a < b ? -1 : 1));
			assert.is(state.clusters.length, 40);
			assert.is(new Set(state.clusters.map(({ name }) => name)).size, 40);
			assert.is(new Set(state.clusters.map(({ id }) => id)).size, 40);
			assert.is(of('region').length, 5);
			assert.equal(of('type'), ['ExternalKubernetes', 'Kubernetes', 'ManagedKubernetes']);
			assert.equal(of('profile'), ['Acs', 'Default', 'Edge', 'Serverless']);
			assert.equal(
				of('state').join(' '),
				'delete_failed deleted deleting disconnected draining failed inactive initial removing running scaling unavailable updating upgrading waiting',
			);
			assert.ok(state.clusters.some(({ audit }) => !audit.isEnabled));
			assert.ok(state.clusters.some(({ hasPublicEndpoint }) => !hasPublicEndpoint));
			assert.ok(state.clusters.some(({ kubeconfigs }) => kubeconfigs.length === 0));
			for (const { id } of state.clusters) assert.match(id, /^c[0-9a-f]{32}$/);
		}));

	it('has nobody but RAM users whose file is in force, where it is to be ordinary', () =>
		withCloud({ clusters: 20, identities: 30, bindings: 24, isOrdinary: true }, async ({ state }) => {
			const { users, recycled, clusters, accountId } = state;
			const known = new Set([accountId, ...users.map(({ id }) => id)]);
			assert.equal(recycled, []);
			assert.equal([...new Set(users.map(({ status }) => status))], ['active']);
			assert.equal([...new Set(clusters.map(cluster => cluster.state))], ['running']);
			for (const { kubeconfigs } of clusters) {
				assert.ok(kubeconfigs.length >= 24);
				assert.ok(kubeconfigs.every(each => each.certState === 'Unexpired' && known.has(each.accountId)));
			}
		}));

	it('has as many identities as were asked for, each kind of them, every uid its own and too long for a number', () =>
		withCloud({ identities: 300 }, async ({ state }) => {
			const { users, roles, recycled } = state;
			const held = new Set(
				state.clusters.flatMap(({ kubeconfigs }) => kubeconfigs.map(each => each.accountId)),
			);
			const listed = [...users, ...roles, ...recycled].map(({ id }) => id);
			assert.is(new Set(listed).size, listed.length);
			assert.ok(listed.every(id => /^[23]\d{17}$/.test(id) && !Number.isSafeInteger(Number(id))));
			const gone = [...held].filter(id => !listed.includes(id) && id !== state.accountId);
			assert.ok(gone.some(id => id.startsWith('2')) && gone.some(id => id.startsWith('3')));
			assert.ok(gone.some(id => id.startsWith('9')));
			assert.ok(users.some(({ status }) => status === 'freeze'));
			assert.ok(roles.some(({ name }) => name.startsWith('AliyunReservedSSO-')));
			assert.ok(recycled.length > 0);
			const all = new Set([...listed, ...held]);
			assert.ok(all.size <= 300 && all.size > 290, String(all.size));
		}));

	it('has every state of a file for somebody who is there, frozen, in the recycle bin, and gone', () =>
		withCloud({}, async ({ state }) => {
			const fate = (id: string) =>
				state.users.find(user => user.id === id)?.status ??
				(state.recycled.some(user => user.id === id) ? 'recycled' : 'gone');
			const seen = new Set(
				state.clusters.flatMap(({ kubeconfigs }) =>
					kubeconfigs
						.filter(({ accountType }) => accountType === 'RamUser')
						.map(({ accountId, certState }) => `${fate(accountId)} ${certState}`),
				),
			);
			for (const who of ['active', 'freeze', 'recycled', 'gone'])
				for (const word of ['Unexpired', 'Expired', 'Unknown', 'Removed'])
					assert.ok(seen.has(`${who} ${word}`), `${who} ${word}`);
			const issued = state.clusters.flatMap(({ kubeconfigs }) => kubeconfigs);
			const now = state.now();
			assert.ok(issued.some(({ notAfter }) => notAfter > now && notAfter < now + 30 * 86_400));
			assert.ok(issued.some(({ accountState }) => accountState === 'Deleted'));
			assert.ok(issued.some(({ accountState }) => accountState === 'Active'));
			assert.ok(issued.some(({ cloudService }) => cloudService !== ''));
			assert.ok(issued.some(({ accountType }) => accountType === 'RootAccount'));
			const answers = new Set(issued.map(({ activity }) => activity.answer));
			assert.equal([...answers].toSorted(), ['failed', 'found', 'none']);
		}));

	it('has bindings by bare uid and by name with a suffix, without any file, and files without a binding', () =>
		withCloud({}, async ({ state }) => {
			const found = { bare: 0, suffixed: 0, unlisted: 0, kept: 0, unbound: 0 };
			const groups = new Set<string>();
			for (const { kubernetes, kubeconfigs } of state.clusters) {
				const objects = (await kubernetes?.open())?.objects;
				const subjects = [...(objects?.clusterrolebindings ?? []), ...(objects?.rolebindings ?? [])].flatMap(
					binding => binding.subjects ?? [],
				);
				for (const { kind, name } of subjects) if (kind === 'Group') groups.add(name);
				const names = subjects.filter(({ kind, name }) => kind === 'User' && /^\d/.test(name));
				for (const { name } of names) {
					const [uid = '', suffix] = name.split('-');
					const issued = kubeconfigs.find(({ accountId }) => accountId === uid);
					if (suffix === undefined) found.bare++;
					else found.suffixed++;
					if (issued === undefined) found.unlisted++;
					if (issued?.certState === 'Removed') found.kept++;
				}
				for (const { accountId, certState } of kubeconfigs)
					if (objects && certState === 'Unexpired' && !names.some(({ name }) => name.startsWith(accountId)))
						found.unbound++;
			}
			for (const [what, count] of Object.entries(found)) assert.ok(count > 5, `${what} ${count}`);
			assert.ok(groups.has('system:users') && groups.has('system:authenticated'));
		}));

	it('has each trap of the reference by itself, as its own lists show it', () =>
		withCloud({}, async ({ state }) => {
			const rows = await Promise.all(state.clusters.map(holdersOf));
			const has: Record<string, (row: Holder) => boolean> = {
				'not issued, bound': ({ record, isBound }) => record === undefined && isBound,
				effective: ({ record, isBound }) => record?.certState === 'Unexpired' && isBound,
				'effective without RBAC': ({ record, isBound }) => record?.certState === 'Unexpired' && !isBound,
				expired: ({ record }) => record?.certState === 'Expired',
				'file deleted, RBAC kept': ({ record, isBound }) => record?.certState === 'Removed' && isBound,
				revoked: ({ record, isBound }) => record?.certState === 'Removed' && !isBound,
				unknown: ({ record }) => record?.certState === 'Unknown',
				root: ({ record }) => record?.accountType === 'RootAccount',
				user: ({ record }) => record?.accountType === 'RamUser',
				role: ({ record }) => record?.accountType === 'RamRole',
				'role of a cloud service': ({ record }) => record?.cloudService === 'cs',
				'frozen user': ({ uid }) => state.users.some(({ id, status }) => id === uid && status === 'freeze'),
				'in the recycle bin': ({ uid }) => state.recycled.some(({ id }) => id === uid),
				'deleted role': ({ uid }) => /^3/.test(uid) && !state.roles.some(({ id }) => id === uid),
				'unexplained prefix': ({ uid }) => /^[^123]/.test(uid),
				'named with suffix': ({ names }) => names.some(name => name.includes('-')),
				'named without suffix': ({ names, uid }) => names.includes(uid),
				'named both ways': ({ names }) => new Set(names).size > 1,
				'said to be gone, and listed': ({ record, uid }) =>
					record?.accountState === 'Deleted' && state.users.some(({ id }) => id === uid),
				'said to be there, and not listed': ({ record, uid }) =>
					record?.accountState === 'Active' && ![...state.users, ...state.roles].some(({ id }) => id === uid),
				'the scan itself': ({ uid }) => uid === state.accessKeys[0]?.holder,
			};
			const lacking = Object.keys(has).filter(trap => !rows.flat().some(row => has[trap]?.(row)));
			assert.equal(lacking, []);
			const of: Record<string, (cluster: CloudCluster) => boolean> = {
				'auditing off': ({ audit }) => !audit.isEnabled,
				'private only': ({ hasPublicEndpoint }) => !hasPublicEndpoint,
				'nothing answers behind it': ({ kubernetes }) => kubernetes === null,
				'the cloud lists nobody': ({ kubeconfigs }) => kubeconfigs.length === 0,
			};
			assert.equal(
				Object.keys(of).filter(trap => !state.clusters.some(cluster => of[trap]?.(cluster))),
				[],
			);
			// The scan has no binding in one, and so may not list them.
			const scanner = state.accessKeys[0]?.holder;
			const served = rows.filter((_, index) => state.clusters[index]?.kubernetes !== null);
			assert.ok(served.some(holders => !holders.some(({ uid, isBound }) => uid === scanner && isBound)));
		}));

	it('draws nobody twice for one cluster', () =>
		withCloud({ clusters: 60, identities: 60 }, async ({ state }) => {
			for (const { name, kubeconfigs } of state.clusters) {
				const uids = kubeconfigs.map(({ accountId }) => accountId);
				assert.is(new Set(uids).size, uids.length, name);
			}
			const holders = await Promise.all(state.clusters.slice(0, 20).map(holdersOf));
			// The one whose file was renewed has more names.
			const renewed = state.accessKeys[1]?.holder;
			for (const { uid, names } of holders.flat()) assert.ok(uid === renewed || names.length <= 2);
		}));

	it('troubles of the demo befall a cluster each, and none of a small cloud', () =>
		withCloud({}, async ({ state }) => {
			const faults = demoFaults(state);
			const clusters = new Set(faults.map(({ match }) => match));
			assert.equal([faults.length, clusters.size], [4, 4]);
			for (const id of clusters) assert.ok(state.clusters.some(cluster => cluster.id === id));
			assert.equal(demoFaults({ clusters: state.clusters.slice(0, 5) }), []);
		}));

	it('renews a file without ending the one before', () =>
		withCloud({}, async ({ state }) => {
			const clusters = await Promise.all(state.clusters.map(({ kubernetes }) => kubernetes?.open()));
			const renewed = clusters.find(cluster => (cluster?.requests.length ?? 0) > 0);
			const users = renewed?.requests.map(({ seed }) => seed.certificate.user.split('-')[0]);
			assert.is(users?.length, 2);
			assert.is(users?.[0], users?.[1]);
		}));

	it('is the same for the same seed, and another for another', async () => {
		const shape = async (seed: number) => {
			const fleet = await startCloudFleet({ now: () => NOW, clusters: 6, identities: 40, seed });
			await fleet.close();
			const { users, roles, recycled, clusters } = fleet.state;
			return { users, roles, recycled, clusters: clusters.map(({ kubernetes: _, ...rest }) => rest) };
		};
		assert.equal(await shape(7), await shape(7));
		assert.not.equal(await shape(7), await shape(8));
	});

	it('starts 500 clusters without making any', async () => {
		const before = performance.now();
		const fleet = await startCloudFleet({ now: clock, clusters: 500 });
		const took = performance.now() - before;
		await fleet.close();
		assert.is(fleet.state.clusters.length, 500);
		// Making them takes several times as long.
		assert.ok(took < 3000, `${took} ms`);
	});
});
