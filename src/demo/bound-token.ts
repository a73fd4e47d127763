import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { EpochSeconds } from '../model/facts.ts';

/** What a bound token says of itself. */
interface TokenClaims {
	namespace: string;
	name: string;
	uid: string;
	issuedAt: EpochSeconds;
	expiresAt: EpochSeconds;
}

/** A service account token as TokenRequest issues it, signed by a key that nobody keeps. */
export function createBoundToken({ namespace, name, uid, issuedAt, expiresAt }: TokenClaims): string {
	const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const claims = {
		aud: ['https://kubernetes.default.svc.cluster.local'],
		exp: expiresAt,
		iat: issuedAt,
		iss: 'https://kubernetes.default.svc.cluster.local',
		jti: randomUUID(),
		'kubernetes.io': { namespace, serviceaccount: { name, uid } },
		nbf: issuedAt,
		sub: `system:serviceaccount:${namespace}:${name}`,
	};
	const signed = [{ alg: 'ES256', kid: 'demo' }, claims]
		.map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.');
	const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
	return `${signed}.${signature.toString('base64url')}`;
}
