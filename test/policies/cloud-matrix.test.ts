import { loadBundle } from '../../src/evaluate/bundle.ts';
import { createPool } from '../../src/evaluate/pool.ts';
import { join } from '../../src/join/join.ts';
import { DAY } from '../../src/lib/epoch.ts';
import type { CloudState, Credential, DirectoryIdentity, Facts } from '../../src/model/facts.ts';
import { sources } from '../../src/model/facts.ts';
import { binding, clusterFacts, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { EAST, kubeconfig } from '../reporters/fixtures/cloud.ts';

/** One kubeconfig, by all that decides about it. */
interface Case {
	uid: string;
	/** What the account's lists say, which were read whole or not. */
	list: DirectoryIdentity['state'];
	isWhole: boolean;
	isBound: boolean;
	type: CloudState['accountType'];
	claimed: CloudState['accountState'];
	state: Credential['state'];
	clusterState: string;
}

const LISTS = [
	['active', true],
	['disabled', true],
	['deleted', true],
	['deleted', false],
	['unknown', true],
	['unknown', false],
] as const;
const TYPES = ['root', 'ram_user', 'ram_role', 'unknown'] as const;
const CLAIMS = ['active', 'inactive', 'deleted', 'unknown'] as const;
const STATES = ['not_issued', 'effective', 'expired', 'deleted', 'revoked', 'unknown'] as const;
/** In which no kubeconfig may be deleted. */
const BLOCKED = ['deleting', 'deleted', 'delete_failed', 'failed'];
const CLUSTER_STATES = [
	...['initial', 'running', 'updating', 'upgrading', 'scaling', 'removing', 'draining', 'inactive'],
	...['updating_failed', 'stopped', 'waiting', 'disconnected', 'unavailable', 'a_state_of_tomorrow'],
	...BLOCKED,
];

/** 12 identities: what lists say of them, with and without a binding. */
const IDENTITIES = LISTS.flatMap(([list, isWhole]) =>
	[true, false].map(isBound => ({ list, isWhole, isBound })),
);

function casesOf(clusterState: string): Case[] {
	const cases = IDENTITIES.flatMap(identity =>
		TYPES.flatMap(type =>
			CLAIMS.flatMap(claimed => STATES.map(state => ({ ...identity, type, claimed, state, clusterState }))),
		),
	);
	return cases.map((one, index) => ({ ...one, uid: `2${String(index).padStart(17, '0')}` }));
}

function factsOf(cases: Case[]): Facts {
	const base = clusterFacts();
	return {
		...base,
		cluster: { ...base.cluster, provider: 'alibaba' },
		sources: sources.map(source => ({
			source,
			status: source === 'usage' ? 'not_configured' : 'complete',
			count: 1,
		})),
		credentials: cases.map(({ uid, type, claimed, state, clusterState }) => ({
			...kubeconfig({
				...{ accountId: uid, accountType: type, accountState: claimed, clusterState },
				revokable: !BLOCKED.includes(clusterState) && type !== 'root',
			}),
			state,
			notAfter: state === 'expired' ? NOW - DAY : NOW + 100 * DAY,
		})),
		identities: cases.flatMap(({ uid, list, isWhole, type }) =>
			[uid, `${uid}-1673419473`].map(username => ({
				username,
				provider: 'alibaba' as const,
				account: uid,
				name: '',
				displayName: '',
				type: type === 'unknown' ? ('user' as const) : type,
				state: list,
				stateSince: null,
				human: 'unknown' as const,
				listComplete: isWhole,
				cloudService: '',
			})),
		),
		bindings: cases.flatMap(({ uid, isBound }) =>
			isBound ? [binding(`b-${uid}`, 'ClusterRole view', [`User ${uid}-1673419473`])] : [],
		),
	};
}

type Said = 'fail' | 'unknown' | '';
const works = ({ state }: Case) => state === 'effective' || state === 'unknown';

/** The rules once more, as sentences about a case. A pass and what is not judged are both nothing. */
const RULES: Record<string, (one: Case) => Said> = {
	// Gone is who no list has that was read whole, or whom the cluster calls gone and no list has; where
	// one has and one has not, nobody can tell.
	'orphan/identity_deleted': one => {
		if (!works(one)) return '';
		const { list, isWhole, claimed } = one;
		const isThere = list === 'active' || list === 'disabled';
		if (isThere) return claimed === 'deleted' ? 'unknown' : '';
		if (claimed === 'deleted') return 'fail';
		const isListedHere = claimed === 'active' || claimed === 'inactive';
		return list === 'deleted' && isWhole && !isListedHere ? 'fail' : 'unknown';
	},
	'orphan/identity_disabled': one => {
		if (!works(one) || one.list === 'deleted') return '';
		if (one.list === 'disabled' || one.claimed === 'inactive') return 'fail';
		return one.list === 'unknown' ? 'unknown' : '';
	},
	// The bindings name it with a suffix.
	'orphan/grants_outlive_kubeconfig': ({ state, isBound }) => {
		if (!isBound || state === 'effective' || state === 'not_issued') return '';
		return state === 'unknown' ? 'unknown' : 'fail';
	},
	'coverage/purge_not_possible': ({ state, clusterState, type }) => {
		const isRefused = BLOCKED.includes(clusterState) || type === 'root';
		return isRefused && ['effective', 'expired', 'unknown'].includes(state) ? 'fail' : '';
	},
	'credential/expired': ({ state }) => (state === 'expired' ? 'fail' : ''),
	'credential/expires_soon': () => '',
	'credential/not_yet_valid': () => '',
	// What is left, a hundred days, is more than a person gets, or a robot.
	'credential/lifetime_too_long': one => (works(one) ? 'fail' : ''),
	'credential/weak_key': () => '',
};

describe('[wasm] kubeconfigs of a cloud', it => {
	for (const clusterState of CLUSTER_STATES) {
		it(`12 identities × 4 account types × 4 account states × 6 states :: cluster ${clusterState}`, async () => {
			const cases = casesOf(clusterState);
			const byUid = new Map(cases.map(one => [`kubeconfig:${EAST}/${one.uid}`, one]));
			const said = await verdictsOf(factsOf(cases));
			const wrong = [...byUid].flatMap(([uid, one]) =>
				Object.entries(RULES).flatMap(([policy, rule]) => {
					const [is, should] = [said.get(`${policy} ${uid}`) ?? '', rule(one)];
					return is === should ? [] : [{ policy, is, should, ...one }];
				}),
			);
			assert.equal([wrong.length, wrong.slice(0, 2)], [0, []]);
		});
	}
});

/** `policy uid` → what it says of a credential, by the real policies. */
async function verdictsOf(facts: Facts): Promise<Map<string, Said>> {
	const pool = await createPool(await loadBundle(), { threads: 1 });
	const said = new Map<string, Said>();
	const records = [...join(facts, NOW).records()].filter(({ kind }) => kind === 'credential');
	await pool.evaluate(records, {
		onVerdicts: (record, verdicts) => {
			if (record.kind !== 'credential') return;
			for (const { policyId, outcome } of verdicts)
				if (outcome === 'fail' || outcome === 'unknown')
					said.set(`${policyId} ${record.credential.uid}`, outcome);
		},
	});
	await pool.close();
	return said;
}
