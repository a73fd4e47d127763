import { writeFile } from 'node:fs/promises';
import { checkPolicies, formatPolicies } from '../../evaluate/bundle.ts';
import { type Mistake, mistakeLine } from '../../evaluate/mistake.ts';
import { plural } from '../../lib/text.ts';
import type { CheckFlags } from '../policy.ts';
import { policyIds, readExamples } from '../policy-examples.ts';
import { readPolicyFolder, SHIPPED_POLICIES } from '../policy-files.ts';
import { onDisk, shownPath } from '../policy-paths.ts';
import { print } from '../stdout.ts';

/** Prints every mistake; exit 1 when there is one. */
export async function runCheck({
	dir,
	fix,
	format,
}: Pick<CheckFlags, 'dir' | 'fix' | 'format'>): Promise<void> {
	const folder = dir ?? SHIPPED_POLICIES;
	const { own, all } = await readPolicyFolder(folder);
	const { examples, unusable } = await readExamples(folder, policyIds(own));
	const found = [
		...(await checkPolicies(all, examples)),
		...unusable.map(({ file, row, message }) => ({ file, row, col: 1, message, hint: '' })),
	];
	// A source that does not parse cannot be formatted; its mistake is named already.
	const unformatted = found.length > 0 ? [] : await formatOrName(own, folder, fix);
	const mistakes = [...found, ...unformatted].map(mistake => ({
		...mistake,
		file: shownPath(mistake.file, folder),
	}));
	const files = Object.keys(own).length;
	if (format === 'json') await print(`${JSON.stringify({ files, mistakes }, null, 2)}\n`);
	else if (mistakes.length > 0) await print(mistakes.map(mistake => `${mistakeLine(mistake)}\n`));
	else await print(`${plural(files, 'file')} checked\n`);
	if (mistakes.length > 0) process.exitCode = 1;
}

async function formatOrName(own: Record<string, string>, folder: string, fix: boolean): Promise<Mistake[]> {
	const formatted = Object.entries(await formatPolicies(own));
	if (!fix)
		return formatted.map(([file]) => ({
			file,
			row: 1,
			col: 1,
			message: 'is not formatted',
			hint: 'run this again with --fix',
		}));
	for (const [path, text] of formatted) await writeFile(onDisk(path, folder), text);
	return [];
}
