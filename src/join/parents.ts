import type { Credential } from '../model/facts.ts';
import type { ParentCredential } from '../model/record.ts';
import { credentialIds } from './evidence.ts';

/** Looks up the client certificate that a certificate was requested with; null where it is not known. */
export function indexParents(credentials: Credential[]): (credential: Credential) => ParentCredential | null {
	const byId = new Map<string, ParentCredential>();
	for (const credential of credentials) {
		const { uid, username, state } = credential;
		for (const id of credentialIds(credential)) byId.set(id, { uid, username, state });
	}
	return ({ issuance }) => {
		for (const id of issuance?.requesterCredentialIds ?? []) {
			const parent = byId.get(id);
			if (parent !== undefined) return parent;
		}
		return null;
	};
}
