import { type JournalStore, openJournal, readJournal } from '../../src/remediation/journal.ts';
import { NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { newSigner } from './memory-journal.ts';

describe('openJournal', it => {
	it('writes nothing more once a line could not be written', async () => {
		const signer = newSigner();
		const full = new Error('ENOSPC');
		let text = '';
		let calls = 0;
		const store: JournalStore = {
			append: async line => {
				// The line is on the disk, and nobody knows: it is the fsync that failed.
				text += line;
				if (++calls === 2) throw full;
			},
		};
		const journal = openJournal(store, [], signer, () => NOW);
		const open = {
			...({ kind: 'open', apiVersion: 'kubelapse/journal/v1', command: 'apply' } as const),
			...{ of: 'a', key: signer.publicKey, steps: 3 },
		};
		const resume = { kind: 'resume' } as const;
		const ends = [open, resume, resume, resume].map(entry =>
			journal.append(entry).then(
				({ seq }) => seq,
				(error: unknown) => error,
			),
		);
		assert.equal(await Promise.all(ends), [0, full, full, full]);
		assert.is(await journal.append(resume).catch(error => error), full);
		const { lines } = readJournal(text, 'x', new Set([signer.publicKey]));
		assert.equal([calls, lines.map(({ seq }) => seq), journal.lines.length], [2, [0, 1], 1]);
	});
});
