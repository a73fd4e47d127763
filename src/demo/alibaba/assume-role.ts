import { randomBytes } from 'node:crypto';
import { formatRfc3339 } from '../../lib/epoch.ts';
import { type Call, type CloudAnswer, ok, requestId, rpcError } from './answer.ts';
import { SCAN_ACTIONS } from './scan-actions.ts';
import type { AccessKey } from './state.ts';

/** AssumeRole: a key of its own for a while, with the permissions of whoever asked. */
export function assumeRole(call: Call): CloudAnswer {
	return temporaryKey(call, call.key.allowed, {});
}

/**
 * AssumeRoleWithOIDC, which nobody signs. The token has to be one that is not over, for an audience; whose signature
 * it bears stays unseen, as the demo has no issuer: the key may scan and nothing else.
 */
export function assumeRoleWithOidc(call: Call): CloudAnswer {
	const provider = call.get('OIDCProviderArn') ?? '';
	if (!provider.startsWith(`acs:ram::${call.state.accountId}:oidc-provider/`))
		return rpcError(404, 'EntityNotExist.OIDCProvider', 'The OIDC provider does not exist.');
	const { exp, iss, sub, aud } = claims(call.get('OIDCToken') ?? '');
	if (typeof exp !== 'number' || iss === undefined || sub === undefined || aud === undefined)
		return rpcError(400, 'AuthenticationFail.OIDCToken.Invalid', 'This JSON Web Token is invalid.');
	if (exp <= call.state.now())
		return rpcError(400, 'AuthenticationFail.OIDCToken.Expired', 'This JSON Web Token has been expired.');
	const OIDCTokenInfo = {
		Subject: String(sub),
		Issuer: String(iss),
		ClientIds: [aud].flat().join(','),
		ExpirationTime: formatRfc3339(exp),
	};
	return temporaryKey(call, SCAN_ACTIONS, { OIDCTokenInfo });
}

function claims(token: string): Record<string, unknown> {
	try {
		const [, payload = '', signature, ...more] = token.split('.');
		const read: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
		const isWhole = signature !== undefined && more.length === 0;
		return isWhole && typeof read === 'object' && read !== null ? { ...read } : {};
	} catch {
		// No token at all: the answer says so.
		return {};
	}
}

function temporaryKey({ state, get }: Call, allowed: string[] | null, beside: object): CloudAnswer {
	const role = state.roles.find(({ name }) => `acs:ram::${state.accountId}:role/${name}` === get('RoleArn'));
	if (role === undefined) return rpcError(404, 'EntityNotExist.Role', 'The role not exists.');
	const session = get('RoleSessionName') ?? '';
	if (!/^[\w.@-]{2,64}$/.test(session))
		return rpcError(400, 'InvalidParameter.RoleSessionName', 'The specified RoleSessionName is invalid.');
	const seconds = Number(get('DurationSeconds') ?? 3600);
	if (!(Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200))
		return rpcError(400, 'InvalidParameter.DurationSeconds', 'The specified DurationSeconds is invalid.');
	const temporary: AccessKey = {
		id: `STS.${randomBytes(12).toString('hex')}`,
		secret: randomBytes(22).toString('base64url'),
		securityToken: randomBytes(60).toString('base64'),
		holder: role.id,
		session,
		expiresAt: state.now() + seconds,
		allowed,
	};
	state.accessKeys.push(temporary);
	return ok({
		RequestId: requestId(),
		...beside,
		AssumedRoleUser: {
			Arn: `acs:ram::${state.accountId}:assumed-role/${role.name}/${session}`,
			AssumedRoleId: `${role.id}:${session}`,
		},
		Credentials: {
			AccessKeyId: temporary.id,
			AccessKeySecret: temporary.secret,
			SecurityToken: temporary.securityToken,
			Expiration: formatRfc3339(state.now() + seconds),
		},
	});
}
