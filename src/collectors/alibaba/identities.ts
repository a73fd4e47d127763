import { readSubjectUid } from '../../lib/alibaba-uid.ts';
import type { Binding, CloudState, DirectoryIdentity } from '../../model/facts.ts';
import type { Directory, Found } from '../../providers/alibaba/directory.ts';

/** The uids that bindings name as users, each with the names that they use. */
export function boundUids(bindings: Binding[]): Map<string, Set<string>> {
	const names = new Map<string, Set<string>>();
	for (const { subjects } of bindings) {
		for (const { kind, name } of subjects) {
			const subject = kind === 'User' ? readSubjectUid(name) : null;
			if (subject === null) continue;
			names.set(subject.uid, (names.get(subject.uid) ?? new Set()).add(name));
		}
	}
	return names;
}

/** The same with the names that certificates found elsewhere have: a binding may know no more than one of them. */
export function withHolders(bound: Map<string, Set<string>>, usernames: string[]): Map<string, Set<string>> {
	const names = new Map([...bound].map(([uid, known]) => [uid, new Set(known)]));
	for (const username of usernames) {
		const uid = readSubjectUid(username)?.uid;
		if (uid !== undefined) names.set(uid, (names.get(uid) ?? new Set()).add(username));
	}
	return names;
}

/** Everybody whom bindings, certificates or states of a cluster name, as the account knows them. */
export function toIdentities(
	bound: Map<string, Set<string>>,
	states: CloudState[],
	directory: Directory,
): DirectoryIdentity[] {
	const stateOf = new Map(states.map(state => [state.accountId, state]));
	const uids = new Set([...bound.keys(), ...stateOf.keys()]);
	return [...uids].flatMap(uid => {
		const found = agreed(directory.find(uid), stateOf.get(uid));
		// The uid alone is what its kubeconfig goes by here.
		const usernames = new Set([uid, ...(bound.get(uid) ?? [])]);
		return [...usernames].map(username => ({
			username,
			provider: 'alibaba' as const,
			account: uid,
			...found,
		}));
	});
}

/** The lists and the cluster's own states must agree that somebody is gone, or is not. */
function agreed(found: Found, state: CloudState | undefined): Found {
	const named = {
		...found,
		name: found.name || (state?.accountName ?? ''),
		displayName: found.displayName || (state?.displayName ?? ''),
	};
	const cloudService = found.cloudService || (state?.cloudService ?? '');
	const claimed = state?.accountState ?? 'unknown';
	const isGone = found.state === 'deleted';
	const contradicts = claimed !== 'unknown' && (claimed === 'deleted') !== isGone;
	return { ...named, cloudService, state: contradicts ? 'unknown' : found.state };
}
