import { loadBundle } from '../../src/evaluate/bundle.ts';
import { scan } from '../../src/scan.ts';
import { scanRequest } from '../helpers/scan-request.ts';
import type { CloudOrder } from './cloud-scan.ts';

// The SDKs take their access key from the environment, which tests share: this process has one of its own.
const bundle = await loadBundle();

process.on('message', async ({ env, request }: CloudOrder) => {
	Object.assign(process.env, env);
	const began = Date.now();
	try {
		const now = Math.floor(Date.now() / 1000);
		const notices: string[] = [];
		const report = await scan(
			scanRequest({
				now,
				...request,
				onEvent: event => {
					if (event.kind === 'notice') notices.push(event.message);
				},
			}),
			bundle,
		);
		process.send?.({ report, notices, tookMs: Date.now() - began });
	} catch (error) {
		process.send?.({ error: String(error) });
	}
});
process.send?.('ready');
