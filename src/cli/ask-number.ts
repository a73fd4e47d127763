import { createInterface } from 'node:readline';
import { ScanError } from '../lib/scan-error.ts';

/**
 * Has a person type how many objects are about to change: a number that nobody types without having read it.
 * @throws {ScanError} USAGE where nobody answers, or with another number.
 */
export async function askNumber(wanted: number, question: string): Promise<void> {
	process.stderr.write(`${question}\ntype ${wanted} to go on: `);
	const lines = createInterface({ input: process.stdin, terminal: false });
	try {
		const answer = await new Promise<string | null>(resolve => {
			lines.once('line', resolve);
			lines.once('close', () => resolve(null));
		});
		// A pipe shows nothing of what it brings, its end of line neither.
		if (!process.stdin.isTTY) process.stderr.write('\n');
		if (answer?.trim() === String(wanted)) return;
		throw new ScanError(
			'USAGE',
			answer === null ? 'nobody confirmed it; nothing was done' : 'not confirmed; nothing was done',
			{
				hint: 'type the number, or add --yes where nobody is there to type it',
			},
		);
	} finally {
		lines.close();
	}
}
