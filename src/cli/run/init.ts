import { writeFile } from 'node:fs/promises';
import { ScanError } from '../../lib/scan-error.ts';
import { initialConfig } from '../initial-config.ts';
import type { GlobalFlags } from '../settings.ts';
import { print } from '../stdout.ts';

/** Writes a config in which everything is said and nothing is set. */
export async function run(flags: GlobalFlags): Promise<void> {
	const path = flags.config ?? 'kubelapse.yaml';
	try {
		await writeFile(path, initialConfig(), { flag: 'wx' });
	} catch (cause) {
		const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
		const [message, hint] =
			code === 'EEXIST'
				? [`${path} is there already, and stays as it is`, 'name another file with --config']
				: [`cannot write ${path} (${code})`, 'name another file with --config'];
		throw new ScanError('OUTPUT_UNWRITABLE', message, { hint, cause });
	}
	await print(`wrote ${path}: uncomment what you need, then run kubelapse doctor\n`);
}
