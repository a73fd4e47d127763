import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileBundle, SHIPPED, writeBundle } from '../../evaluate/bundle.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { plural } from '../../lib/text.ts';
import type { BuildFlags } from '../policy.ts';
import { readPolicyFolder, SHIPPED_POLICIES } from '../policy-files.ts';
import { print } from '../stdout.ts';

/** Compiles a folder; the shipped one to where `scan` looks for it. */
export async function runBuild({ dir, out }: Pick<BuildFlags, 'dir' | 'out'>): Promise<void> {
	if (dir !== undefined && out === undefined)
		throw new ScanError('USAGE', 'a folder of your own is compiled to a folder of your own', {
			hint: 'add --out DIR',
		});
	const bundle = await compileBundle((await readPolicyFolder(dir ?? SHIPPED_POLICIES)).all);
	await writeBundle(bundle, out === undefined ? SHIPPED : pathToFileURL(`${resolve(out)}/`));
	await print(
		`${plural(bundle.catalog.length, 'policy', 'policies')} compiled, ${bundle.wasm.length} bytes\n`,
	);
}
