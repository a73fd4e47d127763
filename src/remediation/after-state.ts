import { impliedGroups, subjectKey, userOf } from '../lib/subject.ts';
import { oneLine } from '../lib/text.ts';
import type { Step } from '../model/plan.ts';
import type { Power } from '../model/record.ts';
import type { ReportedCredential, ReportedGrant } from '../model/report.ts';
import type { Actor, Scope } from './scope.ts';

/** Why a run must not begin, for what it would leave of one cluster; empty where nothing speaks against it. */
export function afterStateBars(
	scope: Scope,
	steps: readonly Step[],
	isBreakGlass: (username: string) => boolean,
): string[] {
	const end = endedBy(scope, steps);
	const name = oneLine(scope.cluster.name, 100);
	const before = administrators(scope, NOTHING);
	const after = administrators(scope, end);
	const bars: string[] = [];
	// Who is known to be gone was none; of everybody else nobody can say that they were not the last.
	const lostOnes = scope.grants.filter(
		grant => isAdministrative(grant) && end.isGone(grant) && !isKnownGone(scope, grant),
	);
	if (after.length === 0 && (before.length > 0 || lostOnes.length > 0)) {
		const names = before.length > 0 ? before : lostOnes.map(({ subject }) => subjectName(subject));
		bars.push(`${name}: nobody who is known to work would be cluster-admin any more (now: ${some(names)})`);
	}
	for (const actor of scope.actors) {
		const lost = lossOf(scope, actor, end);
		if (lost !== '')
			bars.push(`${name}: whoever scans, plans or applies (${oneLine(actor.username)}) would lose ${lost}`);
	}
	for (const { subject } of scope.grants.filter(end.isGone)) {
		const user = userOf(subject);
		if (subject.kind !== 'ServiceAccount' && /^system:node(s$|:)/.test(subject.name))
			bars.push(`${name}: nodes would lose access`);
		if (user !== '' && namesOf(scope, user).some(isBreakGlass))
			bars.push(`${name}: ${oneLine(user)} is kept for emergencies and would lose access`);
	}
	for (const credential of scope.credentials.filter(end.isEnded))
		if (namesOf(scope, credential.username).some(isBreakGlass))
			bars.push(`${name}: ${oneLine(credential.username)} is kept for emergencies and would lose a login`);
	return [...new Set(bars)];
}

/** What steps take away. */
interface Ended {
	isGone(grant: ReportedGrant): boolean;
	isEnded(credential: ReportedCredential): boolean;
}

const NOTHING: Ended = { isGone: () => false, isEnded: () => false };

function endedBy({ cluster }: Scope, steps: readonly Step[]): Ended {
	const removed = new Set<string>();
	const accounts = new Set<string>();
	const secrets = new Set<string>();
	for (const { target, cluster: own, action } of steps) {
		const isHere = own.uid === cluster.uid;
		if (target.kind === 'kubeconfigs' && target.clusters.some(({ uid }) => uid === cluster.uid))
			accounts.add(target.account);
		if (!isHere || action === 'advise' || action === 'revoke_kubeconfig') continue;
		if (target.kind === 'kubeconfig') accounts.add(target.account);
		if (target.kind === 'secret') secrets.add(`secret:${target.uid}`);
		if (target.kind === 'binding')
			for (const subject of target.remove) removed.add(`${target.uid} ${subjectKey(subject)}`);
	}
	const isCleaned = (username: string) => accounts.has(/^\d{10,20}(?=-|$)/.exec(username)?.[0] ?? '');
	return {
		isGone: ({ bindingUid, subject }) =>
			removed.has(`${bindingUid} ${subjectKey(subject)}`) ||
			(subject.kind === 'User' && isCleaned(subject.name)),
		isEnded: ({ uid, username, cloud }) =>
			secrets.has(uid) || accounts.has(cloud?.accountId ?? '') || isCleaned(username),
	};
}

/** Subjects bound to cluster-admin that somebody can log in as: a group counts by its members' certificates alone. */
function administrators(scope: Scope, { isGone, isEnded }: Ended): string[] {
	const logins = scope.credentials.filter(each => each.state === 'effective' && !isEnded(each));
	const grants = scope.grants.filter(grant => isAdministrative(grant) && !isGone(grant));
	const working = grants.filter(({ subject }) => {
		if (subject.kind === 'Group')
			return subject.name !== 'system:masters' && logins.some(({ groups }) => groups.includes(subject.name));
		const user = userOf(subject);
		return (
			scope.identityOf(user)?.state === 'active' ||
			logins.some(({ username }) => scope.isSameUser(username, user))
		);
	});
	return [...new Set(working.map(({ subject }) => subjectName(subject)))];
}

const subjectName = ({ kind, name }: ReportedGrant['subject']) => `${kind} ${name}`;
const isAdministrative = ({ namespace, powers }: ReportedGrant) =>
	namespace === '' && powers.includes('cluster_admin');

function isKnownGone(scope: Scope, { subject, subjectExists }: ReportedGrant): boolean {
	if (subject.kind === 'ServiceAccount') return subjectExists === 'no';
	return subject.kind === 'User' && scope.identityOf(userOf(subject))?.state === 'deleted';
}

/** What somebody would lose: a grant of their own, or a power that only everybody's groups gave them. */
function lossOf(scope: Scope, { username, groups, account }: Actor, { isGone, isEnded }: Ended): string {
	const subject = scope.identityOf(username)?.type === 'service_account' ? serviceAccount(username) : null;
	const implied = impliedGroups(subject ?? { kind: 'User', namespace: '', name: username });
	const own = new Set(groups.filter(group => !implied.includes(group)));
	const isOwn = ({ subject: held }: ReportedGrant) =>
		held.kind === 'Group' ? own.has(held.name) : scope.isSameUser(userOf(held), username);
	const direct = scope.grants.find(grant => isOwn(grant) && isGone(grant));
	if (direct !== undefined) return `what ${oneLine(direct.bindingName, 100)} grants`;
	const ended = scope.credentials.find(
		each =>
			isEnded(each) &&
			(scope.isSameUser(each.username, username) || (account !== '' && each.cloud?.accountId === account)),
	);
	if (ended !== undefined) return 'a login';
	const reached = scope.grants.filter(
		grant => isOwn(grant) || (grant.subject.kind === 'Group' && implied.includes(grant.subject.name)),
	);
	const left = powersOf(reached.filter(grant => !isGone(grant)));
	const lost = [...powersOf(reached)].filter(power => !left.has(power));
	return lost.length === 0 ? '' : `the power ${lost.slice(0, 3).join(', ')}${lost.length > 3 ? ', …' : ''}`;
}

function serviceAccount(username: string) {
	const [, , namespace = '', name = ''] = username.split(':');
	return { kind: 'ServiceAccount' as const, namespace, name };
}

const powersOf = (grants: ReportedGrant[]): Set<Power> =>
	new Set(grants.filter(({ namespace }) => namespace === '').flatMap(({ powers }) => powers));

function namesOf(scope: Scope, username: string): string[] {
	const { id = '', account = '', name = '', displayName = '' } = scope.identityOf(username) ?? {};
	return [username, id, account, name, displayName].filter(each => each !== '');
}

function some(names: string[]): string {
	return `${names
		.slice(0, 5)
		.map(name => oneLine(name, 60))
		.join(', ')}${names.length > 5 ? ', …' : ''}`;
}
