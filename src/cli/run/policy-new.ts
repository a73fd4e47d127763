import { stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { formatPolicies } from '../../evaluate/bundle.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';
import { makeFolders } from '../make-folders.ts';
import type { NewFlags } from '../policy.ts';
import { readShippedSources } from '../policy-files.ts';
import { onDisk } from '../policy-paths.ts';
import { policyTemplate } from '../policy-template.ts';
import { print } from '../stdout.ts';

/** Writes a policy that checks and passes as it is, with its test and examples. @throws {ScanError} USAGE */
export async function runNew({
	id,
	dir,
	kind,
	replace,
}: Pick<NewFlags, 'id' | 'dir' | 'kind' | 'replace'>): Promise<void> {
	const { category, name } = readId(id);
	const isShipped = Object.hasOwn(await readShippedSources(), `policies/${id}.rego`);
	if (isShipped && !replace)
		throw usage(`there is a shipped policy ${id}`, 'take another name, or --replace to stand in its place');
	const template = policyTemplate(category, name, kind);
	const sources = Object.entries(template).filter(([path]) => path.endsWith('.rego'));
	const files = Object.entries({ ...template, ...(await formatPolicies(Object.fromEntries(sources))) });
	const written = files.map(([path, text]) => ({ path: onDisk(path, dir), text }));
	for (const { path } of written)
		if (await exists(path)) throw usage(`${path} is there already`, 'take another name, or remove it first');
	for (const { path, text } of written) await writeNew(path, text);
	await print(written.map(({ path }) => `wrote ${oneLine(path, 500)}\n`));
	await print(`next: kubelapse policy test ${oneLine(dir, 500)}\n`);
}

const ID = /^([a-z][a-z0-9_]*)\/([a-z][a-z0-9_]*)$/;
/** Words that cannot stand in a package's name, or that mean something else there. */
const TAKEN = new Set(
	'as contains data default else every false if import in input lib not null package schemas some true with'.split(
		' ',
	),
);

function readId(id: string): { category: string; name: string } {
	const [, category = '', name = ''] = ID.exec(id) ?? [];
	const form = 'write category/name, in lower case, digits and _';
	if (category === '') {
		const near = nearId(id);
		const hint = near === null ? form : `did you mean ${near}? ${form}`;
		throw usage(`${oneLine(JSON.stringify(id), 100)} is no id of a policy`, hint);
	}
	const word = [category, name].find(part => TAKEN.has(part));
	if (word !== undefined)
		throw usage(`${id}: ${word} has a meaning of its own in a package`, 'take another word');
	if (name.endsWith('_test')) throw usage(`${id}: what ends in _test is taken for a test`, 'leave _test out');
	return { category, name };
}

/** The id that somebody who wrote `Org/Stale-Token.rego` has in mind. */
function nearId(id: string): string | null {
	const parts = id
		.replace(/\.rego$/, '')
		.split('/')
		.filter(part => part !== '' && part !== 'policies')
		.map(part =>
			part
				.toLowerCase()
				.replace(/[^a-z0-9]+/g, '_')
				.replace(/^[_0-9]+|_+$/g, ''),
		);
	const near = parts.length === 1 ? `org/${parts[0]}` : parts.slice(-2).join('/');
	return ID.test(near) && near.length <= 100 ? near : null;
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}

async function writeNew(path: string, text: string): Promise<void> {
	try {
		await makeFolders(resolve(dirname(path)));
		await writeFile(path, text, { flag: 'wx' });
	} catch (cause) {
		const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
		const hint = 'check the folder and its permissions, or name another with --dir';
		throw new ScanError('OUTPUT_UNWRITABLE', `cannot write ${path} (${code})`, { hint, cause });
	}
}

function usage(message: string, hint: string): ScanError {
	return new ScanError('USAGE', message, { hint });
}
