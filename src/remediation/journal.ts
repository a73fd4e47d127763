import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '../lib/canonical-json.ts';
import { ScanError } from '../lib/scan-error.ts';
import { sha256 } from '../lib/x509.ts';
import type { EpochSeconds } from '../model/facts.ts';
import type { AfterImage, BeforeImage, JournalEntry, Sealed, StepOutcome } from '../model/journal.ts';
import type { Step } from '../model/plan.ts';

/** A key that signs; Ed25519 (RFC 8032). */
export interface Signer {
	/** SPKI, base64. */
	publicKey: string;
	sign(text: string): string;
}

/** Where lines go: each is on the disk before the promise is kept. */
export interface JournalStore {
	append(line: string): Promise<void>;
}

/** The record of one run, which only grows. */
export interface Journal {
	/** Once a line could not be written, none is: each fails with the same error. */
	append(entry: JournalEntry): Promise<Sealed>;
	lines: readonly Sealed[];
}

const GENESIS = '0'.repeat(64);

/** @param pem PKCS#8 of an Ed25519 private key. @throws {ScanError} KEY_INVALID */
export function signerOf(pem: string, path: string): Signer {
	let key: KeyObject;
	try {
		key = createPrivateKey(pem);
	} catch {
		// The parser's own words may quote what it met.
		throw keyError(path, 'is no private key in PEM');
	}
	if (key.asymmetricKeyType !== 'ed25519') throw keyError(path, 'is no Ed25519 key');
	const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
	return { publicKey, sign: text => sign(null, Buffer.from(text), key).toString('base64') };
}

function keyError(path: string, problem: string): ScanError {
	return new ScanError('KEY_INVALID', `${path} ${problem}`, {
		hint: `make one with: openssl genpkey -algorithm ed25519 -out ${path}`,
	});
}

/** Whether a signature is of a key (SPKI, base64) over a text. */
export function isSigned(text: string, signature: string, publicKey: string): boolean {
	try {
		const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
		return (
			key.asymmetricKeyType === 'ed25519' &&
			verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
		);
	} catch {
		return false; // no key at all
	}
}

/** Goes on with a journal, or begins one. Lines of several clusters come one after the other. */
export function openJournal(
	store: JournalStore,
	earlier: readonly Sealed[],
	signer: Signer,
	now: () => EpochSeconds,
): Journal {
	const lines = [...earlier];
	let queue: Promise<unknown> = Promise.resolve();
	const write = async (entry: JournalEntry): Promise<Sealed> => {
		const sealed = seal(lines.at(-1) ?? null, entry, now(), signer);
		await store.append(`${JSON.stringify(sealed)}\n`);
		lines.push(sealed);
		return sealed;
	};
	return {
		lines,
		append: entry => {
			const written = queue.then(() => write(entry));
			// What is on the disk of a line that failed is not known: a line after it could break the chain for ever.
			queue = written;
			written.catch(() => undefined);
			return written;
		},
	};
}

function seal(before: Sealed | null, entry: JournalEntry, at: EpochSeconds, signer: Signer): Sealed {
	const body = { seq: before === null ? 0 : before.seq + 1, prev: before?.hash ?? GENESIS, at, entry };
	const hash = sha256(canonicalJson(body));
	return { ...body, hash, signature: signer.sign(hash) };
}

/** What a file of a journal holds. */
export interface ReadJournal {
	lines: Sealed[];
	/** Where its last whole line ends, in bytes: what follows was cut while it was written. */
	wholeBytes: number;
	isTorn: boolean;
}

/**
 * Reads a journal and holds every line to the one before and to the key that it names.
 * @param trusted keys (SPKI, base64) that may have signed it.
 * @throws {ScanError} JOURNAL_INVALID with the line.
 */
export function readJournal(text: string, path: string, trusted: ReadonlySet<string>): ReadJournal {
	const whole = text.slice(0, text.lastIndexOf('\n') + 1);
	const lines = whole === '' ? [] : whole.slice(0, -1).split('\n');
	const sealed: Sealed[] = [];
	let key = '';
	for (const [index, line] of lines.entries()) {
		const refuse = (problem: string) => invalid(path, index + 1, problem);
		const one = parseLine(line, refuse);
		const { entry } = one;
		if (index === 0) {
			if (entry.kind !== 'open') throw refuse('a journal begins with what it is of');
			if (entry.apiVersion !== 'kubelapse/journal/v1') throw refuse('it is of another version');
			if (!trusted.has(entry.key)) throw refuse('its key is not one that is trusted here');
			key = entry.key;
		} else if (entry.kind === 'open') throw refuse('it begins anew in its middle');
		const { hash, signature, ...body } = one;
		if (one.seq !== index || one.prev !== (sealed.at(-1)?.hash ?? GENESIS))
			throw refuse('it does not follow the line before: lines were taken out, added or moved');
		if (sha256(canonicalJson(body)) !== hash) throw refuse('it was changed');
		if (!isSigned(hash, signature, key)) throw refuse('its signature is wrong');
		sealed.push(one);
	}
	return { lines: sealed, wholeBytes: Buffer.byteLength(whole), isTorn: whole.length < text.length };
}

function parseLine(line: string, refuse: (problem: string) => ScanError): Sealed {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		throw refuse('it is no JSON');
	}
	const one = (typeof value === 'object' && value !== null ? value : {}) as Partial<Sealed>;
	const isWhole =
		Number.isSafeInteger(one.seq) &&
		typeof one.prev === 'string' &&
		Number.isSafeInteger(one.at) &&
		typeof one.entry === 'object' &&
		one.entry !== null &&
		typeof one.hash === 'string' &&
		typeof one.signature === 'string' &&
		Object.keys(one).length === 6;
	if (!isWhole) throw refuse('it is no line of a journal');
	return one as Sealed; // what is in its entry is ours, if hash and signature hold
}

function invalid(path: string, line: number, problem: string): ScanError {
	return new ScanError('JOURNAL_INVALID', `${path}:${line}: ${problem}`, {
		hint: 'nothing was done: use the journal as kubelapse wrote it, with the key that signed it',
	});
}

/** How far one step came, by the last that is on record of it. */
export interface StepRecord {
	step: Step | null;
	begun: { before: BeforeImage; at: EpochSeconds } | null;
	ended: { outcome: StepOutcome; reason: string; after: AfterImage | null; at: EpochSeconds } | null;
}

/** Every step that is on record. */
export function recordsOf(lines: readonly Sealed[]): Map<string, StepRecord> {
	const records = new Map<string, StepRecord>();
	for (const { at, entry } of lines) {
		if (entry.kind === 'begin') {
			const { step } = entry;
			const known = records.get(step.id);
			const isOpen = known?.ended == null || known.ended.outcome === 'unconfirmed';
			const before = withEarlier(isOpen ? (known?.begun?.before ?? null) : null, entry.before);
			records.set(step.id, { step, begun: { before, at }, ended: null });
		} else if (entry.kind === 'end') {
			const { step: id, outcome, reason, after } = entry;
			const known = records.get(id) ?? { step: null, begun: null, ended: null };
			records.set(id, { ...known, ended: { outcome, reason, after, at } });
		}
	}
	return records;
}

type KubeconfigImage = Extract<BeforeImage, { kind: 'kubeconfig' }>;

/**
 * What there was before a deed that was begun more than once: what the cloud has removed between two looks is on
 * record from the first alone.
 */
export function withEarlier(earlier: BeforeImage | null, now: BeforeImage): BeforeImage {
	if (earlier?.kind === 'kubeconfig' && now.kind === 'kubeconfig') return bothImages(earlier, now);
	if (earlier?.kind !== 'kubeconfigs' || now.kind !== 'kubeconfigs') return now;
	const found = new Map(now.clusters.map(image => [image.cluster, image]));
	const known = earlier.clusters.map(image => {
		const again = found.get(image.cluster);
		found.delete(image.cluster);
		return again === undefined ? image : bothImages(image, again);
	});
	return { kind: 'kubeconfigs', clusters: [...known, ...found.values()] };
}

function bothImages(earlier: KubeconfigImage, now: KubeconfigImage): KubeconfigImage {
	const keyOf = ({ binding }: KubeconfigImage['bindings'][number]) =>
		JSON.stringify([binding.bindingKind, binding.namespace, binding.name]);
	const found = new Set(now.bindings.map(keyOf));
	const gone = earlier.bindings.filter(each => !found.has(keyOf(each)));
	return { ...now, certState: now.certState || earlier.certState, bindings: [...gone, ...now.bindings] };
}

/** Whether its last run has come to its end. */
export function isClosed(lines: readonly Sealed[]): boolean {
	return lines.at(-1)?.entry.kind === 'close';
}

/** How many steps ended how. */
export function tally(lines: readonly Sealed[]): Record<StepOutcome, number> {
	const counts: Record<StepOutcome, number> = { done: 0, skipped: 0, unconfirmed: 0, failed: 0, advised: 0 };
	for (const { ended } of recordsOf(lines).values()) if (ended !== null) counts[ended.outcome]++;
	return counts;
}
