/** A RAM user or role, or the account itself, as a cluster's certificates and bindings name it. */
export interface SubjectUid {
	uid: string;
	/** Empty in older bindings; new on each revocation, and no date to be relied on. */
	suffix: string;
}

/** Reads `<uid>` or `<uid>-<suffix>`; null for any other name. UIDs have more digits than a number holds. */
export function readSubjectUid(name: string): SubjectUid | null {
	const [, uid, suffix = ''] = /^(\d{10,20})(?:-([A-Za-z0-9]+))?$/.exec(name) ?? [];
	return uid === undefined ? null : { uid, suffix };
}

/** Whether a name is one that the service takes for an account's: `<uid>` or `<uid>-` and anything. */
export function isOfAccount(name: string, uid: string): boolean {
	return name === uid || name.startsWith(`${uid}-`);
}

/** What the first digit says: only how to word it, never whether somebody is gone. */
export function uidKind(uid: string): 'root' | 'ram_user' | 'ram_role' | null {
	return ({ '1': 'root', '2': 'ram_user', '3': 'ram_role' } as const)[uid[0] ?? ''] ?? null;
}

/**
 * Whether ids came as JSON numbers and have lost their last digits: each is then exactly what a double of
 * that size prints as, which of true ids one in thirty is.
 */
export function areRounded(uids: string[]): boolean {
	const long = uids.filter(uid => Number(uid) > Number.MAX_SAFE_INTEGER);
	return (
		long.length > 0 &&
		long.every(uid => BigInt(Number(uid)).toString() === uid || String(Number(uid)) === uid)
	);
}
