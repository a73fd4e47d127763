import { generateKeyPairSync } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
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
		if (known !== null) return signerOf(known, path);
		const { privateKey } = generateKeyPairSync('ed25519');
		const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
		const file = await open(path, 'wx', 0o600);
		await file.writeFile(pem).finally(() => file.close());
		return signerOf(pem, path);
	} catch (cause) {
		throw unusable(folder, cause);
	}
}

/** What runs have changed within a day, on disk before a run begins. */
export interface Ledger {
	/** Objects of a cluster that other runs changed, or had set out to change. */
	spent(cluster: string): number;
	/** Sets what this run changes of each cluster; the last word counts. */
	record(objects: ReadonlyMap<string, number>): Promise<void>;
}

interface Line {
	at: EpochSeconds;
	run: string;
	cluster: string;
	objects: number;
}

const WAIT_MS = 10_000;

/** @param run what tells this run from others, and is the same where it is resumed. @throws {ScanError} */
export async function openLedger(folder: string, run: string, now: () => EpochSeconds): Promise<Ledger> {
	const path = join(folder, 'changes.jsonl');
	await makeFolders(folder, 0o700).catch(cause => {
		throw unusable(folder, cause);
	});
	const lines = await readLines(path);
	return {
		spent: cluster => {
			const others = new Map<string, number>();
			for (const line of lines)
				if (line.cluster === cluster && line.run !== run && now() - line.at < DAY)
					others.set(line.run, line.objects);
			return [...others.values()].reduce((sum, objects) => sum + objects, 0);
		},
		record: async objects => {
			const text = [...objects]
				.map(
					([cluster, count]) =>
						`${JSON.stringify({ at: now(), run, cluster, objects: count } satisfies Line)}\n`,
				)
				.join('');
			const taken = await lock(`${path}.lock`, WAIT_MS);
			if ('holder' in taken) throw unusable(folder, new Error('another run holds it'));
			try {
				await append(path, text);
			} finally {
				taken.release();
			}
		},
	};
}

async function append(path: string, text: string): Promise<void> {
	const file = await open(path, 'a', 0o600);
	try {
		await file.writeFile(text);
		await file.sync();
	} finally {
		await file.close();
	}
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
