import { startCloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { clock, withCloud } from '../helpers/cloud.ts';

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
			assert.equal(of('state'), [
				'delete_failed',
				'deleting',
				'disconnected',
				'failed',
				'running',
				'updating',
			]);
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
