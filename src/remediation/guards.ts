import { readSubjectUid } from '../lib/alibaba-uid.ts';
import { deletable } from '../lib/deletable.ts';
import { byCodeUnit, oneLine } from '../lib/text.ts';
import type { EpochSeconds, Source, Subject } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { RefusalReason } from '../model/plan.ts';
import type { Grade } from '../model/policy.ts';
import type { Existence } from '../model/record.ts';
import type { ReportedCredential, ReportedGrant } from '../model/report.ts';
import type { DeletionBar } from '../model/views.ts';
import type { Scope } from './scope.ts';

/** Why something is never planned. */
export interface Bar {
	code: RefusalReason;
	reason: string;
}

/** What decides besides the report. */
export interface GuardOptions {
	now: EpochSeconds;
	maxAgeSeconds: number;
	/** Whether a username is kept for emergencies. */
	isBreakGlass: (username: string) => boolean;
}

const bar = (code: RefusalReason, reason: string): Bar => ({ code, reason });

/** A clock that is ahead of the scan's by more makes the age of facts worthless. */
const CLOCK_SKEW = 300;

/** Whether anything of a cluster may be planned on. */
export function clusterBar({ cluster }: Scope, { now, maxAgeSeconds }: GuardOptions): Bar | null {
	const { status, provider, collectedAt } = cluster;
	if (status === 'unreachable' || status === 'not_assessed')
		return bar('cluster_not_read', `the cluster is ${status.replace('_', ' ')}`);
	if (provider === 'files')
		return bar('cluster_not_read', 'it is known from kubeconfig files alone: nobody looked at the cluster');
	if (collectedAt > now + CLOCK_SKEW)
		return bar(
			'facts_from_the_future',
			'its facts were collected after the present: one of the clocks is wrong',
		);
	if (now - collectedAt > maxAgeSeconds)
		return bar('facts_too_old', `its facts are older than ${Math.floor(maxAgeSeconds / 3600)} h: scan again`);
	return null;
}

/**
 * Whether a finding justifies an action.
 * @param floor the worst evidence of use on which the action is ever planned, where use is what is judged.
 * @param sources what the action has to know whole, beside what the policy needs.
 * @param object uid of what the action ends, which may be another object than the finding is about.
 */
export function findingBar(
	finding: Finding,
	scope: Scope,
	{ floor, sources, object }: { floor: Exclude<Grade, 'none'>; sources: readonly Source[]; object: string },
): Bar | null {
	if (scope.waived.has(object))
		return bar('waived', 'a waiver accepts it for now: it is not ended for another finding');
	if (finding.outcome === 'unknown') {
		const [why] = finding.gaps;
		return bar('outcome_unknown', why?.message || 'it could not be judged');
	}
	const policy = scope.policies.get(finding.policyId);
	if (policy === undefined) return bar('object_unknown', 'the result does not list its policy');
	if (policy.origin !== null && !policy.origin.isTrusted)
		return bar(
			'policy_not_trusted',
			`its policy comes from ${oneLine(policy.origin.folder, 100)}, which the config does not trust`,
		);
	const judgesUse = policy.minGrade !== 'none' || policy.needs.includes('usage');
	if (judgesUse) {
		// A policy that reads use and names no grade brings no evidence at all.
		const grade = finding.grade === 'none' ? 'D' : finding.grade;
		const wanted =
			[policy.minGrade, floor].flatMap(each => (each === 'none' ? [] : [each])).sort(byCodeUnit)[0] ?? floor;
		if (grade > wanted)
			return bar('grade_too_low', `the evidence of use is of grade ${grade}, and ${wanted} is asked for`);
	}
	if (!finding.remediation.safe) return bar('grade_too_low', finding.remediation.why);
	const needed = [...policy.needs, ...sources];
	return gapBar(scope, needed, finding.subject.uid) ?? gapBar(scope, needed, object);
}

/** Whether something that is needed could not be read, for the whole cluster or for this object. */
export function gapBar({ gaps }: Scope, needed: readonly Source[], object: string): Bar | null {
	const open = gaps.find(
		({ source, code, subject }) =>
			code !== 'not_configured' &&
			(subject === '' || subject === object) &&
			(source === 'cluster' || needed.includes(source)),
	);
	return open === undefined ? null : bar('source_gap', `${open.source} was not read whole: ${open.message}`);
}

/** Groups in which everybody is: removed where somebody bound them by hand. */
const EVERYBODY = ['system:unauthenticated', 'system:authenticated'];
const NODE = /^system:(node:|nodes$|kube-|apiserver$|node-proxier$|volume-scheduler$)/;

/** Whether a subject may be taken out of a binding. */
export function subjectBar(
	subject: Subject,
	{ manager, isBootstrapDefault }: Pick<ReportedGrant, 'manager' | 'isBootstrapDefault'>,
	scope: Scope,
	options: GuardOptions,
): Bar | null {
	const { kind, name } = subject;
	if (isBootstrapDefault)
		return bar('bootstrap_default', 'the API server puts its own subjects back when it starts');
	const isEverybody =
		(kind === 'Group' && EVERYBODY.includes(name)) || (kind === 'User' && name === 'system:anonymous');
	if (isEverybody)
		return manager === 'bootstrap'
			? bar('bootstrap_default', 'in the bindings of the API server itself everybody is left alone')
			: null;
	if (kind !== 'ServiceAccount' && NODE.test(name))
		return bar('node_or_control_plane', 'nodes and the control plane keep their access');
	if (kind === 'Group' && name.startsWith('system:'))
		return bar('system_group', 'a group that Kubernetes keeps for itself is not removed');
	if (kind === 'User' && name.startsWith('system:'))
		return bar('system_user', 'a user that Kubernetes keeps for itself is not removed');
	return identityBar(subject, scope, options);
}

/** Whether somebody may lose what they have: not whoever scans, plans or applies, and nobody kept for emergencies. */
export function identityBar(
	{ kind, namespace, name }: Subject,
	scope: Scope,
	{ isBreakGlass }: GuardOptions,
): Bar | null {
	const username = kind === 'ServiceAccount' ? `system:serviceaccount:${namespace}:${name}` : name;
	const isOwn = scope.actors.some(actor =>
		kind === 'Group' ? actor.groups.includes(name) : scope.isSameUser(actor.username, username),
	);
	if (isOwn)
		return bar('own_identity', 'it is whoever scans, plans or applies: nobody takes away their own access');
	const identity = kind === 'Group' ? undefined : scope.identityOf(username);
	const uid = readSubjectUid(username)?.uid ?? '';
	if (
		kind === 'User' &&
		(identity?.type === 'root' || (uid !== '' && uid === scope.cluster.cloud?.accountId))
	)
		return bar('root_account', 'it is the Alibaba Cloud account itself');
	const { id = '', account = '', name: shown = '', displayName = '' } = identity ?? {};
	const names = [username, name, id, account, shown, displayName];
	return names.some(each => each !== '' && isBreakGlass(each))
		? bar('break_glass', 'it is kept for emergencies')
		: null;
}

const DELETION_BARS = {
	own: ['own_identity', 'it is the kubeconfig of whoever scans, plans or applies'],
	caller_unknown: ['caller_unknown', 'nobody knows who would delete it'],
	root_account: ['root_account', "it is the Alibaba Cloud account's own"],
	account_type_unknown: ['account_type_unknown', 'whose it is is not known: it may be the account’s own'],
	cluster_state: ['cluster_state', 'the state of its cluster forbids it'],
	kubeconfig_state: ['kubeconfig_state', 'it is not issued, revoked, or in a state that nobody knows'],
	refused: ['service_refuses', 'the service says that it would not revoke it'],
} as const satisfies Record<Exclude<DeletionBar, ''>, [RefusalReason, string]>;

/** Whether a kubeconfig of the cloud may be ended: by the rules of its console, and ours. */
export function kubeconfigBar(
	{ cloud, state }: ReportedCredential,
	scope: Scope,
	options: GuardOptions,
): Bar | null {
	if (cloud === null) return bar('kubeconfig_state', 'no cloud lists it');
	const { accountId, accountType } = cloud;
	const identity = scope.identityOf(accountId);
	const type = identity?.type;
	const known = type === 'root' || type === 'ram_user' || type === 'ram_role' ? type : null;
	const isOwn = scope.actors.some(({ account }) => account !== '' && account === accountId);
	const { reason } = deletable({
		...cloud,
		accountType: accountType === 'unknown' ? (known ?? accountType) : accountType,
		callerUid: isOwn ? accountId : (scope.cluster.cloud?.callerUid ?? ''),
		clusterState: scope.cluster.cloud?.state ?? '',
		state,
		hasGrants: hasGrants(scope, accountId),
		activity: 'not_asked',
	});
	if (reason !== '') {
		const [code, why] = DELETION_BARS[reason];
		return bar(code, why);
	}
	return identityBar({ kind: 'User', namespace: '', name: accountId }, scope, options);
}

function hasGrants({ grantsOf, cluster }: Scope, accountId: string): Existence {
	if (grantsOf(accountId).length > 0) return 'yes';
	const isRead = cluster.sources.some(({ source, status }) => source === 'bindings' && status === 'complete');
	return isRead ? 'no' : 'unknown';
}
