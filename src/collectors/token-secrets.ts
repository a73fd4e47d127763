import { parseDay } from '../lib/epoch.ts';
import type { Credential } from '../model/facts.ts';
import type { Collector } from './collector.ts';
import { readMetadata } from './object.ts';
import { readList } from './read.ts';

const PERMISSION = 'list secrets';

/**
 * Long-lived tokens of service accounts. Only metadata is asked for, so the token itself is never received.
 * @see https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-legacy-token-last-used
 */
export const tokenSecrets: Collector = {
	source: 'token_secrets',
	permissions: [PERMISSION],
	collect: async api => {
		const what = {
			source: 'token_secrets',
			permission: PERMISSION,
			path: '/api/v1/secrets',
			options: { metadataOnly: true, fieldSelector: 'type=kubernetes.io/service-account-token' },
		} as const;
		const { items, gaps } = await readList(api, what, toCredential);
		return { credentials: items, count: items.length, gaps };
	},
};

function toCredential(object: unknown): Credential {
	const { uid, namespace, name, createdAt, labels, annotations } = readMetadata(object);
	const account = annotations['kubernetes.io/service-account.name'] ?? '';
	return {
		uid: `secret:${uid}`,
		kind: 'token_secret',
		// Quarantined by its label, which the API server enforces: it authenticates nobody until that is removed.
		state: (labels['kubernetes.io/legacy-token-invalid-since'] ?? '') === '' ? 'effective' : 'revoked',
		username: account === '' ? '' : `system:serviceaccount:${namespace}:${account}`,
		groups: [],
		notBefore: createdAt,
		notAfter: null,
		certificate: null,
		serviceAccount: { namespace, name: account, uid: annotations['kubernetes.io/service-account.uid'] ?? '' },
		lastUsed: parseDay(labels['kubernetes.io/legacy-token-last-used'] ?? ''),
		invalidSince: parseDay(labels['kubernetes.io/legacy-token-invalid-since'] ?? ''),
		createdAt,
		issuance: null,
		plugin: '',
		exec: null,
		cloud: null,
		locations: [{ origin: 'secret', path: '', line: 0, namespace, name, mode: null, ownerUid: null }],
	};
}
