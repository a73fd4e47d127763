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

/** Who the scan is in the cloud. */
export interface CallerIdentity {
	accountId: string;
	/** uid of the RAM user or role, or the account's own. */
	uid: string;
}

/** @throws {ApiError} where the access key does not work at all. */
export async function readCaller({ clients, caller }: Account, region: string): Promise<CallerIdentity> {
	const client = await clients.sts(region);
	const action = 'sts:GetCallerIdentity';
	const answer = await caller.read({ product: 'sts', region, action, run: () => client.getCallerIdentity() });
	const { accountId = '', userId = '', roleId = '' } = answer.body ?? {};
	return { accountId, uid: roleId || userId || accountId };
}
