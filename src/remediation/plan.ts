import { glob } from '../lib/glob.ts';
import { byCodeUnit, oneLine, plural } from '../lib/text.ts';
import type { EpochSeconds } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import {
	actionNames,
	type Permission,
	type Plan,
	type PlanOptions,
	type Precondition,
	type Refusal,
	type Step,
	type Target,
} from '../model/plan.ts';
import type { Report, ReportedIdentity } from '../model/report.ts';
import { actionOf } from './actions/index.ts';
import { isChosen, stepId } from './choose.ts';
import { denyPack } from './deny-pack.ts';
import {
	type Because,
	becauseOf,
	createDrafter,
	type Draft,
	type Drafter,
	type Drafts,
	evidenceOf,
} from './draft.ts';
import { endCredential, endIdentity } from './drafts/credential.ts';
import { bindingDrafts, endGrant } from './drafts/grant.ts';
import { deleteQuarantined } from './drafts/secret.ts';
import { clusterBar, type GuardOptions } from './guards.ts';
import { type Actor, type Scope, scopesOf } from './scope.ts';
import { sealPlan } from './seal-plan.ts';

/** What a plan is made with besides the report. */
export interface PlanRequest {
	options: PlanOptions;
	now: EpochSeconds;
	maxAgeSeconds: number;
	isBreakGlass: (username: string) => boolean;
	/** Whoever plans or applies, by cluster; a cluster that is not reached has nobody. */
	actors: ReadonlyMap<string, Actor>;
	/** Days of grace: why a step has to wait, or null. */
	grace: (step: Step) => string | null;
}

/** Turns a report's findings, or everything that somebody has, into steps and refusals. Nothing is asked or changed. */
export function makePlan(report: Report, request: PlanRequest): Plan {
	const scopes = scopesOf(report, request.actors).filter(({ cluster }) =>
		isSelected(cluster, request.options),
	);
	const parts = scopes.map(scope => ({ scope, ...draftCluster(scope, request) }));
	const drafted = parts.flatMap(({ scope, drafts }) => [
		...drafts.map(draft => toStep(scope, draft)),
		...checksOf(scope, drafts),
	]);
	const all = request.options.bulk ? inBulk(drafted, scopes) : drafted;
	const wanted = all.filter(step => isChosen(step, request.options));
	const last = farewells(parts, wanted, request).filter(step => isChosen(step, request.options));
	const chosen = [...wanted, ...last];
	const refused = parts.flatMap(part => part.refused);
	const steps: Step[] = [];
	for (const step of chosen) {
		const why = actionOf(step) === null ? null : request.grace(step);
		if (why === null) steps.push(step);
		else refused.push({ ...refusalOf(step), code: 'grace', reason: why });
	}
	return sealPlan({
		apiVersion: 'kubelapse/plan/v1',
		createdAt: request.now,
		result: {
			now: report.run.now,
			version: report.run.version,
			policyDigest: report.run.policyDigest,
			clusters: scopes.map(({ cluster: { uid, name, collectedAt, server, certificateAuthorities } }) => ({
				...{ uid, name, collectedAt, server },
				authorities: certificateAuthorities.map(({ sha256 }) => sha256).sort(byCodeUnit),
			})),
		},
		options: request.options,
		steps: withoutIdleChecks(steps).sort(inOrder),
		refused: refused.sort(
			(a, b) =>
				byCodeUnit(a.cluster.name, b.cluster.name) ||
				byCodeUnit(a.code, b.code) ||
				byCodeUnit(a.target, b.target) ||
				byCodeUnit(a.reason, b.reason),
		),
	});
}

function isSelected({ uid, name }: { uid: string; name: string }, { clusters }: PlanOptions): boolean {
	return clusters.length === 0 || clusters.includes(uid) || clusters.includes(name);
}

function draftCluster(scope: Scope, { options, ...rest }: PlanRequest): Drafts {
	const guards: GuardOptions = rest;
	const drafter = createDrafter(scope, options, guards);
	const bar = clusterBar(scope, guards);
	const named = options.offboard;
	if (named !== null) {
		const because: Because = { finding: null, text: `offboard ${named}`, usage: null, judgesUse: false };
		const found = identitiesNamed(scope, named);
		for (const identity of found) {
			if (bar !== null) drafter.refuse(oneLine(identity.name || identity.id), bar, because);
			else endIdentity(drafter, identity, { ...because, usage: identity.usage });
		}
		// Whether they have anything there is not known.
		if (found.length === 0 && bar?.code === 'cluster_not_read') drafter.refuse(oneLine(named), bar, because);
		return finished(drafter);
	}
	for (const finding of scope.findings) {
		const ends = scope.policies.get(finding.policyId)?.ends ?? 'nothing';
		if (ends === 'nothing' || !isWanted(finding, scope, options)) continue;
		const because = becauseOf(scope, finding);
		const name = oneLine(finding.subject.name);
		const { uid } = finding.subject;
		// An unknown about a whole source names no object.
		const unknown = finding.outcome === 'unknown' || bar !== null;
		if (unknown) {
			drafter.refuse(name, bar ?? { code: 'outcome_unknown', reason: unknownWhy(finding) }, because);
			continue;
		}
		const credential = ends === 'credential' ? scope.credential(uid) : undefined;
		const grant = ends === 'grant' ? scope.grant(uid) : undefined;
		const identity = ends === 'access' ? scope.identity(uid) : undefined;
		if (credential !== undefined) endCredential(drafter, credential, because);
		else if (grant !== undefined) endGrant(drafter, grant, because);
		else if (identity !== undefined) endIdentity(drafter, identity, because);
		else drafter.refuse(name, { code: 'object_unknown', reason: 'the result does not list it' }, because);
	}
	if (bar === null) sweep(scope, options, drafter);
	return finished(drafter);
}

function unknownWhy({ policyId, gaps: [gap] }: Finding): string {
	const why = gap === undefined || gap.message === '' ? '' : `: ${oneLine(gap.message, 300)}`;
	return `${policyId} could not be judged${why}`;
}

/** What was put together, with a draft for each binding. */
function finished(drafter: Drafter): Drafts {
	const { drafts, refused } = drafter.result();
	return { drafts: [...drafts, ...bindingDrafts(drafter)], refused };
}

/** What no finding is about: tokens whose quarantine is over, and the life of the kubeconfigs that a cloud issues next. */
function sweep(scope: Scope, options: PlanOptions, drafter: Drafter): void {
	if (options.noRestore && options.policies.length === 0)
		for (const credential of scope.credentials) {
			if (credential.kind !== 'token_secret' || credential.invalidSince === null) continue;
			if (!isNamed(credential.username, scope, options)) continue;
			const text = 'quarantined by the label kubernetes.io/legacy-token-invalid-since';
			deleteQuarantined(drafter, credential, {
				finding: null,
				text,
				usage: credential.usage,
				judgesUse: false,
			});
		}
	const long = scope.findings.filter(
		finding =>
			finding.policyId === 'credential/lifetime_too_long' &&
			finding.outcome === 'fail' &&
			scope.cluster.provider === 'alibaba' &&
			isWanted(finding, scope, options),
	);
	if (long.length === 0) return;
	const accounts = [...new Set(long.map(({ subject }) => oneLine(subject.identity, 60)))].sort(byCodeUnit);
	drafter.add({
		action: 'advise',
		target: {
			kind: 'identity',
			uid: `shorten_expiry:${scope.cluster.uid}`,
			name: plural(accounts.length, 'user'),
		},
		because: long.map(finding => becauseOf(scope, finding)),
		ends: [],
		remains: [],
		users: [],
		instructions: [
			`shorten what is issued next: POST /k8s/${scope.cluster.uid}/user_config/expire (UpdateK8sClusterUserConfigExpire) as the Alibaba Cloud account, with user and expire_hour, for ${accounts.slice(0, 10).join(', ')}${accounts.length > 10 ? ', …' : ''}`,
			'it sets how long the next file lives and ends none: the present ones work until they are deleted or expire',
		],
	});
}

function isWanted({ policyId, subject }: Finding, scope: Scope, options: PlanOptions): boolean {
	const { policies } = options;
	if (policies.length > 0 && !policies.some(pattern => glob(pattern)(policyId))) return false;
	const grant = scope.grant(subject.uid)?.subject.name;
	return isNamed(subject.identity, scope, options) || (grant !== undefined && isNamed(grant, scope, options));
}

function isNamed(username: string, scope: Scope, { identities }: PlanOptions): boolean {
	if (identities.length === 0) return true;
	const identity = scope.identityOf(username);
	const names = [username, identity?.id, identity?.account, identity?.name].filter(
		name => (name ?? '') !== '',
	);
	return identities.some(wanted => names.includes(wanted) || scope.isSameUser(wanted, username));
}

/** Whom a name means on one cluster: a username, an id of the roster, or the name that the roster gives. */
export function identitiesNamed(scope: Scope, named: string): ReportedIdentity[] {
	const users = new Set(
		[
			...scope.credentials.map(({ username }) => username),
			...scope.grants.flatMap(({ subject }) => (subject.kind === 'User' ? [subject.name] : [])),
		].flatMap(username => scope.identityOf(username) ?? []),
	);
	return [...users].filter(
		({ id, account, name, type }) =>
			type !== 'group' && (id === named || (account !== '' && account === named) || name === named),
	);
}

const asNeeds = (permissions: Permission[]) => ({
	needs: permissions.map(({ name }) => name),
	allowed: 'unknown' as const,
	missing: [],
});

function toStep(scope: Scope, draft: Draft): Step {
	const { uid, name } = scope.cluster;
	const { action, target, because, ends, remains, instructions } = draft;
	const deed = actionOf(draft);
	const findings = [...new Set(because.flatMap(({ finding }) => finding?.id ?? []))].sort(byCodeUnit);
	const evidence = evidenceOf(because);
	return {
		id: stepId(action, uid, target.uid),
		action,
		target,
		cluster: { uid, name },
		findings,
		evidence,
		ends,
		remains,
		preconditions: deed === null ? [] : preconditionsOf(scope, draft, findings),
		undo: deed === null ? 'nothing is changed' : deed.undo(target),
		permission: {
			step: asNeeds(deed?.permissions(target) ?? []),
			undo: asNeeds(deed?.undoPermissions(target) ?? []),
		},
		instructions: action === 'deny_pack' ? denyPack(scope, target) : instructions,
	};
}

function preconditionsOf(
	scope: Scope,
	{ target, because, users }: Draft,
	findings: string[],
): Precondition[] {
	const isUnused = because.every(({ judgesUse, usage }) => judgesUse && usage?.result === 'unused');
	const last = Math.max(...because.map(({ usage }) => usage?.window.to ?? 0));
	return [
		{ is: 'object', uid: target.uid },
		{ is: 'findings', ids: findings },
		...users.map(name => ({
			is: 'identity' as const,
			name,
			state: scope.identityOf(name)?.state ?? 'unknown',
		})),
		...(isUnused ? [{ is: 'unused' as const, since: last > 0 ? last : null }] : []),
		...(target.kind === 'kubeconfig'
			? [{ is: 'cluster_state' as const, state: scope.cluster.cloud?.state ?? '' }]
			: []),
		{ is: 'caller' },
	];
}

/** Before anything of somebody is ended: a look at what is known of their use. */
function checksOf(scope: Scope, drafts: Draft[]): Step[] {
	const users = new Set(drafts.flatMap(draft => (actionOf(draft) === null ? [] : draft.users)));
	return [...users].sort(byCodeUnit).map(user => {
		const identity = scope.identityOf(user);
		const usage = identity?.usage ?? null;
		const mine = drafts.filter(draft => draft.users.includes(user)).flatMap(({ because }) => because);
		const target = { kind: 'identity', uid: `use:${user}`, name: user } as const;
		const draft: Draft = {
			...{ action: 'check_use', target, because: mine, ends: [], remains: [], users: [] },
			instructions: [
				usage === null || usage.result === 'unavailable'
					? `make sure that nothing depends on ${oneLine(user)}: ${usage?.reason || 'no evidence of its use was read'}`
					: `make sure that nothing depends on ${oneLine(user)}`,
				...(usage?.agents ?? []).slice(0, 5).map(agent => `seen with ${oneLine(agent, 100)}`),
			],
		};
		const step = toStep(scope, draft);
		const evidence = {
			...step.evidence,
			result: usage?.result ?? 'not_judged',
			last: usage?.last ?? null,
		} as const;
		return { ...step, evidence: { ...evidence, grade: usage?.grade ?? 'none' } };
	});
}

/** A look at the use of somebody of whom nothing is ended any more says nothing. */
function withoutIdleChecks(steps: Step[]): Step[] {
	const places = new Set(
		steps.flatMap(step =>
			actionOf(step) === null ? [] : namesOf(step).map(name => `${step.cluster.uid} ${name}`),
		),
	);
	return steps.filter(
		({ action, cluster, target }) =>
			action !== 'check_use' || (target.kind === 'identity' && places.has(`${cluster.uid} ${target.name}`)),
	);
}

function namesOf({ preconditions }: Step): string[] {
	return preconditions.flatMap(each => (each.is === 'identity' ? [each.name] : []));
}

/** Several clusters of one account by one call, where it is the same identity. */
function inBulk(steps: Step[], scopes: Scope[]): Step[] {
	const accounts = new Map(scopes.map(({ cluster }) => [cluster.uid, cluster.cloud?.accountId ?? '']));
	const groups = new Map<string, Step[]>();
	for (const step of steps) {
		if (step.action !== 'clean_permissions' || step.target.kind !== 'kubeconfig') continue;
		const { account, force } = step.target;
		const key = `${accounts.get(step.cluster.uid)} ${account} ${force}`;
		groups.set(key, [...(groups.get(key) ?? []), step]);
	}
	const merged = [...groups.values()].filter(group => group.length > 1);
	const taken = new Set(merged.flat());
	return [...steps.filter(step => !taken.has(step)), ...merged.map(mergeSteps)];
}

function mergeSteps(group: Step[]): Step {
	const sorted = [...group].sort((a, b) => byCodeUnit(a.cluster.uid, b.cluster.uid));
	const [first] = sorted as [Step, ...Step[]]; // two at least
	const parts = sorted.flatMap(({ target, cluster }) =>
		target.kind === 'kubeconfig' ? [{ target, cluster }] : [],
	);
	const account = parts[0]?.target.account ?? '';
	const target: Target = {
		kind: 'kubeconfigs',
		uid: `kubeconfigs:${account}`,
		account,
		force: parts[0]?.target.force ?? false,
		clusters: parts.map(({ target: { region, bindings }, cluster }) => ({ ...cluster, region, bindings })),
	};
	const action = 'clean_user_permissions' as const;
	const deed = actionOf({ action });
	const unique = (texts: string[]) => [...new Set(texts)];
	return {
		...first,
		id: stepId(action, first.cluster.uid, target.uid),
		action,
		target,
		findings: unique(sorted.flatMap(({ findings }) => findings)).sort(byCodeUnit),
		evidence: {
			...first.evidence,
			reasons: unique(sorted.flatMap(({ evidence }) => evidence.reasons)).sort(byCodeUnit),
		},
		ends: sorted.flatMap(({ ends, cluster }) => ends.map(text => `${oneLine(cluster.name, 60)}: ${text}`)),
		remains: unique(sorted.flatMap(({ remains }) => remains)),
		preconditions: [
			{ is: 'object', uid: target.uid },
			...sorted.flatMap(({ preconditions }) =>
				preconditions.filter(({ is }) => is !== 'object' && is !== 'caller'),
			),
			{ is: 'caller' },
		],
		undo: deed?.undo(target) ?? '',
		permission: {
			step: asNeeds(deed?.permissions(target) ?? []),
			undo: asNeeds(deed?.undoPermissions(target) ?? []),
		},
	};
}

type Part = { scope: Scope } & Drafts;

/** Whoever has nothing left on any cluster that was read may be deleted where they are kept: last of all. */
function farewells(parts: Part[], steps: Step[], { options }: PlanRequest): Step[] {
	// Of clusters that were not read whole, or not looked at, nobody can say so.
	if (options.clusters.length > 0 || parts.some(({ scope }) => scope.cluster.status !== 'assessed'))
		return [];
	const ended = new Map<string, { part: Part; identity: ReportedIdentity; because: Because[] }>();
	for (const part of parts)
		for (const draft of part.drafts)
			for (const user of actionOf(draft) === null ? [] : draft.users) {
				const identity = part.scope.identityOf(user);
				if (identity === undefined || !isKeptSomewhere(identity, options)) continue;
				ended.set(identity.id, { part, identity, because: draft.because });
			}
	const gone = endedBy(steps);
	return [...ended.values()].flatMap(({ part, identity, because }) => {
		if (parts.some(other => hasMore(other, identity, gone))) return [];
		const target = {
			kind: 'identity',
			uid: `identity:${identity.id}`,
			name: identity.name || identity.id,
		} as const;
		const who = oneLine(target.name);
		const draft: Draft = {
			...{ action: 'delete_identity', target, because, ends: [], remains: [], users: [] },
			instructions: [
				`once these steps are done and a new scan shows it, no kubeconfig and no binding names ${who} on the clusters that were read, and it may be deleted where it is kept; what remains of it is said with the steps`,
				...(options.offboard === null
					? []
					: ['not before: deleting it first leaves kubeconfig and bindings in force']),
			],
		};
		return [toStep(part.scope, draft)];
	});
}

/** A user whom no roster knows is kept nowhere that anybody was told of. */
function isKeptSomewhere({ state, type, provider }: ReportedIdentity, { offboard }: PlanOptions): boolean {
	const isKnown = provider !== 'kubernetes' || offboard !== null;
	return isKnown && state !== 'deleted' && ['ram_user', 'ram_role', 'user'].includes(type);
}

/** What steps end, to look up: `<cluster> <account>` of kubeconfigs, `<binding> <name>` of subjects. */
function endedBy(steps: Step[]): Set<string> {
	const ended = new Set<string>();
	for (const step of steps) {
		const { target, cluster } = step;
		if (actionOf(step) === null) continue;
		if (target.kind === 'kubeconfig') ended.add(`${cluster.uid} ${target.account}`);
		if (target.kind === 'kubeconfigs')
			for (const { uid } of target.clusters) ended.add(`${uid} ${target.account}`);
		if (target.kind === 'binding') for (const { name } of target.remove) ended.add(`${target.uid} ${name}`);
	}
	return ended;
}

/** Whether something of an identity is not ended. */
function hasMore({ scope }: Part, { id }: ReportedIdentity, ended: ReadonlySet<string>): boolean {
	if (ended.has(`${scope.cluster.uid} ${id}`)) return false;
	const isBound = scope
		.grantsOf(id)
		.some(({ subject, bindingUid }) => !ended.has(`${bindingUid} ${subject.name}`));
	const isIssued = scope
		.credentialsOf(id)
		.some(({ kind, state }) => kind === 'cloud_kubeconfig' && state === 'effective');
	return isBound || isIssued;
}

function refusalOf({ target, cluster, findings }: Step): Omit<Refusal, 'code' | 'reason'> {
	return { target: targetName(target), cluster, findings };
}

/** A target as people call it. */
export function targetName(target: Target): string {
	switch (target.kind) {
		case 'binding':
			return oneLine(
				`${target.bindingKind} ${target.namespace === '' ? '' : `${target.namespace}/`}${target.name}`,
				120,
			);
		case 'secret':
			return oneLine(`Secret ${target.namespace}/${target.name}`, 120);
		case 'kubeconfig':
			return `kubeconfig of ${oneLine(target.account, 60)}`;
		case 'kubeconfigs':
			return `${target.clusters.length} kubeconfigs of ${oneLine(target.account, 60)}`;
		case 'credential':
			return oneLine(`${target.uid.slice(0, 13)}… of ${target.username || 'nobody'}`, 120);
		case 'identity':
			return oneLine(target.name, 120);
		default:
			return target satisfies never;
	}
}

function inOrder(a: Step, b: Step): number {
	return (
		byCodeUnit(a.cluster.name, b.cluster.name) ||
		byCodeUnit(a.cluster.uid, b.cluster.uid) ||
		actionNames.indexOf(a.action) - actionNames.indexOf(b.action) ||
		byCodeUnit(targetName(a.target), targetName(b.target)) ||
		byCodeUnit(a.id, b.id)
	);
}
