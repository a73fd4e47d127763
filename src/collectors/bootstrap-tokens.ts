import { toGap } from '../lib/api-error.ts';
import { parseRfc3339 } from '../lib/epoch.ts';
import type { Credential, EpochSeconds, Gap } from '../model/facts.ts';
import type { KubernetesApi } from '../providers/kubernetes/api.ts';
import type { Collector } from './collector.ts';
import { asObject, asText, readMetadata } from './object.ts';
import { readList } from './read.ts';

const SECRETS = '/api/v1/namespaces/kube-system/secrets';
const PERMISSION = 'list secrets in namespace kube-system';
const READ_PERMISSION = 'get secrets in namespace kube-system';
const NAME_PREFIX = 'bootstrap-token-';

/**
 * Tokens that let nodes join. Their end date lies in the Secret's data, beside the token: it is read
 * only when asked for, and then nothing but the date is kept.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/
 */
export const bootstrapTokens: Collector = {
	source: 'bootstrap_tokens',
	permissions: [PERMISSION],
	collect: async (api, { readBootstrapTokens }) => {
		const what = {
			source: 'bootstrap_tokens',
			permission: PERMISSION,
			path: SECRETS,
			options: { metadataOnly: true, fieldSelector: 'type=bootstrap.kubernetes.io/token' },
		} as const;
		const { items, gaps } = await readList(api, what, toCredential);
		for (const token of items) {
			const end = readBootstrapTokens ? await readExpiration(api, token) : expirationNotRead(token);
			if (typeof end === 'object' && end !== null) gaps.push(end);
			else token.notAfter = end;
		}
		return { credentials: items, count: items.length, gaps };
	},
};

function toCredential(object: unknown): Credential {
	const { uid, namespace, name, createdAt } = readMetadata(object);
	return {
		uid: `secret:${uid}`,
		kind: 'bootstrap_token',
		state: 'effective',
		username: name.startsWith(NAME_PREFIX) ? `system:bootstrap:${name.slice(NAME_PREFIX.length)}` : '',
		groups: ['system:bootstrappers'],
		notBefore: createdAt,
		notAfter: null,
		certificate: null,
		serviceAccount: null,
		lastUsed: null,
		invalidSince: null,
		createdAt,
		issuance: null,
		plugin: '',
		exec: null,
		cloud: null,
		locations: [{ origin: 'secret', path: '', line: 0, namespace, name, mode: null, ownerUid: null }],
	};
}

function expirationNotRead({ uid }: Credential): Gap {
	return {
		source: 'bootstrap_tokens',
		code: 'not_configured',
		message: 'the end date of a bootstrap token lies inside its Secret; --read-bootstrap-tokens reads it',
		permission: '',
		subject: uid,
	};
}

/** The end date, null when the token has none, or the gap where it could not be read. */
async function readExpiration(
	api: KubernetesApi,
	{ uid, locations }: Credential,
): Promise<EpochSeconds | null | Gap> {
	const name = encodeURIComponent(locations[0]?.name ?? '');
	try {
		const encoded = asText(asObject(asObject(await api.get(`${SECRETS}/${name}`)).data).expiration);
		if (encoded === '') return null;
		const end = parseRfc3339(Buffer.from(encoded, 'base64').toString('utf8'));
		if (end !== null) return end;
		return {
			...toGap('bootstrap_tokens', '', new Error('the expiration of a bootstrap token is no RFC 3339 date')),
			code: 'partial',
			subject: uid,
		};
	} catch (error) {
		return { ...toGap('bootstrap_tokens', READ_PERMISSION, error), subject: uid };
	}
}
