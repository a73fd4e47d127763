import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { DAY } from '../lib/epoch.ts';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import type { EpochSeconds } from '../model/facts.ts';
import { type Signer, signerOf } from '../remediation/journal.ts';
import type { Config } from './config.ts';
import { lock } from './lock-file.ts';
import { makeFolders } from './make-folders.ts';
import { writeWhole } from './write-whole.ts';

/**
 * What has to outlive a run of `apply`: the key that signs journals, and how much was changed of late.
 * @see XDG Base Directory Specification, XDG_STATE_HOME
 */
export function stateFolder({ state }: Pick<Config, 'state'>): string {
	if (state !== undefined) return state;
	const home = process.env.XDG_STATE_HOME;
	return join(
		home !== undefined && isAbsolute(home) ? home : join(homedir(), '.local', 'state'),
		'kubelapse',
	);
}

/** The key that signs journals; made, for its owner alone, where there is none. @throws {ScanError} */
export async function journalSigner(folder: string): Promise<Signer> {
	const path = join(folder, 'journal-key.pem');
	try {
		await makeFolders(folder, 0o700);
		const known = await readFile(path, 'utf8').catch(absentAsNull);
		return signerOf(known ?? (await makeKey(folder, path)), path);
	} catch (cause) {
		throw unusable(folder, cause);
	}
}

/** One key, whole, for all who come at the same time. */
function makeKey(folder: string, path: string): Promise<string> {
	return locked(folder, path, async () => {
		const known = await readFile(path, 'utf8').catch(absentAsNull);
		if (known !== null) return known;
		const { privateKey } = generateKeyPairSync('ed25519');
		const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
		await writeWhole(path, pem);
		return pem;
	});
}

/** Works on a file that nobody else works on meanwhile. @throws {ScanError} */
async function locked<T>(
	folder: string,
	path: string,
	work: (isHeld: () => boolean) => Promise<T>,
): Promise<T> {
	const taken = await lock(`${path}.lock`, WAIT_MS).catch(cause => {
		throw unusable(folder, cause);
	});
	if ('holder' in taken) throw unusable(folder, new Error('another run holds it'));
	try {
		return await work(taken.isHeld);
	} finally {
		taken.release();
	}
}

/** Objects that runs have changed, by run and cluster. */
export type Changes = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** What runs have changed within a day, on disk before a run begins. Each start of `apply` or `restore` is one. */
export interface Ledger {
	/** What tells this run from every other. */
	run: string;
	/** Objects of a cluster that others had changed, or set out to change, when it was opened: for a first look. */
	spent(cluster: string): number;
	/**
	 * Sets out to change objects, unless something stands against it; nobody else does meanwhile.
	 * @param check is given what others have changed or set out to by now, and says what stands against it.
	 * @returns what the check says: where that is anything, nothing is set out to.
	 */
	reserve(objects: ReadonlyMap<string, number>, check: Check): Promise<string[]>;
	/** Puts what was really changed in place of what it had set out to. */
	settle(objects: ReadonlyMap<string, number>): Promise<void>;
}

type Check = (spent: (cluster: string) => number) => string[] | Promise<string[]>;

interface Line {
	at: EpochSeconds;
	run: string;
	cluster: string;
	/** The last word of a run on a cluster counts. */
	objects: number;
}

const WAIT_MS = 10_000;

/**
 * @param earlier runs that have ended, perhaps without a word here, and what they did by their journal, which knows
 * better: less what is about to be done again.
 * @throws {ScanError}
 */
export async function openLedger(folder: string, earlier: Changes, now: () => EpochSeconds): Promise<Ledger> {
	const path = join(folder, 'changes.jsonl');
	await makeFolders(folder, 0o700).catch(cause => {
		throw unusable(folder, cause);
	});
	const run = randomUUID();
	const read = async () => corrected(lastWords(await readLines(path)), earlier);
	const first = await read();
	/** Whole or not at all, and without what counts no more: a run that is killed meanwhile leaves what there was. */
	const change = <T>(work: (add: (lines: Line[]) => Promise<void>) => Promise<T>) =>
		locked(folder, path, isHeld =>
			work(async lines => {
				const counting = (await readLines(path)).filter(({ at }) => now() - at < DAY);
				if (!isHeld()) throw unusable(folder, new Error('another run has taken its lock'));
				const all = lastWords([...counting, ...lines]);
				await writeWhole(path, all.map(line => `${JSON.stringify(line)}\n`).join(''));
			}),
		);
	const own = (objects: ReadonlyMap<string, number>): Line[] =>
		[...objects].map(([cluster, count]) => ({ at: now(), run, cluster, objects: count }));
	const spentOf =
		(lines: Line[]) =>
		(cluster: string): number =>
			lines
				.filter(line => line.cluster === cluster && line.run !== run && now() - line.at < DAY)
				.reduce((sum, { objects }) => sum + objects, 0);
	return {
		run,
		spent: spentOf(first),
		reserve: (objects, check) =>
			change(async add => {
				const lines = await read();
				const refusals = await check(spentOf(lines));
				// Others are to count what is done again once, too.
				if (refusals.length === 0)
					await add([...lines.filter(line => earlier.has(line.run)), ...own(objects)]);
				return refusals;
			}),
		settle: objects => change(add => add(own(objects))),
	};
}

function lastWords(lines: Line[]): Line[] {
	return [...new Map(lines.map(line => [JSON.stringify([line.run, line.cluster]), line])).values()];
}

function corrected(lines: Line[], earlier: Changes): Line[] {
	return lines.map(line => {
		const changed = earlier.get(line.run);
		return changed === undefined ? line : { ...line, objects: changed.get(line.cluster) ?? 0 };
	});
}

/** A line that cannot be read may be any number of objects: it is no reason to take it for none. */
async function readLines(path: string): Promise<Line[]> {
	const text = (await readFile(path, 'utf8').catch(absentAsNull)) ?? '';
	return text
		.split('\n')
		.filter(line => line !== '')
		.map((line, index) => {
			try {
				const { at, run, cluster, objects } = JSON.parse(line);
				if (
					[at, objects].every(Number.isSafeInteger) &&
					typeof run === 'string' &&
					typeof cluster === 'string'
				)
					return { at, run, cluster, objects };
			} catch {
				// Told below, with the line.
			}
			throw new ScanError(
				'USAGE',
				`${oneLine(path)}:${index + 1} cannot be read: how much was changed of late is not known`,
				{
					hint: 'correct the line; removing the file forgets what counts for the caps',
				},
			);
		});
}

function absentAsNull(error: NodeJS.ErrnoException): null {
	if (error.code === 'ENOENT') return null;
	throw error;
}

function unusable(folder: string, cause: unknown): ScanError {
	if (cause instanceof ScanError) return cause;
	const code =
		cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
	return new ScanError(
		'OUTPUT_UNWRITABLE',
		`cannot use the state folder ${oneLine(folder)} (${oneLine(code, 100)})`,
		{
			hint: 'name one that you can write with --state DIR',
			cause,
		},
	);
}
