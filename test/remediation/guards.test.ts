import { DAY } from '../../src/lib/epoch.ts';
import type { Credential, Facts, Gap, Source } from '../../src/model/facts.ts';
import type { PlanOptions, RefusalReason } from '../../src/model/plan.ts';
import type { Report } from '../../src/model/report.ts';
import type { Actor } from '../../src/remediation/scope.ts';
import { binding, clusterFacts, credentialOf, forbidden, NOW, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import {
	ACCOUNT,
	cloudFacts,
	kubeconfigOf,
	listed,
	planOf,
	ramUser,
	reportOf,
	UID,
	withRoster,
} from './report-of.ts';

interface Case {
	what: string;
	facts: Facts;
	refused: RefusalReason;
	options?: Partial<PlanOptions>;
	actors?: Record<string, Actor>;
	/** Seconds after the scan. */
	later?: number;
	change?: (report: Report) => void;
}

const suppression = {
	waiver: 'x',
	reason: 'x',
	owner: 'x',
	expires: NOW + DAY,
	approver: '',
	ticket: '',
};

const view = role('view', ['get,list core pods']);
const gone = 'ServiceAccount ci/gone';

/** A cluster where somebody who is deleted is bound. */
const bound = (
	subject: string,
	rest: Partial<Facts['bindings'][number]> = {},
	name = subject.split(' ')[1] ?? '',
) =>
	withRoster([listed(name, 'deleted', subject.startsWith('Group') ? { type: 'group' } : {})], {
		roles: [view],
		bindings: [binding('ops', 'ClusterRole view', [subject], rest)],
	});
const orphan = (rest: Partial<Facts> = {}) =>
	clusterFacts({ roles: [view], bindings: [binding('ops', 'ClusterRole view', [gone])], ...rest });
const withGap = (source: Source, rest: Partial<Gap> = {}): Facts => {
	const facts = orphan();
	return {
		...facts,
		gaps: [forbidden(source, rest)],
		sources: facts.sources.map(each => (each.source === source ? { ...each, status: 'partial' } : each)),
	};
};
const cloud = (kubeconfig: Credential, rest: Partial<Facts['cluster']['cloud'] & object> = {}): Facts => {
	const account = kubeconfig.cloud?.accountId ?? '';
	const facts = cloudFacts([kubeconfig], [ramUser(account, 'deleted')]);
	const { cluster } = facts;
	return { ...facts, cluster: { ...cluster, cloud: cluster.cloud && { ...cluster.cloud, ...rest } } };
};
const secretOf = (rest: Partial<Credential> = {}): Credential =>
	credentialOf('system:serviceaccount:ci:robot', {
		uid: 'secret:s1',
		kind: 'token_secret',
		notAfter: null,
		certificate: null,
		createdAt: NOW - 800 * DAY,
		notBefore: NOW - 800 * DAY,
		lastUsed: NOW - 400 * DAY,
		serviceAccount: { namespace: 'ci', name: 'robot', uid: 'u' },
		locations: [
			{
				origin: 'secret',
				path: '',
				line: 0,
				namespace: 'ci',
				name: 'robot-token',
				mode: null,
				ownerUid: null,
			},
		],
		...rest,
	});
const token = (rest: Partial<Credential> = {}) =>
	clusterFacts({
		serviceAccounts: [{ uid: 'u', namespace: 'ci', name: 'robot' }],
		credentials: [secretOf(rest)],
	});
const quarantined = (days: number, lastUsed: number | null) => {
	const today = Math.floor(NOW / DAY) * DAY;
	return token({
		state: 'revoked',
		invalidSince: today - days * DAY,
		lastUsed: lastUsed === null ? null : today - lastUsed * DAY,
	});
};
const ofVersion = (facts: Facts, version: string): Facts => ({
	...facts,
	cluster: { ...facts.cluster, version },
});
const bootstrap = clusterFacts({
	credentials: [
		secretOf({
			uid: 'secret:b1',
			kind: 'bootstrap_token',
			username: 'system:bootstrap:abcdef',
			serviceAccount: null,
			lastUsed: null,
			locations: [
				{
					origin: 'secret',
					path: '',
					line: 0,
					namespace: 'kube-system',
					name: 'bootstrap-token-abcdef',
					mode: null,
					ownerUid: null,
				},
			],
		}),
	],
});
const me = (username: string, groups: string[] = [], account = ''): Record<string, Actor> => ({
	'uid-1': { username, groups, account },
});
const own = (report: Report, change: (policy: Report['policies'][number]) => void) => {
	for (const policy of report.policies) if (policy.id === 'orphan/service_account_missing') change(policy);
};

const cases: Case[] = [
	// ---- the finding ----
	{ what: 'an outcome of unknown', facts: withGap('service_accounts'), refused: 'outcome_unknown' },
	{
		what: 'a policy of a folder that is not trusted',
		facts: orphan(),
		refused: 'policy_not_trusted',
		change: report =>
			own(report, policy => {
				policy.origin = { folder: 'org', isTrusted: false, replaces: true };
			}),
	},
	{
		what: 'evidence under the grade of the policy',
		facts: orphan(),
		refused: 'grade_too_low',
		change: report => {
			own(report, policy => {
				policy.minGrade = 'A';
			});
			for (const finding of report.findings) finding.grade = 'B';
		},
	},
	{
		what: 'evidence under the floor of the action, whatever the metadata says',
		facts: orphan(),
		refused: 'grade_too_low',
		change: report => {
			own(report, policy => {
				policy.minGrade = 'D';
			});
			for (const finding of report.findings) finding.grade = 'C';
		},
	},
	{
		what: 'a policy that reads use and names no grade',
		facts: orphan(),
		refused: 'grade_too_low',
		change: report =>
			own(report, policy => {
				policy.needs = [...policy.needs, 'usage'];
			}),
	},
	{
		what: 'a finding that its report calls advice',
		facts: orphan(),
		refused: 'grade_too_low',
		change: report => {
			for (const finding of report.findings)
				finding.remediation = { ...finding.remediation, safe: false, why: 'it is not' };
		},
	},
	{ what: 'a gap in a source that the action needs', facts: withGap('roles'), refused: 'source_gap' },
	{
		what: 'a gap in the cluster itself',
		facts: { ...orphan(), gaps: [forbidden('cluster')] },
		refused: 'source_gap',
	},
	{
		what: 'an object that the result does not list',
		facts: orphan(),
		refused: 'object_unknown',
		change: report => {
			report.grants = [];
		},
	},
	{
		what: 'what a waiver accepts, for another finding',
		facts: orphan(),
		refused: 'waived',
		change: report => {
			report.suppressed = report.findings.map(finding => ({ ...finding, suppression }));
		},
	},
	// ---- the cluster ----
	{ what: 'facts that are older than a day', facts: orphan(), refused: 'facts_too_old', later: DAY + 1 },
	{ what: 'facts from the future', facts: orphan(), refused: 'facts_from_the_future', later: -301 },
	{
		what: 'a cluster that was not reached',
		facts: orphan(),
		refused: 'cluster_not_read',
		change: report => {
			for (const cluster of report.clusters) cluster.status = 'unreachable';
		},
	},
	{
		what: 'a cluster that was not assessed',
		facts: orphan(),
		refused: 'cluster_not_read',
		change: report => {
			for (const cluster of report.clusters) cluster.status = 'not_assessed';
		},
	},
	{
		what: 'a cluster that is known from files alone',
		facts: orphan(),
		refused: 'cluster_not_read',
		change: report => {
			for (const cluster of report.clusters) cluster.provider = 'files';
		},
	},
	// ---- the subject ----
	{ what: 'the user who applies', facts: bound('User ann'), refused: 'own_identity', actors: me('ann') },
	{
		what: 'the service account that applies',
		facts: orphan(),
		refused: 'own_identity',
		actors: me('system:serviceaccount:ci:gone'),
	},
	{
		what: 'a group of whoever applies',
		facts: bound('Group admins'),
		refused: 'own_identity',
		actors: me('root', ['admins']),
	},
	{
		what: 'the login of the scan',
		facts: withRoster([listed('ann', 'deleted')], {
			roles: [view],
			bindings: [binding('ops', 'ClusterRole view', ['User ann'])],
			credentials: [
				credentialOf('ann', {
					locations: [
						{
							origin: 'connection',
							path: 'a',
							line: 1,
							namespace: '',
							name: 'ann',
							mode: 0o600,
							ownerUid: 0,
						},
					],
				}),
			],
		}),
		refused: 'own_identity',
	},
	{ what: 'a break-glass user', facts: bound('User break-glass'), refused: 'break_glass' },
	{
		what: 'a break-glass user by the name that the roster gives',
		facts: withRoster([listed('u-17', 'deleted', { displayName: 'Break-Glass 1' })], {
			roles: [view],
			bindings: [binding('ops', 'ClusterRole view', ['User u-17'])],
		}),
		refused: 'break_glass',
	},
	{
		what: 'a break-glass user by the id that the roster gives',
		facts: withRoster([listed('u-18', 'deleted', { account: 'break-glass-2' })], {
			roles: [view],
			bindings: [binding('ops', 'ClusterRole view', ['User u-18'])],
		}),
		refused: 'break_glass',
	},
	{
		what: 'the account itself, as it is bound',
		facts: cloudFacts([], [listed(ACCOUNT, 'deleted', { provider: 'alibaba', type: 'root' })], {
			roles: [view],
			bindings: [binding('ops', 'ClusterRole view', [`User ${ACCOUNT}`])],
		}),
		refused: 'root_account',
	},
	{
		what: 'a break-glass service account',
		facts: orphan({ bindings: [binding('ops', 'ClusterRole view', ['ServiceAccount ci/break-glass'])] }),
		refused: 'break_glass',
	},
	{ what: 'a node', facts: bound('User system:node:worker-1'), refused: 'node_or_control_plane' },
	{ what: 'the group of nodes', facts: bound('Group system:nodes'), refused: 'node_or_control_plane' },
	{ what: 'the scheduler', facts: bound('User system:kube-scheduler'), refused: 'node_or_control_plane' },
	{
		what: 'the controller manager',
		facts: bound('User system:kube-controller-manager'),
		refused: 'node_or_control_plane',
	},
	{ what: 'the API server', facts: bound('User system:apiserver'), refused: 'node_or_control_plane' },
	{ what: 'system:masters', facts: bound('Group system:masters'), refused: 'system_group' },
	{ what: 'another group of Kubernetes', facts: bound('Group system:monitoring'), refused: 'system_group' },
	{
		what: 'another user of Kubernetes',
		facts: bound('User system:volume-scheduler-x'),
		refused: 'system_user',
	},
	{
		what: 'everybody, added to a binding of the API server',
		facts: clusterFacts({
			roles: [role('system:discovery', ['get,list core secrets'])],
			bindings: [
				binding('system:discovery', 'ClusterRole system:discovery', ['User system:anonymous'], {
					manager: 'bootstrap',
				}),
			],
		}),
		refused: 'bootstrap_default',
	},
	{
		what: 'a default subject of a binding of the API server',
		facts: clusterFacts({
			bindings: [
				binding(
					'system:controller:job-controller',
					'ClusterRole system:controller:job-controller',
					['ServiceAccount kube-system/job-controller'],
					{
						manager: 'bootstrap',
					},
				),
			],
		}),
		refused: 'bootstrap_default',
	},
	// ---- kubeconfigs of a cloud ----
	{
		what: "the account's own kubeconfig",
		facts: cloud(kubeconfigOf(ACCOUNT, {}, { accountType: 'root' })),
		refused: 'root_account',
	},
	{
		what: 'a kubeconfig of nobody knows whom',
		facts: cloudFacts(
			[kubeconfigOf('901234567890123456', {}, { accountType: 'unknown' })],
			[ramUser('901234567890123456', 'deleted', { type: 'user' })],
		),
		refused: 'account_type_unknown',
	},
	{
		what: "the scan's own kubeconfig",
		facts: cloud(kubeconfigOf('209999999999999999')),
		refused: 'own_identity',
	},
	{
		what: "the applier's own kubeconfig",
		facts: cloud(kubeconfigOf(UID)),
		refused: 'own_identity',
		actors: { c1: { username: `${UID}-7`, groups: [], account: UID } },
	},
	{
		what: 'a caller that is not known',
		facts: cloud(kubeconfigOf(UID), { callerUid: '' }),
		refused: 'caller_unknown',
	},
	...['Deleting', 'deleted', 'delete_failed', 'failed'].map(
		(state): Case => ({
			what: `a cluster that is ${state}`,
			facts: cloud(kubeconfigOf(UID), { state }),
			refused: 'cluster_state',
		}),
	),
	{
		what: 'a cluster whose state is not known',
		facts: cloud(kubeconfigOf(UID), { state: '' }),
		refused: 'cluster_state',
	},
	...(['not_issued', 'revoked', 'unknown'] as const).map(
		(state): Case => ({
			what: `a kubeconfig in state ${state}`,
			facts: cloud(kubeconfigOf(UID)),
			refused: 'kubeconfig_state',
			change: report => {
				for (const credential of report.credentials) credential.state = state;
			},
		}),
	),
	{
		what: 'a kubeconfig that the service would not revoke',
		facts: cloud(kubeconfigOf(UID, {}, { revokable: false })),
		refused: 'service_refuses',
	},
	{
		what: 'a break-glass RAM user',
		facts: cloudFacts([kubeconfigOf(UID)], [ramUser(UID, 'deleted', { name: 'break-glass' })]),
		refused: 'break_glass',
	},
	// ---- Secrets ----
	{
		what: 'a bootstrap token without --no-restore',
		facts: bootstrap,
		refused: 'no_restore',
		options: { only: [] },
	},
	{
		what: 'a token of the account that applies',
		facts: token(),
		refused: 'own_identity',
		actors: me('system:serviceaccount:ci:robot'),
	},
	...['v1.28.15', 'v1.9.0', ''].map(
		(version): Case => ({
			what: `a token of a cluster of version ${version || 'nobody knows'}`,
			facts: ofVersion(token(), version),
			refused: 'server_too_old',
		}),
	),
	{
		what: 'a quarantined token of a cluster that dates no attempt',
		facts: ofVersion(quarantined(30, null), 'v1.28.15'),
		refused: 'server_too_old',
		options: { noRestore: true },
	},
	{
		what: 'a token whose quarantine still runs',
		facts: quarantined(3, null),
		refused: 'quarantine_running',
		options: { noRestore: true },
	},
	{
		what: 'a quarantined token that was tried',
		facts: quarantined(30, 5),
		refused: 'attempted_since',
		options: { noRestore: true },
	},
	{
		what: 'a quarantined token that was tried on its first day',
		facts: quarantined(30, 30),
		refused: 'attempt_unknown',
		options: { noRestore: true },
	},
];

describe('makePlan :: what is never planned', it => {
	for (const { what, facts, refused, options = {}, actors = {}, later = 3600, change } of cases)
		it(`${refused} :: ${what}`, async () => {
			const report = await reportOf([facts]);
			// No policy judges what Kubernetes keeps for itself; a forged result might say that one does.
			if (!report.findings.some(isAbout(report))) forge(report);
			change?.(report);
			const plan = planOf(report, options, { actors: new Map(Object.entries(actors)), now: NOW + later });
			const deeds = plan.steps.filter(
				({ action }) => !['check_use', 'advise', 'delete_identity'].includes(action),
			);
			assert.equal(
				[[...new Set(plan.refused.map(({ code }) => code))].filter(code => code === refused), deeds],
				[[refused], []],
			);
		});

	it('is tried in forty ways at least', () => assert.ok(cases.length >= 40, `${cases.length}`));
});

const isAbout =
	({ policies }: Report) =>
	({ policyId }: Report['findings'][number]) =>
		policies.some(({ id, ends }) => id === policyId && ends !== 'nothing');

/** A finding that no policy makes, as somebody might write it into a result. */
function forge(report: Report): void {
	const [grant] = report.grants;
	if (grant === undefined) return;
	report.findings.push({
		id: '0123456789abcdef',
		policyId: 'orphan/service_account_missing',
		outcome: 'fail',
		severity: 'medium',
		isPrivileged: false,
		cluster: { uid: 'uid-1', name: 'prod' },
		subject: {
			...{ kind: 'grant', uid: grant.uid, name: 'x', identity: 'x', location: null },
			object: { kind: 'ClusterRoleBinding', namespace: '', name: grant.bindingName },
		},
		title: 'x',
		message: 'x',
		details: {},
		gaps: [],
		grade: 'none',
		controls: [],
		remediation: { text: 'x', safe: true, why: '' },
		status: 'new',
		firstSeen: NOW,
	});
}
