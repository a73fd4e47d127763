import type { Credential, Facts } from '../../model/facts.ts';

/**
 * Credentials of files, where a copied token that lives in a Secret of this cluster becomes that Secret's
 * credential: it is one token, and ends with the Secret.
 */
export function withLiveSecrets(
	fromFiles: Credential[],
	live: Pick<Facts, 'credentials' | 'sources'>,
): Credential[] {
	const secrets = new Map(
		live.credentials.flatMap(({ kind, uid, locations: [place] }) =>
			place?.origin === 'secret' ? [[key(kind, place.namespace, place.name), uid]] : [],
		),
	);
	return fromFiles.map(credential => {
		const named = credential.locations.find(location => location.origin === 'secret');
		if (named === undefined) return credential;
		const locations = credential.locations.filter(location => location !== named);
		const uid = secrets.get(key(credential.kind, named.namespace, named.name));
		if (uid !== undefined) return { ...credential, uid, locations };
		const source = credential.kind === 'bootstrap_token' ? 'bootstrap_tokens' : 'token_secrets';
		const isListed = live.sources.some(s => s.source === source && s.status === 'complete');
		// The API server looks the Secret up at each request (--service-account-lookup, on by default).
		return isListed ? { ...credential, state: 'deleted', locations } : credential;
	});
}

function key(kind: string, namespace: string, name: string): string {
	return JSON.stringify([kind, namespace, name]);
}
