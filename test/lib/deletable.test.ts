import { type DeletionCase, deletable } from '../../src/lib/deletable.ts';
import type { CredentialState } from '../../src/model/facts.ts';
import type { DeletionBar } from '../../src/model/views.ts';
import { assert, describe } from '../helpers/describe.ts';

const CALLER = '200000000000000001';
const ACCOUNTS = Array.from(
	{ length: 12 },
	(_, index) => `2000000000000000${String(index + 1).padStart(2, '0')}`,
);
const TYPES = ['root', 'ram_user', 'ram_role', 'unknown'] as const;
const STATES = ['not_issued', 'effective', 'expired', 'deleted', 'revoked', 'unknown'] as const;
const CLUSTER_STATES = [
	...['initial', 'running', 'updating', 'upgrading', 'scaling', 'removing', 'draining', 'inactive'],
	...['updating_failed', 'stopped', 'waiting', 'disconnected', 'unavailable', 'create_timeout'],
	...['deleting', 'deleted', 'delete_failed', 'failed', 'DELETING', '', 'a_state_of_tomorrow'],
];

function made(over: Partial<DeletionCase> = {}): DeletionCase {
	return {
		accountId: ACCOUNTS[1] ?? '',
		accountType: 'ram_user',
		certState: 'Unexpired',
		revokable: true,
		callerUid: CALLER,
		clusterState: 'running',
		state: 'effective',
		hasGrants: 'yes',
		activity: 'no_record',
		...over,
	};
}

/** The seeds' list of what cannot be deleted, once more and in their order of words. */
function barred(one: DeletionCase): boolean {
	const abnormalCluster = /^(delete_failed|deleting|deleted|failed)?$/i.test(one.clusterState);
	const neverIssued = one.state === 'not_issued';
	const revokedOrUnknown = one.state === 'revoked' || one.state === 'unknown';
	const nothingLeft = one.state === 'deleted' && one.hasGrants === 'no';
	const heldByYou = one.accountId === one.callerUid || one.callerUid === '';
	const ofTheAccount = one.accountType === 'root' || one.accountType === 'unknown';
	const serviceRefuses = /^(Unexpired|Expired|Unknown)$/.test(one.certState) && !one.revokable;
	return (
		abnormalCluster ||
		neverIssued ||
		revokedOrUnknown ||
		nothingLeft ||
		heldByYou ||
		ofTheAccount ||
		serviceRefuses
	);
}

function* matrix(): Generator<DeletionCase> {
	for (const accountId of ACCOUNTS)
		for (const accountType of TYPES)
			for (const state of STATES)
				for (const clusterState of CLUSTER_STATES)
					for (const revokable of [true, false])
						for (const hasGrants of ['yes', 'no', 'unknown'] as const)
							yield made({
								...{ accountId, accountType, state, clusterState, revokable, hasGrants },
								// What the cluster's own list says; of a deleted file it says nothing.
								certState: state === 'deleted' ? 'Removed' : state === 'expired' ? 'Expired' : 'Unexpired',
							});
}

describe('deletable', it => {
	it('12 identities × all states × all account types × all cluster states :: as the seeds say', () => {
		const wrong: unknown[] = [];
		let may = 0;
		for (const one of matrix()) {
			const answer = deletable(one);
			if (answer.may === barred(one) || answer.may !== (answer.reason === '')) wrong.push([one, answer]);
			may += Number(answer.may);
		}
		// 11 others × user and role × 15 states of clusters that work × effective, expired with 3 answers
		// about bindings each where the service agrees, and deleted with bindings left whatever it says.
		assert.equal([wrong.slice(0, 1), may], [[], 11 * 2 * 15 * (2 * 3 + 2 * 2)]);
	});
	const reasons: [string, Partial<DeletionCase>, DeletionBar][] = [
		['one’s own', { accountId: CALLER }, 'own'],
		['one’s own, before all else', { accountId: CALLER, accountType: 'root', state: 'unknown' }, 'own'],
		['nobody knows who deletes', { callerUid: '' }, 'caller_unknown'],
		['the root account', { accountType: 'root', revokable: false }, 'root_account'],
		['perhaps the root account', { accountType: 'unknown' }, 'account_type_unknown'],
		['a cluster that goes', { clusterState: 'deleting', state: 'unknown' }, 'cluster_state'],
		['a cluster in a state that nobody told', { clusterState: '' }, 'cluster_state'],
		...(['not_issued', 'revoked', 'unknown'] satisfies CredentialState[]).map(
			(state): [string, Partial<DeletionCase>, DeletionBar] => [
				state,
				{ state, revokable: false },
				'kubeconfig_state',
			],
		),
		[
			'a file deleted, and no binding left',
			{ state: 'deleted', hasGrants: 'no', certState: 'Removed' },
			'kubeconfig_state',
		],
		['the service would refuse', { revokable: false }, 'refused'],
	];
	for (const [name, over, reason] of reasons)
		it(`no, and why :: ${name}`, () =>
			assert.equal(deletable(made(over)), { may: false, reason, warning: '' }));
	it('yes :: a file deleted, with bindings left: no list says whether the service agrees', () =>
		assert.is(deletable(made({ state: 'deleted', certState: 'Removed', revokable: false })).may, true));
	it('the seven-day record warns and bars nothing', () =>
		assert.equal(
			(['no_record', 'records_found', 'failed', 'not_asked'] as const).map(activity =>
				deletable(made({ activity })),
			),
			[
				{ may: true, reason: '', warning: '' },
				{ may: true, reason: '', warning: 'used_lately' },
				{ may: true, reason: '', warning: 'check_failed' },
				{ may: true, reason: '', warning: 'not_checked' },
			],
		));
});
