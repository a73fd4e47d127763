import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Changes, journalSigner, openLedger } from '../../src/cli/state-folder.ts';
import { DAY } from '../../src/lib/epoch.ts';
import { NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const of = (objects: Record<string, number>) => new Map(Object.entries(objects));
/** At most 20 of cluster `a`. */
const atMost = (wanted: number) => (spent: (cluster: string) => number) =>
	wanted + spent('a') > 20 ? [`${wanted} and ${spent('a')}`] : [];

/** Runs of one state folder, one after the other or at once. */
const withLedgers = (
	work: (open: (earlier?: Changes, at?: number) => ReturnType<typeof openLedger>) => Promise<void>,
) => withTempDir(dir => work((earlier = new Map(), at = NOW) => openLedger(dir, earlier, () => at)));

describe('journalSigner', it => {
	it('makes one key for all who come at the same time, and keeps it', () =>
		withTempDir(async dir => {
			const folder = join(dir, 'state');
			const signers = await Promise.all([1, 2, 3].map(() => journalSigner(folder)));
			const keys = [...signers, await journalSigner(folder)].map(({ publicKey }) => publicKey);
			assert.is(new Set(keys).size, 1);
			assert.equal(await readdir(folder), ['journal-key.pem']);
		}));
});

describe('openLedger', it => {
	it('adds up what runs have changed, by cluster, for a day', () =>
		withLedgers(async open => {
			const first = await open();
			assert.equal(await first.reserve(of({ a: 20, b: 1 }), atMost(20)), []);
			await first.settle(of({ a: 19, b: 0 }));
			const second = await open();
			assert.is(second.spent('a'), 19);
			assert.equal(await second.reserve(of({ a: 1 }), atMost(1)), []);
			await second.settle(of({ a: 1 }));
			const [third, later] = [await open(), await open(new Map(), NOW + DAY)];
			assert.equal([third.spent('a'), third.spent('b'), later.spent('a')], [20, 0, 0]);
			assert.equal(await third.reserve(of({ a: 1 }), atMost(1)), ['1 and 20']);
		}));

	it('keeps nothing that is older', () =>
		withTempDir(async dir => {
			for (const day of [0, 1, 2]) {
				const ledger = await openLedger(dir, new Map(), () => NOW + day * DAY);
				await ledger.reserve(of({ a: 20 }), atMost(20));
				await ledger.settle(of({ a: 20 }));
			}
			const lines = (await readFile(join(dir, 'changes.jsonl'), 'utf8')).trimEnd().split('\n');
			assert.equal(
				lines.map(line => JSON.parse(line).at),
				[NOW + 2 * DAY],
			);
		}));

	it('lets one of two that looked at the same time go on', () =>
		withLedgers(async open => {
			const ledgers = await Promise.all([open(), open(), open()]);
			assert.equal(
				ledgers.map(({ spent }) => spent('a')),
				[0, 0, 0],
			);
			const answers = await Promise.all(ledgers.map(({ reserve }) => reserve(of({ a: 15 }), atMost(15))));
			assert.equal(answers.toSorted(), [[], ['15 and 15'], ['15 and 15']]);
			assert.is((await open()).spent('a'), 15);
		}));

	it('reserves nothing where the check fails', () =>
		withLedgers(async open => {
			const ledger = await open();
			const failed = new Error('no space');
			const answer = ledger.reserve(of({ a: 1 }), async () => {
				throw failed;
			});
			assert.is(await answer.catch(error => error), failed);
			assert.equal(await ledger.reserve(of({ a: 1 }), atMost(1)), []);
			assert.is((await open()).spent('a'), 1);
		}));

	it('goes by the journal for runs that were cut short', () =>
		withLedgers(async open => {
			const killed = await open();
			await killed.reserve(of({ a: 20 }), atMost(20));
			assert.is((await open()).spent('a'), 20);
			const resumed = await open(new Map([[killed.run, of({ a: 12 })]]));
			assert.is(resumed.spent('a'), 12);
			assert.equal(await resumed.reserve(of({ a: 8 }), atMost(8)), []);
			assert.is((await open()).spent('a'), 20);
		}));

	it('takes what it cannot read for no reason to go on', () =>
		withTempDir(async dir => {
			const ledger = await openLedger(dir, new Map(), () => NOW);
			await appendFile(join(dir, 'changes.jsonl'), '{"at":');
			const { code } = await ledger.reserve(of({ a: 1 }), atMost(1)).catch(error => error);
			assert.equal([code, await readFile(join(dir, 'changes.jsonl'), 'utf8')], ['USAGE', '{"at":']);
		}));
});
