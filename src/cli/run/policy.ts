import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileBundle, SHIPPED, writeBundle } from '../../evaluate/bundle.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { plural } from '../../lib/text.ts';
import { makeFolders } from '../make-folders.ts';
import type { BuildFlags } from '../policy.ts';
import { readPolicyFolder, SHIPPED_POLICIES } from '../policy-files.ts';
import { withShownPaths } from '../policy-paths.ts';
import { print } from '../stdout.ts';

/** Compiles a folder; the shipped one to where `scan` looks for it. */
export async function runBuild({ dir, out }: Pick<BuildFlags, 'dir' | 'out'>): Promise<void> {
	if (dir !== undefined && out === undefined)
		throw new ScanError('USAGE', 'a folder of your own is compiled to a folder of your own', {
			hint: 'add --out DIR',
		});
	const folder = dir ?? SHIPPED_POLICIES;
	const bundle = await compileBundle((await readPolicyFolder(folder)).all).catch(error => {
		throw withShownPaths(error, folder);
	});
	const place = out === undefined ? SHIPPED : pathToFileURL(`${resolve(out)}/`);
	await makeFolders(fileURLToPath(place))
		.then(() => writeBundle(bundle, place))
		.catch(cause => {
			throw unwritable(out ?? fileURLToPath(SHIPPED), cause);
		});
	await print(
		`${plural(bundle.catalog.length, 'policy', 'policies')} compiled, ${bundle.wasm.length} bytes\n`,
	);
}

function unwritable(path: string, cause: unknown): ScanError {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
	const hint = 'check the folder and its permissions, or name another with --out';
	return new ScanError('OUTPUT_UNWRITABLE', `cannot write to ${path} (${code})`, { hint, cause });
}
