import { readSubjectUid } from '../lib/alibaba-uid.ts';
import { formatDay } from '../lib/epoch.ts';
import { asServiceAccount, subjectKey, userOf } from '../lib/subject.ts';
import { oneLine, plural } from '../lib/text.ts';
import type { Subject } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { ActionName, Evidence, PlanOptions, Refusal, Target } from '../model/plan.ts';
import type { Grade } from '../model/policy.ts';
import type { Usage } from '../model/record.ts';
import type { ReportedCredential, ReportedGrant, ReportedIdentity } from '../model/report.ts';
import { actions } from './actions/index.ts';
import {
	type Bar,
	findingBar,
	type GuardOptions,
	gapBar,
	identityBar,
	kubeconfigBar,
	subjectBar,
} from './guards.ts';
import { managedAdvice } from './managed.ts';
import { adviceFor, grantName, remainsOfKubeconfig, remainsOfUser, shortId } from './remains.ts';
import { distinctSubjects, type Scope } from './scope.ts';

/** Why something is to end: a finding, or a person who leaves. */
export interface Because {
	finding: Finding | null;
	text: string;
	usage: Usage | null;
	/** Whether the policy judges use. */
	judgesUse: boolean;
}

/** A step before it has an id, an order and permissions. */
export interface Draft {
	action: ActionName;
	target: Target;
	because: Because[];
	ends: string[];
	remains: string[];
	instructions: string[];
	/** The identities that lose something; empty for advice. */
	users: string[];
}

/** Everything that one cluster's part of a plan is made of. */
export interface Drafts {
	drafts: Draft[];
	refused: Refusal[];
}

interface BindingDraft {
	grants: ReportedGrant[];
	because: Because[];
}

/** Turns what is to end on one cluster into drafts, one for each object. */
export function createDrafter(scope: Scope, options: PlanOptions, guards: GuardOptions) {
	const { cluster } = scope;
	const bindings = new Map<string, BindingDraft>();
	const others = new Map<string, Draft>();
	const refusals = new Map<string, Refusal>();
	const cleaned = new Set<string>();

	const refuse = (target: string, { code, reason }: Bar, { finding }: Because) => {
		const key = JSON.stringify([target, code, reason]);
		const known = refusals.get(key);
		const findings = [...(known?.findings ?? []), ...(finding === null ? [] : [finding.id])];
		refusals.set(key, {
			target,
			cluster: { uid: cluster.uid, name: cluster.name },
			code,
			reason,
			findings: [...new Set(findings)],
		});
	};

	const add = (draft: Draft) => {
		const key = `${draft.action} ${draft.target.uid}`;
		const known = others.get(key);
		others.set(
			key,
			known === undefined
				? draft
				: {
						...known,
						target: withForce(known.target, draft.target),
						because: [...known.because, ...draft.because],
					},
		);
	};

	const advise = (credential: ReportedCredential, because: Because, first: string[] = []) => {
		const { uid, username, notAfter } = credential;
		const target = { kind: 'credential', uid, username, notAfter } as const;
		const plain = { target, because: [because], ends: [], remains: [], users: [] };
		add({ ...plain, action: 'advise', instructions: [...first, ...adviceFor(credential)] });
		if (options.denyPack && credential.kind === 'client_certificate' && credential.certificate !== null)
			add({ ...plain, action: 'deny_pack', instructions: [] });
	};

	/** Whether a finding bars what it would lead to; a person who leaves needs no evidence, but whole sources. */
	const barOf = (because: Because, action: keyof typeof actions, object: string): Bar | null => {
		const { floor, sources } = actions[action];
		return because.finding === null
			? gapBar(scope, sources, object)
			: findingBar(because.finding, scope, { floor, sources });
	};

	function endSecret(credential: ReportedCredential, because: Because): void {
		const [location] = credential.locations;
		const name = `Secret ${oneLine(`${location?.namespace}/${location?.name}`)}`;
		const isToken = credential.kind === 'token_secret';
		if (location?.origin !== 'secret')
			return refuse(name, { code: 'object_unknown', reason: 'no Secret of it was found' }, because);
		const action = isToken ? 'quarantine_token_secret' : 'delete_bootstrap_token';
		const barred =
			barOf(because, action, credential.uid) ??
			(isToken ? accountBar(credential) : null) ??
			(!isToken && !options.noRestore ? NO_RESTORE : null);
		if (barred !== null) return refuse(name, barred, because);
		const target = secretTarget(credential);
		const who = oneLine(credential.username);
		add({
			action,
			target,
			because: [because],
			ends: [
				isToken
					? `the token in ${name} is refused, some 10 s later where it was just used`
					: `the bootstrap token in ${name}, for good`,
			],
			remains: isToken
				? [
						`what ${who} is granted stays, and so do its other tokens and its pods`,
						'watches and exec sessions that are open go on until they end',
					]
				: ['certificates that were issued with it work on, and nodes that have joined do not need it'],
			instructions: [],
			users: isToken ? [credential.username] : [],
		});
	}

	function accountBar({ serviceAccount }: ReportedCredential): Bar | null {
		if (serviceAccount === null) return null;
		const { namespace, name } = serviceAccount;
		return identityBar({ kind: 'ServiceAccount', namespace, name }, scope, guards);
	}

	/** A token that is quarantined and was silent for days is deleted, whatever policies say: nothing can use it. */
	function deleteQuarantined(credential: ReportedCredential, because: Because): void {
		const [location] = credential.locations;
		const { invalidSince, lastUsed } = credential;
		if (location?.origin !== 'secret' || invalidSince === null) return;
		const name = `Secret ${oneLine(`${location.namespace}/${location.name}`)}`;
		const bar = gapBar(scope, ['token_secrets'], credential.uid) ?? accountBar(credential);
		if (bar !== null) return refuse(name, bar, because);
		const end = invalidSince + options.quarantineDays * 86_400;
		// The label says a day: an attempt on that very day came before or after, which nobody can tell.
		if (lastUsed !== null && lastUsed >= invalidSince) {
			const day = formatDay(lastUsed);
			const isLater = lastUsed > invalidSince;
			return refuse(
				name,
				isLater
					? { code: 'attempted_since', reason: `somebody tried the quarantined token on ${day}` }
					: { code: 'attempt_unknown', reason: `it was last tried on ${day}, the day of its quarantine` },
				because,
			);
		}
		if (guards.now < end)
			return refuse(
				name,
				{ code: 'quarantine_running', reason: `it is in quarantine until ${formatDay(end)}` },
				because,
			);
		add({
			action: 'delete_token_secret',
			target: secretTarget(credential),
			because: [because],
			ends: [`${name} and its token, for good`],
			remains: [`what ${oneLine(credential.username)} is granted stays`],
			instructions: [],
			users: [credential.username],
		});
	}

	function endKubeconfig(credential: ReportedCredential, because: Because): void {
		const account = credential.cloud?.accountId ?? '';
		const name = `kubeconfig of ${oneLine(account)}`;
		const isOwn = scope.actors.some(actor => actor.account !== '' && actor.account === account);
		if (isOwn && options.revokeOwn) {
			const bar = barOf(because, 'revoke_kubeconfig', credential.uid);
			if (bar !== null) return refuse(name, bar, because);
			return add({
				action: 'revoke_kubeconfig',
				target: kubeconfigTarget(credential, false),
				because: [because],
				ends: [`every file of ${oneLine(account)} on this cluster, and connections that use one`],
				remains: ['its grants: a new file is issued at once'],
				instructions: [],
				users: [],
			});
		}
		const bar =
			barOf(because, 'clean_permissions', credential.uid) ??
			goneBar(account, because) ??
			usedOtherwise(account, because) ??
			kubeconfigBar(credential, scope, guards);
		if (bar !== null) {
			refuse(name, bar, because);
			// The file has ended, or is not the service's to end: what is bound to its user can still go.
			if (bar.code === 'kubeconfig_state' || bar.code === 'service_refuses') endGrants(account, because);
			return;
		}
		cleaned.add(account);
		const target = kubeconfigTarget(credential, mayForce(because));
		add({
			action: 'clean_permissions',
			target,
			because: [because],
			ends: [
				`the kubeconfig of ${oneLine(account)} on this cluster, and ${plural(target.bindings, 'binding')} of it`,
			],
			remains: remainsOfKubeconfig(scope),
			instructions: [],
			users: [account],
		});
	}

	/** The account's lists and the cluster's own have to agree that somebody is gone: either may be wrong. */
	function goneBar(account: string, { finding }: Because): Bar | null {
		const claimed: readonly string[] = (finding && GONE[finding.policyId]) ?? [];
		if (claimed.length === 0 || claimed.includes(scope.identityOf(account)?.state ?? '')) return null;
		const reason = `whether ${oneLine(account)} is gone is not known: the account's lists do not say so, and the cluster's list does`;
		return { code: 'outcome_unknown', reason };
	}

	/** Only where it is known that nobody depends on it, or that whoever uses it must not. */
	const mayForce = ({ finding, usage }: Because): boolean =>
		options.force &&
		(finding?.policyId === 'usage/used_by_deleted_identity' ||
			(usage?.result === 'unused' && (usage.grade === 'A' || usage.grade === 'B')));

	function kubeconfigTarget({ uid, cloud }: ReportedCredential, force: boolean) {
		const account = cloud?.accountId ?? '';
		const bound = scope.grants.filter(
			({ subject }) => subject.kind === 'User' && readSubjectUid(subject.name)?.uid === account,
		);
		return {
			kind: 'kubeconfig' as const,
			uid,
			account,
			region: cluster.cloud?.region ?? '',
			force,
			bindings: new Set(bound.map(({ bindingUid }) => bindingUid)).size,
		};
	}

	/** Evidence about one credential says nothing of the others of its user, whom all of this would hit. */
	function usedOtherwise(username: string, { finding, judgesUse }: Because): Bar | null {
		if (finding === null || !judgesUse || finding.policyId === 'usage/used_by_deleted_identity') return null;
		const usage = scope.identityOf(username)?.usage ?? null;
		const who = oneLine(username);
		if (usage?.result === 'used' && usage.last !== null)
			return {
				code: 'used_otherwise',
				reason: `${who} was seen on ${formatDay(usage.last)}, with this or another login, and all of them would lose their grants`,
			};
		if (usage?.result !== 'unused')
			return {
				code: 'used_otherwise',
				reason: `whether ${who} uses another login is not known: ${usage?.reason || 'nobody was asked'}`,
			};
		return usage.grade > 'B'
			? {
					code: 'grade_too_low',
					reason: `the evidence about ${who} is of grade ${usage.grade}, and B is asked for`,
				}
			: null;
	}

	function endCertificate(credential: ReportedCredential, because: Because): void {
		const { username, groups } = credential;
		const account = cluster.provider === 'alibaba' ? (readSubjectUid(username)?.uid ?? '') : '';
		const listed = account === '' ? undefined : scope.credential(`kubeconfig:${cluster.uid}/${account}`);
		if (listed !== undefined) return endKubeconfig(listed, because);
		const name = `certificate ${shortId(credential)} of ${oneLine(username)}`;
		const bar = barOf(because, 'remove_subjects', credential.uid);
		if (bar !== null) return refuse(name, bar, because);
		if (groups.includes('system:masters')) return advise(credential, because);
		const other = usedOtherwise(username, because);
		if (other !== null) return advise(credential, because, [other.reason]);
		const identity = identityBar({ kind: 'User', namespace: '', name: username }, scope, guards);
		if (identity !== null) return refuse(name, identity, because);
		endGrants(username, because);
		advise(credential, because, [
			`no API revokes a certificate: what is bound to ${oneLine(username)} is removed instead`,
		]);
	}

	function endGrants(username: string, because: Because): void {
		for (const grant of scope.grantsOf(username)) endGrant(grant, because);
	}

	function endGrant(grant: ReportedGrant, because: Because): void {
		const who = oneLine(`${grant.subject.kind} ${nameOf(grant.subject)}`);
		const name = `${who} in ${grantName(grant)}`;
		const bar =
			barOf(because, 'remove_subjects', grant.uid) ?? subjectBar(grant.subject, grant, scope, guards);
		if (bar !== null) return refuse(name, bar, because);
		const known = bindings.get(grant.bindingUid) ?? { grants: [], because: [] };
		if (!known.grants.some(({ uid }) => uid === grant.uid)) known.grants.push(grant);
		known.because.push(because);
		bindings.set(grant.bindingUid, known);
	}

	function endCredential(credential: ReportedCredential, because: Because): void {
		switch (credential.kind) {
			case 'token_secret':
				return credential.state === 'revoked' ? undefined : endSecret(credential, because);
			case 'bootstrap_token':
				return endSecret(credential, because);
			case 'cloud_kubeconfig':
				return endKubeconfig(credential, because);
			case 'client_certificate':
				return endCertificate(credential, because);
			default: {
				const bar = because.finding && findingBar(because.finding, scope, { floor: 'B', sources: [] });
				const name = `${credential.kind.replaceAll('_', ' ')} ${shortId(credential)}`;
				return bar === null ? advise(credential, because) : refuse(name, bar, because);
			}
		}
	}

	/** Everything that somebody has here. */
	function endIdentity(identity: ReportedIdentity, because: Because): void {
		if (identity.type === 'group') return;
		for (const credential of scope.credentialsOf(identity.id))
			if (isUsable(credential)) endCredential(credential, because);
		endGrants(identity.id, because);
	}

	const result = (): Drafts => {
		// The cloud removes these itself, with the kubeconfig and before anything else.
		const isLeft = ({ kind, name }: Subject) =>
			kind !== 'User' || !cleaned.has(readSubjectUid(name)?.uid ?? '');
		const kept = [...bindings.values()].flatMap(({ grants, because }) => {
			const left = grants.filter(({ subject }) => isLeft(subject));
			return left.length === 0 ? [] : [bindingDraft(scope, left, because, isLeft)];
		});
		return { drafts: [...others.values(), ...kept], refused: [...refusals.values()] };
	};
	return { endCredential, endGrant, endIdentity, deleteQuarantined, refuse, add, result };
}

export type Drafter = ReturnType<typeof createDrafter>;

/** Policies that say of somebody that they are gone, and the states that bear it out. */
const GONE: Record<string, readonly string[]> = {
	'orphan/identity_deleted': ['deleted'],
	'usage/used_by_deleted_identity': ['deleted', 'disabled'],
};

const NO_RESTORE: Bar = {
	code: 'no_restore',
	reason: 'nothing brings it back: --no-restore plans such steps',
};

/** One good reason to skip the service's own check is enough. */
function withForce(target: Target, other: Target): Target {
	const isForced = other.kind === 'kubeconfig' && other.force;
	return target.kind === 'kubeconfig' && isForced ? { ...target, force: true } : target;
}

const isUsable = ({ state }: ReportedCredential) => state !== 'revoked' && state !== 'not_issued';
const nameOf = ({ kind, namespace, name }: Subject) =>
	kind === 'ServiceAccount' ? `${namespace}/${name}` : name;

function secretTarget({ uid, kind, locations, invalidSince, username }: ReportedCredential): Target {
	const [location] = locations;
	return {
		kind: 'secret',
		uid: uid.replace(/^secret:/, ''),
		namespace: location?.namespace ?? '',
		name: location?.name ?? '',
		type: kind === 'token_secret' ? 'kubernetes.io/service-account-token' : 'bootstrap.kubernetes.io/token',
		invalidSince,
		username,
	};
}

/** One step for a binding, with all that goes from it: a second one would meet an object that has changed. */
function bindingDraft(
	scope: Scope,
	grants: ReportedGrant[],
	because: Because[],
	isLeft: (subject: Subject) => boolean,
): Draft {
	const [grant] = grants as [ReportedGrant]; // never empty
	const all = distinctSubjects(
		scope.binding(grant.bindingUid).flatMap(({ subject }) => (isLeft(subject) ? [subject] : [])),
	);
	const going = new Set(grants.map(({ subject }) => subjectKey(asServiceAccount(subject))));
	const remove = all.filter(subject => going.has(subjectKey(subject)));
	const target: Target = {
		kind: 'binding',
		uid: grant.bindingUid,
		bindingKind: grant.bindingKind,
		namespace: grant.namespace,
		name: grant.bindingName,
		role: { kind: grant.roleKind, name: grant.roleName },
		subjects: all,
		remove,
	};
	const who = remove.map(subject => oneLine(`${subject.kind} ${nameOf(subject)}`, 100));
	const parts = {
		target,
		because: [...new Set(because)],
		users: remove.map(userOf).filter(user => user !== ''),
	};
	const advice = managedAdvice(grant, target);
	if (advice !== null)
		return { ...parts, action: 'advise', ends: [], remains: [], users: [], instructions: advice };
	// What the API server makes at every start is not deleted: it would come back with its defaults.
	const isWhole = remove.length === all.length && grant.manager !== 'bootstrap';
	return {
		...parts,
		action: isWhole ? 'delete_binding' : 'remove_subjects',
		ends: who.map(each => `what ${each} is granted by ${grantName(grant)}`),
		remains: [...new Set(parts.users.flatMap(user => remainsOfUser(scope, user)))],
		instructions: [],
	};
}

/** What a finding or a person is to be told by. */
export function becauseOf(scope: Scope, finding: Finding): Because {
	const policy = scope.policies.get(finding.policyId);
	const judgesUse = policy !== undefined && (policy.minGrade !== 'none' || policy.needs.includes('usage'));
	const usage =
		scope.credential(finding.subject.uid)?.usage ?? scope.identityOf(finding.subject.identity)?.usage ?? null;
	return { finding, text: `${finding.policyId}: ${finding.title}`, usage, judgesUse };
}

/** The best evidence among the reasons of a step. */
export function evidenceOf(because: Because[]): Evidence {
	const judged = because.filter(({ judgesUse }) => judgesUse);
	const usages = because.flatMap(({ usage }) => usage ?? []);
	const last = Math.max(...usages.flatMap(usage => usage.last ?? []), Number.NEGATIVE_INFINITY);
	const grades = judged.map(({ finding }): Grade => finding?.grade ?? 'none').sort();
	return {
		grade: judged.length === because.length ? (grades[0] ?? 'none') : 'none',
		result: usages.find(({ result }) => result === 'used')?.result ?? usages[0]?.result ?? 'not_judged',
		last: Number.isFinite(last) ? last : null,
		reasons: [...new Set(because.map(({ text }) => text))].sort(),
	};
}
