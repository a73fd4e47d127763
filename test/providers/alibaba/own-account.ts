import type { CloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import type { Account } from '../../../src/providers/alibaba/account.ts';
import { createCaller } from '../../../src/providers/alibaba/call.ts';
import { createClients } from '../../../src/providers/alibaba/sdk.ts';
import type { Pair } from '../../demo/helpers/cloud.ts';

const NAMES = {
	ALIBABA_CLOUD_ACCESS_KEY_ID: 'accessKeyId',
	ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'accessKeySecret',
} as const;

/** Runs with the account of a fleet, by a key that the environment holds meanwhile. */
export async function withAccount<T>(
	{ endpoints, authorityPem }: CloudFleet,
	key: Pair,
	run: (account: Account) => Promise<T>,
): Promise<T> {
	const names = Object.keys(NAMES) as (keyof typeof NAMES)[]; // the literal has no other keys
	const before = names.map(name => process.env[name]);
	for (const name of names) process.env[name] = key[NAMES[name]];
	const access = { profile: null, endpoints, authorities: authorityPem, timeoutMs: 5000 };
	const stop = new AbortController();
	const caller = createCaller({ timeoutMs: 5000, signal: stop.signal, atOneAddress: ['sls'] });
	try {
		return await run({ clients: createClients(access), caller, profile: '' });
	} finally {
		names.forEach((name, at) => {
			if (before[at] === undefined) delete process.env[name];
			else process.env[name] = before[at];
		});
	}
}
