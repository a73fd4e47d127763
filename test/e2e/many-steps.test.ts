import type { WriteRecord } from '../../src/demo/cluster.ts';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import { prepareApply, preparePlan } from '../../src/remediate.ts';
import { applySteps } from '../../src/remediation/apply.ts';
import { openJournal, readJournal, recordsOf } from '../../src/remediation/journal.ts';
import { scan } from '../../src/scan.ts';
import { assert, describe } from '../helpers/describe.ts';
import { scanRequest } from '../helpers/scan-request.ts';
import { withTempDir } from '../helpers/temp-dir.ts';
import { withLiveFleet } from '../remediation/live-fleet.ts';
import { newSigner } from '../remediation/memory-journal.ts';
import { OPTIONS } from '../remediation/report-of.ts';

const clock = () => Math.floor(Date.now() / 1000);
const bundle = await loadBundle();

describe('applySteps :: 500 steps over 50 clusters, with 429, 500, resets and slow answers', it => {
	it('ends every step once and none twice, and the journal tells what the servers have done', () =>
		withTempDir(dir =>
			withLiveFleet(dir, { clusters: 50, orphans: 10, sound: 95 }, async fleet => {
				const request = scanRequest({
					kubeconfigs: fleet.map(({ kubeconfig: path }) => ({ path, contexts: 'current', names: {} })),
					now: clock(),
					isClockOverridden: false,
					concurrency: 16,
				});
				const report = await scan(request, bundle);
				const ask = {
					options: { ...OPTIONS, policies: ['orphan/service_account_missing'] },
					now: clock(),
					maxAgeSeconds: 3600,
				};
				const { plan } = await preparePlan(report, { ...ask, breakGlass: [], grace: () => null }, request);
				const deeds = plan.steps.filter(({ target }) => target.kind === 'binding');
				assert.is(deeds.length, 500);
				assert.ok(
					deeds.every(
						({ permission }) => permission.step.allowed === 'yes' && permission.undo.allowed === 'yes',
					),
				);
				for (const { cluster } of fleet)
					for (const answer of TROUBLE) cluster.hiccups.push({ resource: '*', on: 'write', ...answer });
				const signer = newSigner();
				let text = '';
				const journal = openJournal(
					{
						append: async line => {
							text += line;
						},
					},
					[],
					signer,
					clock,
				);
				await journal.append({
					...{ kind: 'open', apiVersion: 'kubelapse/journal/v1', command: 'apply' },
					...{ of: plan.digest, key: signer.publicKey, steps: plan.steps.length },
				});
				const prepared = await prepareApply(
					{ ...request, requestTimeoutSeconds: 2 },
					{ plan, earlier: [], bundle, now: clock, maxAgeSeconds: 3600, maxObjects: null, spent: () => 0 },
				);
				assert.equal([prepared.refusals, prepared.skipped, prepared.objects.size], [[], [], 50]);
				const { results, left } = await applySteps({
					...prepared,
					...{ journal, isDryRun: false, concurrency: 16, now: clock },
					handsOf: uid => prepared.reached.hands.get(uid) ?? null,
					pause: async () => undefined,
					signal: new AbortController().signal,
					onStep: () => undefined,
				});
				prepared.reached.close();
				const mine = results.filter(({ step }) => step.target.kind === 'binding');
				assert.equal([left, mine.length, new Set(mine.map(({ step }) => step.id)).size], [[], 500, 500]);
				assert.equal([...new Set(mine.map(({ outcome }) => outcome))], ['done']);

				// What the servers say.
				const stored = fleet.map(({ cluster }) =>
					cluster.writes.filter(({ isStored }: WriteRecord) => isStored),
				);
				assert.equal(
					stored.map(writes => writes.length),
					Array(50).fill(10),
				);
				assert.ok(stored.every(writes => new Set(writes.map(({ path }) => path)).size === 10));
				const tried = fleet.flatMap(({ cluster }) => cluster.writes).length;
				assert.ok(tried > 500, `${tried}`);
				assert.ok(fleet.every(({ cluster }) => cluster.hiccups.length === 0));

				// What the journal says, read as anybody reads it.
				const { lines } = readJournal(text, 'journal', new Set([signer.publicKey]));
				const records = recordsOf(lines);
				const ends = lines.filter(
					({ entry }) => entry.kind === 'end' && records.get(entry.step)?.step?.target.kind === 'binding',
				);
				assert.is(ends.length, 500);
				for (const step of deeds) {
					const record = records.get(step.id);
					const { begun, ended } = record ?? { begun: null, ended: null };
					assert.equal([ended?.outcome, begun?.before.kind], ['done', 'binding']);
				}
				assert.is(lines.at(-1)?.entry.kind, 'close');
			}),
		));
});

const TROUBLE = [
	{ answer: 'too_many_requests' },
	{ answer: 'etcd_timeout' },
	{ answer: 'etcd_timeout_stored' },
	{ answer: 'reset' },
	{ answer: 'reset_stored' },
	{ answer: 'slow', ms: 3000 },
] as const;
