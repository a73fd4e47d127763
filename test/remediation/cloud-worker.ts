import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import type { Sealed } from '../../src/model/journal.ts';
import { type Prepared, prepareApply, preparePlan, prepareRestore } from '../../src/remediate.ts';
import { applySteps } from '../../src/remediation/apply.ts';
import { openJournal, signerOf } from '../../src/remediation/journal.ts';
import { restoreSteps } from '../../src/remediation/restore.ts';
import { scan } from '../../src/scan.ts';
import { scanRequest } from '../helpers/scan-request.ts';
import type { Answer, Order } from './cloud-order.ts';

// The SDKs take their access key from the environment, which tests share: this process has one of its own.
const bundle = await loadBundle();
const { privateKey } = generateKeyPairSync('ed25519');
const signer = signerOf(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'test');
const now = () => Math.floor(Date.now() / 1000);
const signal = new AbortController().signal;
const maxAgeSeconds = 86_400;

let prepared: Prepared | null = null;
let earlier: readonly Sealed[] = [];

function journalOf(lines: readonly Sealed[]) {
	return openJournal({ append: async () => undefined }, lines, signer, now);
}

async function answer(order: Order): Promise<Answer> {
	Object.assign(process.env, order.env);
	const request = () => scanRequest({ ...order.request, now: now(), isClockOverridden: false });
	const pause = (ms: number) => sleep(Math.min(ms, order.paceMs ?? ms));
	switch (order.is) {
		case 'plan': {
			const report = await scan(request(), bundle);
			const ask = { options: order.options, now: now(), maxAgeSeconds, breakGlass: [], grace: () => null };
			return { is: 'plan', ...(await preparePlan(report, ask, request())) };
		}
		case 'prepare': {
			const { plan, maxObjects } = order;
			earlier = order.earlier;
			const ask = { plan, earlier, bundle, now, maxAgeSeconds, maxObjects, spent: () => 0 };
			prepared = await prepareApply(request(), ask);
			const { steps, skipped, refusals } = prepared;
			return { is: 'prepared', steps, skipped, refusals };
		}
		case 'act': {
			if (prepared === null) throw new Error('nothing is prepared');
			const { steps, reached, actors, fresh, skipped } = prepared;
			const journal = journalOf(earlier);
			for (const { step, why } of skipped)
				await journal.append({
					...{ kind: 'end', step: step.id, outcome: 'skipped', reason: why, after: null, access: [] },
				});
			const applied = await applySteps({
				...{ steps, journal, isDryRun: order.isDryRun, concurrency: 4, actors, fresh, now, pause, signal },
				handsOf: uid => reached.hands.get(uid) ?? null,
				onStep: () => undefined,
			});
			reached.close();
			prepared = null;
			return { is: 'applied', ...applied, lines: [...journal.lines] };
		}
		case 'restore': {
			const ask = { bundle, maxObjects: 1000, spent: () => 0 };
			const { steps, reached, isDeleted } = await prepareRestore(request(), order.lines, [], ask);
			const results = await restoreSteps({
				...{ steps, journal: journalOf([]), isDryRun: false, isDeleted, now, pause, signal },
				handsOf: uid => reached.hands.get(uid) ?? null,
				onStep: () => undefined,
			});
			reached.close();
			return { is: 'restored', results };
		}
		default:
			return order satisfies never;
	}
}

process.on('message', async (order: Order) => {
	process.send?.(await answer(order).catch((error: unknown) => ({ is: 'error', error: String(error) })));
});
process.send?.('ready');
