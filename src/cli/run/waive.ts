import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatRfc3339 } from '../../lib/epoch.ts';
import { nearest } from '../../lib/nearest.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import type { Waiver } from '../../model/waiver.ts';
import { tooLong } from '../../suppress/problem.ts';
import { COVERS_PLACE, fingerprintOf, isOfPlace } from '../../suppress/select.ts';
import { type Appended, appendWaiver } from '../append-waiver.ts';
import { stageFile, syncFolder } from '../atomic-file.ts';
import { lock } from '../lock-file.ts';
import { readResult } from '../read-result.ts';
import { parseWaivers, readWaiversText } from '../read-waivers.ts';
import { loadSettings } from '../settings.ts';
import { print } from '../stdout.ts';
import type { WaiveFlags } from '../waive.ts';
import { dated, parseEnd, type WaiverInput, waiverSchema } from '../waivers-schema.ts';

/** Adds a waiver of one finding to the waivers file, and prints what it wrote. */
export async function run({ finding: wanted, ...flags }: WaiveFlags): Promise<void> {
	const { reason, owner, approver, ticket, result, ...others } = flags;
	const settings = await loadSettings(others);
	const now = Math.floor(Date.now() / 1000);
	const expires = dated(flags.expires, now);
	const out = settings.out === '-' ? 'kubelapse-report' : settings.out;
	const report = await readResult(result ?? join(out, 'result.json'));
	const finding = findFinding(report, wanted);
	checkFinding(finding, report, now);
	checkEnd(expires, now, settings['max-waiver-days']);

	const path = settings.waivers ?? 'waivers.yaml';
	const words = { reason, owner, expires, approver, ticket };
	const { line, added } = await locked(path, isHeld => addTo(path, finding, words, now, isHeld));
	const covers = isOfPlace(finding) ? `\n${COVERS_PLACE}\n` : '';
	if (!settings.quiet) await print(`added to ${path}:${line}\n\n${added}${covers}`);
}

type Words = Pick<WaiveFlags, 'reason' | 'owner' | 'expires' | 'approver' | 'ticket'>;

/** Reads the file, and writes it with one more entry. */
async function addTo(
	path: string,
	finding: Finding,
	words: Words,
	now: EpochSeconds,
	isHeld: () => boolean,
): Promise<Appended> {
	const text = await readWaiversText(path).catch(absentAsEmpty);
	const { waivers } = parseWaivers(text, path);
	checkWaivers(finding, waivers, now);
	const entry = toEntry(finding, freeId(finding, waivers), words);
	const { title, subject, cluster } = finding;
	const comment = oneLine(`${subject.name} on ${cluster.name}: ${title}`);
	const appended = appendWaiver(text, path, entry, comment);
	await replaceFile(path, text, appended.text, isHeld);
	return appended;
}

/** Another one that adds an entry has ended by then. */
const WAIT_MS = 10_000;

/** Lets nobody else add an entry meanwhile: between a look at the file and its rename theirs would be lost. */
async function locked<T>(path: string, work: (isHeld: () => boolean) => Promise<T>): Promise<T> {
	const place = `${await realpath(path).catch(() => path)}.lock`;
	const taken = await lock(place, WAIT_MS).catch(cause => {
		throw unwritable(path, cause);
	});
	if ('holder' in taken) {
		const { pid, host } = taken.holder ?? {};
		const who = pid === undefined ? 'another process' : `process ${pid} of ${oneLine(host ?? '', 100)}`;
		throw usage(
			`${path} is being changed by ${who}`,
			`run the command again when it has ended, or remove ${oneLine(place)}`,
		);
	}
	try {
		return await work(taken.isHeld);
	} finally {
		taken.release();
	}
}

/** Fewer letters are a typing mistake rather than a choice. */
const MIN_PREFIX = 4;

const WHERE_IDS_ARE = 'ids are in report.html beside each finding, and in result.json as findings[].id';

/** More is no choice that anybody makes. */
const MAX_MATCHES = 5;

/** Which finding an id is. */
function matchWords({ id, policyId, subject, cluster }: Finding): string {
	return `${id} (${oneLine(policyId, 60)}: ${oneLine(subject.name, 60)} on ${oneLine(cluster.name, 40)})`;
}

/** The finding of an id or of its beginning. @throws {ScanError} USAGE */
function findFinding(report: Report, wanted: string): Finding {
	if (wanted.length < MIN_PREFIX)
		throw usage(
			`${JSON.stringify(oneLine(wanted))} is too short for a finding's id`,
			`write at least ${MIN_PREFIX} characters; ${WHERE_IDS_ARE}`,
		);
	const all = [...report.findings, ...report.suppressed];
	// A letter as somebody copied it from elsewhere is the same digit.
	const beginning = wanted.toLowerCase();
	const [found, ...others] = all.filter(({ id }) => id.startsWith(beginning));
	if (found === undefined) {
		const near = nearest(
			wanted,
			all.map(({ id }) => id),
		);
		const hint = near === null ? WHERE_IDS_ARE : `did you mean ${near}?`;
		throw usage(`no finding ${JSON.stringify(oneLine(wanted, 60))} in that result`, hint);
	}
	if (others.length > 0)
		throw usage(
			`${others.length + 1} findings begin with ${wanted}`,
			`write more of it: ${[found, ...others].slice(0, MAX_MATCHES).map(matchWords).join('; ')}${others.length < MAX_MATCHES ? '' : '; …'}`,
		);
	return found;
}

function checkFinding(finding: Finding, { suppressed }: Report, now: EpochSeconds): void {
	const { id, outcome, subject } = finding;
	if (outcome === 'unknown')
		throw usage(
			`finding ${id} is unknown: what could not be judged cannot be accepted`,
			'make its source readable, or excuse the gap with --allow-gap',
		);
	if (subject.kind === 'waiver')
		throw usage(`finding ${id} is about a waiver, which no other waiver excuses`, 'correct that waiver');
	const known = suppressed.find(other => other.id === id)?.suppression;
	if (known !== undefined && known.expires > now) throw alreadyWaived(id, known.waiver, known.expires);
}

function checkWaivers({ id }: Finding, waivers: Waiver[], now: EpochSeconds): void {
	const known = waivers.find(({ selector, expires }) => selector.finding === id && expires > now);
	if (known !== undefined) throw alreadyWaived(id, known.id, known.expires);
}

function alreadyWaived(id: string, waiver: string, expires: EpochSeconds): ScanError {
	return usage(
		`finding ${id} is waived already, by ${oneLine(waiver, 120)} until ${formatRfc3339(expires)}`,
		'change that entry of the waivers file',
	);
}

function checkEnd(expires: string, now: EpochSeconds, maxDays: number): void {
	let end: EpochSeconds;
	try {
		end = parseEnd(expires);
	} catch {
		throw usage(
			`--expires: no time: ${JSON.stringify(oneLine(expires, 60))}`,
			'write it as 90d (days from now), as 2027-01-31, or as 2027-01-31T12:00:00Z',
		);
	}
	if (end <= now) throw usage(`--expires: ${expires} is over`, 'name a time to come');
	const problem = tooLong(end, now, maxDays);
	if (problem !== '')
		throw usage(`--expires: ${problem}`, 'max-waiver-days of the config is the hard maximum');
}

/** A finding's id pins its object; the fingerprint says so to whoever reads the file. */
function toEntry(finding: Finding, id: string, words: Words): WaiverInput {
	const fingerprint = fingerprintOf(finding);
	const entry: WaiverInput = {
		id,
		selector: {
			policy: finding.policyId,
			cluster: finding.cluster.uid,
			...(fingerprint === null ? {} : { fingerprint }),
			finding: finding.id,
		},
		reason: words.reason,
		owner: words.owner,
		expires: words.expires,
		...(words.approver === undefined ? {} : { approver: words.approver }),
		...(words.ticket === undefined ? {} : { ticket: words.ticket }),
	};
	const [issue] = waiverSchema.safeParse(entry).error?.issues ?? [];
	if (issue !== undefined)
		throw usage(
			`--${issue.path.join('.')}: ${issue.message}`,
			'kubelapse schema waivers prints what is allowed',
		);
	return entry;
}

/** `expires_soon-3f2a91c0`, with a number where an earlier waiver has that id. */
function freeId({ policyId, id }: Finding, waivers: Waiver[]): string {
	const taken = new Set(waivers.map(waiver => waiver.id));
	const wanted = `${policyId.split('/').at(-1)?.slice(0, 60)}-${id.slice(0, 8)}`;
	let free = wanted;
	for (let turn = 2; taken.has(free); turn++) free = `${wanted}-${turn}`;
	return free;
}

function absentAsEmpty(error: unknown): string {
	const cause = error instanceof ScanError ? error.cause : undefined;
	if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
	throw error;
}

/** Replaces the file that a link leads to, whole and with its own permissions, unless somebody else changed it meanwhile. */
async function replaceFile(
	path: string,
	before: string,
	after: string,
	isHeld: () => boolean,
): Promise<void> {
	const target = await realpath(path).catch(() => path);
	const mode = await stat(target).then(
		({ mode }) => mode & 0o777,
		() => 0o644,
	);
	try {
		const file = await stageFile(target, after, mode);
		const current = await readFile(target, 'utf8').catch(() => '');
		if (current === before && isHeld()) {
			await file.commit();
			await syncFolder(dirname(target));
			return;
		}
		await file.discard();
	} catch (cause) {
		throw unwritable(path, cause);
	}
	throw usage(`${path} was changed by somebody else meanwhile`, 'run the command again');
}

function unwritable(path: string, cause: unknown): ScanError {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
	const hint = 'check that its folder is there and can be written';
	return new ScanError('OUTPUT_UNWRITABLE', `cannot write ${path} (${code})`, { hint, cause });
}

function usage(message: string, hint: string): ScanError {
	return new ScanError('USAGE', message, { hint });
}
