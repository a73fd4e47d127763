import { formatDay } from '../lib/epoch.ts';
import { groupBy } from '../lib/group-by.ts';
import { oneLine } from '../lib/text.ts';
import type { AuditActor, AuditTrail } from '../model/audit.ts';
import type { Credential, Facts } from '../model/facts.ts';
import type { Identity, Usage } from '../model/record.ts';
import { credentialIds, type Evidence, judgeTrail, X509 } from './evidence.ts';
import { bestOf, byActivity, byLabel, type Claim, claimOf, withoutEvidence } from './usage-claims.ts';

/** Looks up what is known of the use of a credential or by an identity; null where nobody was asked. */
export interface UsageIndex {
	ofCredential(credential: Credential): Usage | null;
	ofIdentity(identity: Identity): Usage | null;
}

/**
 * Indexes the audit trail of one cluster by whatever names a login in it.
 * @param nameOf the name that an identity goes by, whichever of its usernames an event has.
 */
export function indexUsage(facts: Facts, nameOf: (username: string) => string): UsageIndex {
	const { audit } = facts;
	if (audit === null)
		return { ofCredential: credential => bestOf(summaries(credential, facts)), ofIdentity: () => null };
	const log: Log = {
		trail: audit,
		evidence: judgeTrail(facts, audit),
		logins: indexActors(audit.actors, nameOf),
		accounts: new Map(
			facts.serviceAccounts.map(({ namespace, name, uid }) => [
				`system:serviceaccount:${namespace}:${name}`,
				uid,
			]),
		),
		groups: indexGroups(facts.credentials, nameOf),
	};
	return {
		ofCredential: credential => bestOf([credentialClaim(credential, log), ...summaries(credential, facts)]),
		ofIdentity: identity => (identity.type === 'group' ? null : identityClaim(identity, log)),
	};
}

interface Log {
	trail: AuditTrail;
	evidence: Evidence;
	logins: Logins;
	/** UIDs of the service accounts that there are, by username. */
	accounts: Map<string, string>;
	/** Groups that credentials state, by identity. */
	groups: Map<string, Set<string>>;
}

interface Logins {
	byCredentialId: Map<string, AuditActor[]>;
	byTokenSecret: Map<string, AuditActor[]>;
	/** As events say it. */
	byUsername: Map<string, AuditActor[]>;
	/** All names of one identity together, with what others did in its name. */
	byIdentity: Map<string, AuditActor[]>;
}

function indexActors(actors: AuditActor[], nameOf: (username: string) => string): Logins {
	const own = actors.filter(({ impersonator }) => impersonator === '');
	return {
		byCredentialId: groupBy(own, ({ credentialId }) => credentialId),
		byTokenSecret: groupBy(own, ({ tokenSecret }) => tokenSecret),
		byUsername: groupBy(own, ({ username }) => username),
		byIdentity: groupBy(actors, ({ username }) => nameOf(username)),
	};
}

function indexGroups(credentials: Credential[], nameOf: (username: string) => string): Log['groups'] {
	const groups: Log['groups'] = new Map();
	for (const { username, groups: stated } of credentials) {
		if (stated.length === 0) continue;
		const name = nameOf(username);
		const known = groups.get(name) ?? new Set();
		for (const group of stated) known.add(group);
		groups.set(name, known);
	}
	return groups;
}

/** What others than the cluster's own log say of it. */
function summaries(credential: Credential, { collectedAt }: Facts): Claim[] {
	return [byLabel(credential), byActivity(credential, collectedAt)].flatMap(claim => claim ?? []);
}

/** By the credential's own id where the log names ids, else by its user. */
function credentialClaim(credential: Credential, log: Log): Claim {
	const { evidence, logins } = log;
	const whole = wholeness(
		evidence,
		droppedReason(log.trail, credential.username, credential.groups, areGroupsKnown(credential)),
	);
	if (!evidence.isOurs) return withoutEvidence(whole);
	const claimed = (claim: Claim) => unlessSilent(dated(claim, credential), credential.username, log.trail);
	const users = loginsOf(credential, logins);
	const named = ownLogins(credential, logins);
	// Every request of the user says which credential it came with: none of the others was this one.
	const isTold = canBeNamed(credential) && tellsCredentials(credential, users, log.trail);
	if (isTold) return claimed(claimOf(named, 'credential_id', whole));
	if (credential.username === '')
		return named.length > 0
			? claimOf(named, 'credential_id', { ...whole, reasons: [NAMELESS, ...whole.reasons] })
			: withoutEvidence({ ...whole, reasons: [NAMELESS, ...whole.reasons] });
	return claimed(claimOf(union(users, named), 'username', whole));
}

/** Others get theirs at each login. */
function areGroupsKnown({ certificate, username }: Credential): boolean {
	return certificate !== null || username.startsWith('system:');
}

const NAMELESS = 'who logs in with it is not known';

/** Whether audit events can name this very credential. */
function canBeNamed(credential: Credential): boolean {
	return credentialIds(credential).length > 0 || secretsOf(credential).length > 0;
}

/** An event without any id may be that of any credential of its user; without any event the whole log speaks. */
function tellsCredentials(credential: Credential, users: AuditActor[], { actors }: AuditTrail): boolean {
	if (users.length > 0) return users.every(isNamed);
	// Older API servers name tokens, but no certificates.
	const isCertificate = credential.kind === 'client_certificate';
	return actors.some(actor => (isCertificate ? actor.credentialId.startsWith(X509) : isNamed(actor)));
}

function isNamed({ credentialId, hasOtherId, tokenSecret }: AuditActor): boolean {
	return credentialId !== '' || hasOtherId || tokenSecret !== '';
}

function ownLogins(credential: Credential, { byCredentialId, byTokenSecret }: Logins): AuditActor[] {
	const byId = credentialIds(credential).flatMap(id => byCredentialId.get(id) ?? []);
	const bySecret = secretsOf(credential).flatMap(name => byTokenSecret.get(name) ?? []);
	return union(byId, bySecret);
}

/** `namespace/name` of the Secrets that hold the token. */
function secretsOf({ kind, locations }: Credential): string[] {
	if (kind !== 'token_secret') return [];
	const names = locations.flatMap(({ origin, namespace, name }) =>
		origin === 'secret' ? [`${namespace}/${name}`] : [],
	);
	return [...new Set(names)];
}

/** Logins under its username; of a service account that was made anew, only those of the same one. */
function loginsOf({ kind, username, serviceAccount }: Credential, logins: Logins): AuditActor[] {
	if (username === '') return [];
	const found =
		// Its certificates have a suffix each that the list of kubeconfigs does not tell.
		kind === 'cloud_kubeconfig'
			? (logins.byIdentity.get(username) ?? []).filter(({ impersonator }) => impersonator === '')
			: (logins.byUsername.get(username) ?? []);
	return ofUid(found, serviceAccount?.uid ?? '');
}

function ofUid(actors: AuditActor[], uid: string): AuditActor[] {
	return uid === '' ? actors : actors.filter(({ userUid }) => userUid === '' || userUid === uid);
}

function union(a: AuditActor[], b: AuditActor[]): AuditActor[] {
	return [...new Set([...a, ...b])];
}

function identityClaim(identity: Identity, log: Log): Usage {
	const { evidence, logins, accounts, groups } = log;
	const { id, type } = identity;
	const reason = droppedReason(log.trail, id, [...(groups.get(id) ?? [])], type === 'service_account');
	const whole = wholeness(evidence, reason);
	if (!evidence.isOurs) return withoutEvidence(whole);
	const found = logins.byIdentity.get(id) ?? [];
	const own = ofUid(found, accounts.get(id) ?? '');
	return unlessSilent(claimOf(own, 'username', sinceMadeAnew(whole, found, own)), id, log.trail);
}

/** Evidence of the old account of that name says nothing of the new one, which was made some time after its last event. */
function sinceMadeAnew(whole: Whole, found: AuditActor[], own: AuditActor[]): Whole {
	const before = found.filter(each => !own.includes(each));
	if (before.length === 0) return whole;
	const last = before.reduce((latest, each) => Math.max(latest, each.last), Number.NEGATIVE_INFINITY);
	const window = { ...whole.window, from: Math.max(last, whole.window.from ?? last) };
	if (own.length > 0) return { ...whole, window };
	return {
		window: { ...window, complete: false },
		reasons: [...whole.reasons, 'it was made anew within the window'],
	};
}

type Whole = Pick<Evidence, 'window' | 'reasons'>;

/** The evidence with what is missing of one user alone. */
function wholeness({ window, reasons }: Evidence, own: string): Whole {
	if (own === '') return { window, reasons };
	return { window: { ...window, complete: false }, reasons: [...reasons, own] };
}

/**
 * Why requests of one user may be missing although those of others are not; empty where none are.
 * @param areGroupsKnown whether `groups` are all: those of a login by token are the token's own.
 */
export function droppedReason(
	{ policy }: Pick<AuditTrail, 'policy'>,
	username: string,
	groups: string[],
	areGroupsKnown: boolean,
): string {
	if (policy === null) return '';
	if (username !== '' && policy.users.includes(username))
		return `the audit policy leaves out requests of ${oneLine(username, 100)}`;
	const held = new Set([...groups, ...impliedGroups(username)]);
	const dropped = policy.groups.find(
		group => held.has(group) || (!areGroupsKnown && !NOT_OF_PEOPLE.test(group)),
	);
	return dropped === undefined
		? ''
		: `the audit policy leaves out requests of the group ${oneLine(dropped, 100)}`;
}

/** What the API server gives to others than people; every other group may come with a login, system:masters too. */
const NOT_OF_PEOPLE = /^system:(nodes|serviceaccounts(:.*)?|unauthenticated)$/;

/** Groups that come with the name. */
function impliedGroups(username: string): string[] {
	if (username === 'system:anonymous') return ['system:unauthenticated'];
	const [, namespace] = /^system:serviceaccount:([^:]+):/.exec(username) ?? [];
	return [
		'system:authenticated',
		...(namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]),
		...(username.startsWith('system:node:') ? ['system:nodes'] : []),
	];
}

/** A robot may do nothing but what the log never holds; a person does more. */
function unlessSilent(claim: Claim, username: string, { policy }: AuditTrail): Claim {
	const names = oneLine((policy?.resources ?? []).join(', '), 100);
	if (claim.result !== 'unused' || names === '') return claim;
	const reason = `the audit policy leaves out requests for ${names} of anybody`;
	const reasons = [...(claim.reason === '' ? [] : [claim.reason]), reason];
	return username.startsWith('system:serviceaccount:')
		? withoutEvidence({ window: claim.window, reasons })
		: { ...claim, reason: reasons.join('; ') };
}

/** What was issued inside the window was unused for no longer than it exists; what is younger still was not looked at. */
function dated(claim: Claim, { notBefore, createdAt }: Credential): Claim {
	const issued = Math.max(notBefore ?? Number.NEGATIVE_INFINITY, createdAt ?? Number.NEGATIVE_INFINITY);
	const { from, to } = claim.window;
	if (claim.result !== 'unused' || from === null || to === null || issued <= from) return claim;
	if (issued >= to)
		return withoutEvidence({ window: claim.window, reasons: ['the evidence ends before it was issued'] });
	return { ...claim, reason: `it was issued on ${formatDay(issued)}, after the evidence begins` };
}
