import { boundUids, toIdentities, withHolders } from '../../../src/collectors/alibaba/identities.ts';
import { boundWithoutState, toCredential } from '../../../src/collectors/alibaba/states.ts';
import type { CloudState } from '../../../src/model/facts.ts';
import type { ClusterRow, StateRow } from '../../../src/providers/alibaba/container-service.ts';
import type { Directory, Found } from '../../../src/providers/alibaba/directory.ts';
import { binding } from '../../helpers/cluster-facts.ts';
import { assert, describe } from '../../helpers/describe.ts';

const UID = '200000000000000011';
const CLUSTER: ClusterRow = {
	id: 'c1',
	name: 'shop-prod',
	region: 'cn-hangzhou',
	type: 'ManagedKubernetes',
	profile: 'Default',
	state: 'running',
	version: '1.34.1',
	createdAt: null,
	publicEndpoint: '',
	privateEndpoint: '',
};
const row = (changes: Partial<StateRow> = {}): StateRow => ({
	accountId: UID,
	accountName: 'lee',
	displayName: 'Lee',
	accountType: 'RamUser',
	accountState: 'Active',
	certState: 'Unexpired',
	notAfter: 1_900_000_000,
	revokable: true,
	cloudService: '',
	...changes,
});
/** Members that an enum may grow, methods of objects among them. */
const STRANGE = ['', 'Sideways', 'unexpired', 'toString', '__proto__', 'constructor', '<script>'];

describe('toCredential', it => {
	it('is a kubeconfig of the cloud, by uid', () => {
		const { uid, kind, state, username, groups, notAfter, cloud } = toCredential(CLUSTER, row());
		assert.equal(
			{ uid, kind, state, username, groups, notAfter },
			{
				uid: `kubeconfig:c1/${UID}`,
				kind: 'cloud_kubeconfig',
				state: 'effective',
				username: UID,
				groups: ['system:users'],
				notAfter: 1_900_000_000,
			},
		);
		assert.equal(cloud, {
			accountId: UID,
			accountType: 'ram_user',
			accountState: 'active',
			accountName: 'lee',
			displayName: 'Lee',
			cloudService: '',
			certState: 'Unexpired',
			revokable: true,
			clusterState: 'running',
			activity: null,
		});
	});

	it('has a state for each word of the service, and unknown for any other', () => {
		const state = (certState: string) => toCredential(CLUSTER, row({ certState })).state;
		const known = ['Unissued', 'Unexpired', 'Expired', 'Removed', 'Unknown'].map(state);
		assert.equal(known, ['not_issued', 'effective', 'expired', 'revoked', 'unknown']);
		for (const word of STRANGE) assert.is(state(word), 'unknown', word);
	});

	it('has a type and a state of the account for each word, and unknown for any other', () => {
		const of = (changes: Partial<StateRow>) => toCredential(CLUSTER, row(changes)).cloud;
		assert.equal(
			['RootAccount', 'RamUser', 'RamRole', ...STRANGE].map(word => of({ accountType: word })?.accountType),
			['root', 'ram_user', 'ram_role', ...STRANGE.map(() => 'unknown')],
		);
		assert.equal(
			['Active', 'InActive', 'Deleted', ...STRANGE].map(word => of({ accountState: word })?.accountState),
			['active', 'inactive', 'deleted', ...STRANGE.map(() => 'unknown')],
		);
	});
});

describe('boundWithoutState', it => {
	it('is deleted with its RBAC kept where the identity’s own list says removed, and else what that says', () => {
		const words = ['Removed', 'Unissued', 'Unexpired', 'Expired', 'Unknown', null, ...STRANGE];
		assert.equal(
			words.map(word => boundWithoutState(CLUSTER, UID, word).state),
			[
				'deleted',
				'not_issued',
				'effective',
				'expired',
				'unknown',
				'unknown',
				...STRANGE.map(() => 'unknown'),
			],
		);
	});

	it('nobody says that it may be revoked, or whose it is', () => {
		const { cloud } = boundWithoutState(CLUSTER, UID, null);
		const { revokable, accountState, certState } = cloud ?? {};
		assert.equal(
			{ revokable, accountState, certState },
			{ revokable: false, accountState: 'unknown', certState: '' },
		);
	});
});

describe('boundUids', it => {
	it('takes users alone, by uid, whatever suffix they have', () => {
		const bound = boundUids([
			binding('a', 'ClusterRole view', [
				`User ${UID}`,
				`User ${UID}-1673419473`,
				'User alice',
				'User system:admin',
			]),
			binding('shop/b', 'Role view', [`User ${UID}-aB3`]),
			binding('c', 'ClusterRole view', ['Group 200000000000000099', 'ServiceAccount x/200000000000000098']),
		]);
		assert.equal([...bound], [[UID, new Set([UID, `${UID}-1673419473`, `${UID}-aB3`])]]);
	});
});

const directory = (state: Found['state']): Directory => ({
	accountId: '1000000000000001',
	gaps: [],
	find: () => ({
		name: '',
		displayName: '',
		type: 'ram_user',
		state,
		stateSince: null,
		human: 'unknown',
		listComplete: true,
		cloudService: '',
	}),
});

describe('withHolders', it => {
	it('adds the names of certificates to those of bindings, and takes nobody for an account who is none', () => {
		const bound = new Map([['200000000000000001', new Set(['200000000000000001-1'])]]);
		const found = withHolders(bound, [
			'200000000000000001-2',
			'200000000000000002',
			'kubernetes-admin',
			'',
			'system:node:200000000000000003',
		]);
		assert.equal(
			[...found].map(([uid, names]) => [uid, ...names]),
			[
				['200000000000000001', '200000000000000001-1', '200000000000000001-2'],
				['200000000000000002', '200000000000000002'],
			],
		);
		assert.is(bound.get('200000000000000001')?.size, 1);
	});
});

describe('toIdentities', it => {
	const states: CloudState['accountState'][] = ['active', 'inactive', 'deleted', 'unknown'];
	const EXPECTED: Record<Found['state'], Found['state'][]> = {
		active: ['active', 'active', 'unknown', 'active'],
		disabled: ['disabled', 'disabled', 'unknown', 'disabled'],
		deleted: ['unknown', 'unknown', 'deleted', 'deleted'],
		unknown: ['unknown', 'unknown', 'unknown', 'unknown'],
	};
	for (const [listed, expected] of Object.entries(EXPECTED) as [Found['state'], Found['state'][]][])
		it(`${listed} by the lists, against what the cluster’s states say`, () => {
			const claimed = states.map(accountState => {
				const cloud = { ...(toCredential(CLUSTER, row()).cloud as CloudState), accountState };
				return toIdentities(new Map(), [cloud], directory(listed))[0]?.state;
			});
			assert.equal(claimed, expected);
		});

	it('goes by each name that a binding has for the uid, and by the uid, as one account', () => {
		const bound = new Map([[UID, new Set([`${UID}-1`, `${UID}-2`])]]);
		assert.equal(
			toIdentities(bound, [], directory('active')).map(({ username, account }) => [username, account]),
			[UID, `${UID}-1`, `${UID}-2`].map(username => [username, UID]),
		);
	});

	it('takes a name and a service from the states where the lists have none', () => {
		const cloud = toCredential(CLUSTER, row({ cloudService: 'cs' })).cloud as CloudState;
		const [identity] = toIdentities(new Map(), [cloud], directory('deleted'));
		const { name, displayName, cloudService } = identity ?? {};
		assert.equal(
			{ name, displayName, cloudService },
			{ name: 'lee', displayName: 'Lee', cloudService: 'cs' },
		);
	});
});
