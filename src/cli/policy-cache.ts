import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BundleFile, digestOf, type StoredBundle } from '../evaluate/stored-bundle.ts';
import { makeFolders } from './make-folders.ts';

/** Entries that are kept, the latest used ones. */
const MAX_ENTRIES = 16;
/** What a run that was killed left behind, once no run can be writing it any more. */
const ABANDONED_MS = 60 * 60 * 1000;

const FILES = ['policy.wasm', 'catalog.json', 'data.json'] as const satisfies BundleFile[];
/** Digests of the files of an entry, after the key that it was kept under. */
const SEAL = 'sha256';

/** Compiled policies by the digest of what they were compiled from. */
export interface PolicyCache {
	/** The entry as it was kept, or null: there is none, or it is not what was kept. */
	load(key: string): Promise<StoredBundle | null>;
	/** Keeps an entry for the next run. @throws the system's error. */
	store(key: string, bundle: StoredBundle): Promise<void>;
}

/** A cache in a folder that is the user's alone; several runs may use it at once. */
export function createPolicyCache(folder: string): PolicyCache {
	return {
		async load(key) {
			const entry = join(folder, key);
			try {
				await demandPrivate(folder);
				const bundle = await readEntry(entry, key);
				// Used now: `prune` takes the oldest.
				await utimes(entry, new Date(), new Date()).catch(() => undefined);
				return bundle;
			} catch {
				return null;
			}
		},
		async store(key, bundle) {
			await makeFolders(folder, 0o700);
			await demandPrivate(folder);
			const temporary = join(folder, `.${key}-${randomBytes(8).toString('hex')}`);
			try {
				await writeEntry(temporary, key, bundle);
				await putInPlace(temporary, join(folder, key), key);
			} finally {
				await rm(temporary, { recursive: true, force: true });
			}
			await prune(folder);
		},
	};
}

/** Whoever may write here decides what kubelapse finds. */
async function demandPrivate(folder: string): Promise<void> {
	if (process.getuid === undefined) return; // Windows: a profile's folder is its user's
	const { uid, mode } = await stat(folder);
	if (uid === process.getuid() && (mode & 0o022) === 0) return;
	throw new Error('others may write there');
}

/** @throws {Error} when a file is missing, cut off or changed. */
async function readEntry(entry: string, key: string): Promise<StoredBundle> {
	const [seal, wasm, catalog, data] = await Promise.all([
		readFile(join(entry, SEAL), 'utf8'),
		...FILES.map(name => readFile(join(entry, name))),
	]);
	const bundle = { 'policy.wasm': wasm, 'catalog.json': catalog, 'data.json': data } as StoredBundle; // as many as FILES
	if (seal !== sealOf(key, bundle)) throw new Error('the entry is not what was kept');
	return bundle;
}

function sealOf(key: string, bundle: StoredBundle): string {
	return [key, ...FILES.map(name => `${digestOf(bundle[name])}  ${name}`), ''].join('\n');
}

async function writeEntry(folder: string, key: string, bundle: StoredBundle): Promise<void> {
	await mkdir(folder, { mode: 0o700 });
	const write = (name: string, content: string | Uint8Array) =>
		writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' });
	await Promise.all([...FILES.map(name => write(name, bundle[name])), write(SEAL, sealOf(key, bundle))]);
}

/** A folder is renamed over none that has files: what is there is another run's, or broken and moved aside. */
async function putInPlace(temporary: string, entry: string, key: string): Promise<void> {
	const isThere = () =>
		readEntry(entry, key).then(
			() => true,
			() => false,
		);
	for (let attempt = 0; attempt < 3; attempt++) {
		try {
			return await rename(temporary, entry);
		} catch (error) {
			if (await isThere()) return;
			if (attempt === 2) throw error;
		}
		const aside = `${temporary}.old`;
		await rename(entry, aside).catch(() => undefined); // another run was quicker
		await rm(aside, { recursive: true, force: true });
	}
}

async function prune(folder: string): Promise<void> {
	const names = await readdir(folder);
	const ages = await Promise.all(
		names.map(async name => ({ name, usedAt: await usedAt(join(folder, name)) })),
	);
	const entries = ages.filter(({ name }) => /^[0-9a-f]{64}$/.test(name)).sort((a, b) => b.usedAt - a.usedAt);
	const left = ages.filter(
		({ name, usedAt }) => /^\.[0-9a-f]{64}-/.test(name) && usedAt < Date.now() - ABANDONED_MS,
	);
	for (const { name } of [...entries.slice(MAX_ENTRIES), ...left])
		await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
}

async function usedAt(path: string): Promise<number> {
	return (await stat(path).catch(() => null))?.mtimeMs ?? 0;
}
