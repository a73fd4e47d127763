import { createTimeLimit } from './discover.ts';
import { ApiError } from './lib/api-error.ts';
import type { ScanRequest } from './model/scan.ts';
import { type Account, callWithin } from './providers/alibaba/account.ts';

/** What one cluster may take of the cloud. */
export interface CloudTime {
	/** The account, its calls given up with the cluster. */
	account: Account;
	/** Ends what is asked once the cluster's time is over; only then does time run. @throws {ApiError} timeout */
	spend<T>(work: Promise<T>): Promise<T>;
}

/** Calls of one cluster, together bounded by its time limit; what the API server takes is counted there. */
export function createCloudTime(account: Account, request: ScanRequest): CloudTime {
	const limit = createTimeLimit(request);
	let running = 0;
	return {
		account: callWithin(account, limit.signal),
		spend: async work => {
			limit.start();
			running++;
			try {
				return await before(work, limit.signal);
			} finally {
				running--;
				if (running === 0) limit.stop();
			}
		},
	};
}

function before<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const over = () => {
			const { reason } = signal;
			reject(new ApiError('timeout', 0, reason instanceof Error ? reason.message : 'interrupted'));
		};
		if (signal.aborted) over();
		else signal.addEventListener('abort', over, { once: true });
		// Also of what is given up: whatever it still comes to is nobody's.
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', over));
	});
}
