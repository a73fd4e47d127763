import type { JournalEntry } from '../../src/model/journal.ts';
import type { Step } from '../../src/model/plan.ts';
import { changesByRun } from '../../src/remediation/changes.ts';
import { assert, describe } from '../helpers/describe.ts';
import { memoryJournal } from './memory-journal.ts';

const stepOf = (id: string) =>
	({ id, action: 'delete_binding', cluster: { uid: 'a', name: 'a' }, target: { kind: 'binding' } }) as Step; // what is counted
const begin = (id: string): JournalEntry => ({
	...{ kind: 'begin', step: stepOf(id), by: 'x' },
	before: { kind: 'kubeconfigs', clusters: [] },
});
const end = (step: string, outcome: Extract<JournalEntry, { kind: 'end' }>['outcome']): JournalEntry => ({
	...{ kind: 'end', step, outcome, reason: '', after: null, access: [] },
});
const resume = (run: string): JournalEntry => ({ kind: 'resume', run });

async function linesOf(entries: JournalEntry[]) {
	const journal = memoryJournal();
	for (const entry of entries) await journal.append(entry);
	return journal.lines;
}
const plain = (changes: ReturnType<typeof changesByRun>) =>
	[...changes].map(([run, objects]) => [run, Object.fromEntries(objects)]);

describe('changesByRun', it => {
	const two = [
		...[resume('one'), begin('done'), end('done', 'done'), begin('skipped'), end('skipped', 'skipped')],
		...[begin('failed'), end('failed', 'failed'), begin('late'), end('late', 'unconfirmed'), begin('cut')],
		...[resume('two'), begin('late'), end('late', 'done'), begin('last')],
	];
	it('counts each step once, for the run that began it last', async () =>
		assert.equal(plain(changesByRun(await linesOf(two))), [
			['one', { a: 2 }],
			['two', { a: 2 }],
		]));
	it('leaves out what is about to be done again', async () =>
		assert.equal(plain(changesByRun(await linesOf(two), new Set(['cut', 'last']))), [
			['one', { a: 1 }],
			['two', { a: 1 }],
		]));
	it('knows nothing of journals that name no run', async () =>
		assert.equal(plain(changesByRun(await linesOf([{ kind: 'resume' }, begin('a')]))), []));
});
