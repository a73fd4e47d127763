import { readSubjectUid } from '../lib/alibaba-uid.ts';
import { asServiceAccount } from '../lib/subject.ts';
import type { Credential, DirectoryIdentity, Facts } from '../model/facts.ts';
import type { Existence, Grant, Identity } from '../model/record.ts';
import { isComplete } from './grants.ts';

/** Looks up who stands behind a subject or a username; the same object for the same id. */
export interface Identities {
	ofGrant(grant: Grant): Identity;
	ofCredential(credential: Credential): Identity;
	/** Who asked for it; null where no request is known. */
	requesterOf(credential: Credential): Identity | null;
	/** Everyone who was looked up so far. */
	all(): Identity[];
}

/** Identities as far as Kubernetes itself knows them: service accounts exist or not, of people it keeps no list. */
export function indexIdentities(facts: Facts): Identities {
	const accounts = new Set(facts.serviceAccounts.map(account => `${account.namespace}/${account.name}`));
	const listComplete = isComplete(facts, 'service_accounts');
	const directory = indexDirectory(facts);
	const known = new Map<string, Identity>();
	// A user may be called `group:ops`, and is still not the group.
	const remember = (type: Identity['type'], id: string, make: () => Identity) => {
		const key = `${type} ${id}`;
		const found = known.get(key) ?? make();
		known.set(key, found);
		return found;
	};
	const ofAccount = (namespace: string, name: string) =>
		remember('service_account', `system:serviceaccount:${namespace}:${name}`, () => {
			const isFound = accounts.has(`${namespace}/${name}`);
			const state = isFound ? 'active' : listComplete ? 'deleted' : 'unknown';
			return identity(
				'service_account',
				`system:serviceaccount:${namespace}:${name}`,
				`${namespace}/${name}`,
				{ state, listComplete },
			);
		});
	const ofUser = (name: string) => {
		const subject = asServiceAccount({ kind: 'User', namespace: '', name });
		if (subject.kind === 'ServiceAccount') return ofAccount(subject.namespace, subject.name);
		const listed = directory.user(name);
		// All names of one account are one identity.
		if (listed !== undefined) return remember(listed.type, idOf(listed), () => fromDirectory(listed));
		return remember('user', name, () => identity('user', name, name));
	};
	return {
		ofGrant: ({ subject: { kind, namespace, name } }) => {
			if (kind === 'ServiceAccount') return ofAccount(namespace, name);
			if (kind === 'User') return ofUser(name);
			const listed = directory.group(name);
			return remember('group', `group:${name}`, () => ({
				...identity('group', `group:${name}`, name),
				...(listed === undefined ? {} : rosterFacts(listed)),
			}));
		},
		ofCredential: credential => ofUser(credential.username),
		requesterOf: ({ issuance }) =>
			issuance === null || issuance.requester === '' ? null : ofUser(issuance.requester),
		all: () => [...known.values()].filter(({ id }) => id !== ''),
	};
}

/** Looks up what rosters say of a user or group of the cluster. */
function indexDirectory({ identities }: Facts) {
	const users = new Map<string, DirectoryIdentity>();
	const groups = new Map<string, DirectoryIdentity>();
	for (const one of identities) (one.type === 'group' ? groups : users).set(one.username, one);
	return { user: (name: string) => users.get(name), group: (name: string) => groups.get(name) };
}

/** The name that an identity goes by, whichever of its names a binding or a certificate has. */
export function canonicalNames({ identities }: Facts): (username: string) => string {
	const names = new Map(
		identities.flatMap(one => (one.type === 'group' ? [] : [[one.username, idOf(one)] as const])),
	);
	return username => names.get(username) ?? username;
}

/**
 * The same for names in a log, which bindings may not know: a certificate's suffix is new at each revocation.
 */
export function loggedNames(facts: Facts): (username: string) => string {
	const canonical = canonicalNames(facts);
	if (facts.cluster.provider !== 'alibaba') return canonical;
	return username => {
		const name = canonical(username);
		return name === username ? (readSubjectUid(name)?.uid ?? name) : name;
	};
}

/** In Alibaba Cloud the uid is what all names begin with; elsewhere the name is all that the cluster knows. */
function idOf({ provider, account, username }: DirectoryIdentity): string {
	return provider === 'alibaba' ? account : username;
}

function fromDirectory(listed: DirectoryIdentity): Identity {
	const { name, displayName, type } = listed;
	const id = idOf(listed);
	return { ...identity(type, id, name === '' ? id : name), displayName, ...rosterFacts(listed) };
}

function rosterFacts({
	provider,
	account,
	cloudService,
	state,
	stateSince,
	human,
	listComplete,
}: DirectoryIdentity) {
	return { provider, account, cloudService, state, stateSince, human, listComplete };
}

/** Whether the service account behind a token is there, and is the one that the token was made for. */
export function accountExistence(facts: Facts): (credential: Credential) => Existence {
	const uids = new Map(
		facts.serviceAccounts.map(account => [`${account.namespace}/${account.name}`, account.uid]),
	);
	const listComplete = isComplete(facts, 'service_accounts');
	return ({ serviceAccount }) => {
		if (serviceAccount === null) return 'yes';
		const uid = uids.get(`${serviceAccount.namespace}/${serviceAccount.name}`);
		if (uid === undefined) return listComplete ? 'no' : 'unknown';
		return serviceAccount.uid === '' || serviceAccount.uid === uid ? 'yes' : 'no';
	};
}

function identity(
	type: Identity['type'],
	id: string,
	name: string,
	rest: Pick<Identity, 'state' | 'listComplete'> = { state: 'unknown', listComplete: false },
): Identity {
	const isBuiltIn = type === 'service_account' || name.startsWith('system:');
	return {
		provider: 'kubernetes',
		id,
		name,
		displayName: '',
		type,
		human: isBuiltIn ? 'no' : 'unknown',
		stateSince: null,
		account: '',
		cloudService: '',
		...rest,
	};
}
