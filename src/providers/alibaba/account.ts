import type { Caller } from './call.ts';
import type { Clients } from './sdk.ts';

/** One account, and how it is asked. */
export interface Account {
	clients: Clients;
	caller: Caller;
	/** Name of the CLI profile; empty for the default credentials. */
	profile: string;
}

/** The same account, whose calls also end with a signal. */
export function callWithin(account: Account, signal: AbortSignal): Account {
	return { ...account, caller: account.caller.within(signal) };
}

/** Who the scan is in the cloud; each empty where nobody can tell. */
export interface CallerIdentity {
	accountId: string;
	/** uid of the RAM user or role, or the account's own. */
	uid: string;
}

/** @throws {ApiError} where the access key does not work at all. */
export async function readCaller({ clients, caller }: Account, region: string): Promise<CallerIdentity> {
	const [client, { $OpenApiUtil }, { RuntimeOptions }] = await Promise.all([
		clients.sts(region),
		import('@alicloud/openapi-core'),
		import('@darabonba/typescript'),
	]);
	// As the SDK calls it, but for its model: that makes a text of a number which has lost its last digits.
	const params = new $OpenApiUtil.Params({
		action: 'GetCallerIdentity',
		version: '2015-04-01',
		protocol: 'HTTPS',
		pathname: '/',
		method: 'POST',
		authType: 'AK',
		style: 'RPC',
		reqBodyType: 'formData',
		bodyType: 'json',
	});
	const action = 'sts:GetCallerIdentity';
	const run = () =>
		client.callApi(params, new $OpenApiUtil.OpenApiRequest({ headers: {} }), new RuntimeOptions({}));
	return toCaller(await caller.read<unknown>({ product: 'sts', region, action, run }));
}

/** An id that has lost digits is nobody's: neither the next one named nor anything else stands in for it. */
export function toCaller(answer: unknown): CallerIdentity {
	const body = field(answer, 'body');
	const [accountId, userId, roleId] = ['AccountId', 'UserId', 'RoleId'].map(name => field(body, name));
	return { accountId: exact(accountId), uid: exact(roleId || userId || accountId) };
}

function exact(id: unknown): string {
	if (typeof id === 'string') return id;
	return typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : '';
}

function field(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
