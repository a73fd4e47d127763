import { DAY, formatRfc3339, HOUR, MINUTE } from '../../lib/epoch.ts';
import type { AuditPolicy, AuditTrail, Span } from '../../model/audit.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { Account } from './account.ts';
import { createFold, type Fold, type SourceWords } from './audit-fold.ts';
import { foldQuery, MAX_ROWS, missingFields, timelineQuery } from './audit-query.ts';
import { type AuditStore, auditStore, readIndex, readRetention, runStatement } from './audit-store.ts';

/** What of a cluster's audit log is read. */
export interface AuditQuestion extends SourceWords {
	from: EpochSeconds;
	/** Not included. */
	to: EpochSeconds;
	signal: AbortSignal;
}

/** Events that one statement looks at: a quarter of a gigabyte, of which it may read one for each shard. */
const SLICE_EVENTS = 250_000;
const MAX_HOLES = 50;
const MAX_PROBLEMS = 20;
/** Logs are kept for ever. */
const FOR_EVER_DAYS = 3650;

/**
 * What ACK's audit policy leaves out, by Alibaba Cloud's help page on auditing: watches of kube-proxy, what kubelets
 * and nodes ask about nodes, what the API server asks of itself, and requests of anybody for core events. Of paths it
 * leaves out only `/healthz`, `/version` and `/swagger`, which prove no use worth the name.
 */
const ACK_POLICY: AuditPolicy = {
	dropsRequests: false,
	users: ['kubelet', 'system:apiserver', 'system:kube-proxy'],
	groups: ['system:nodes'],
	resources: ['events'],
};

/**
 * The audit log that a cluster keeps in the log service, folded. What could not be read of it is said in its
 * stream's problems: only a log of which nothing could be read throws.
 * @throws {ApiError} naming the action that is missing; with the service's code `ProjectNotExist` or
 * `LogStoreNotExist` where there is no such log.
 */
export async function readAuditLog(
	account: Account,
	cluster: { id: string; region: string; auditProject: string },
	question: AuditQuestion,
): Promise<AuditTrail> {
	const store = auditStore(cluster, cluster.auditProject);
	const [{ days, createdAt }, index] = await Promise.all([
		readRetention(account, store),
		readIndex(account, store),
	]);
	// The service is exact at minutes.
	const to = Math.floor(question.to / MINUTE) * MINUTE;
	const kept = days === null || days >= FOR_EVER_DAYS ? question.from : to - days * DAY;
	const from = Math.ceil(Math.max(question.from, kept, createdAt ?? 0) / MINUTE) * MINUTE;
	const reading: Reading = {
		account,
		store,
		query: foldQuery(index),
		signal: question.signal,
		fold: createFold(question),
		problems: [],
	};
	const hours = from < to ? await timeline(reading, { from, to }, HOUR) : [];
	const missing = missingFields(index);
	if (missing.length === 0) await Promise.all(slices(hours).map(slice => readSlice(reading, slice)));
	else reading.problems.push(`the index of the log store lacks ${missing.join(', ')}; add it in the console`);
	return trail(reading, hours);
}

interface Reading {
	account: Account;
	store: AuditStore;
	query: string;
	signal: AbortSignal;
	fold: Fold;
	problems: string[];
}

/** The events of one hour, or one minute, of the clock: from the first to the last of them. */
interface Slot extends Span {
	start: EpochSeconds;
	/** Not included. */
	end: EpochSeconds;
	events: number;
}

async function timeline(reading: Reading, { from, to }: Span, seconds: number): Promise<Slot[]> {
	const { account, store, signal, problems } = reading;
	const query = timelineQuery(seconds);
	const { rows, isComplete } = await runStatement(account, store, { query, from, to, signal });
	if (!isComplete) problems.push(`${spanText(from, to)} the log service did not come to the end of the log`);
	if (rows.length >= MAX_ROWS) problems.push(`${spanText(from, to)} the log is longer than can be read`);
	return rows.map(row => ({
		start: Math.max(Number(row.slot), from),
		end: Math.min(Number(row.slot) + seconds, to),
		events: Number(row.events),
		from: Number(row.begins),
		to: Number(row.ends),
	}));
}

/** Runs of slots, each with as many events as one statement may look at. */
function slices(slots: Slot[]): Slot[][] {
	const all: Slot[][] = [];
	let events = 0;
	for (const slot of slots) {
		const current = all.at(-1);
		if (current !== undefined && events + slot.events <= SLICE_EVENTS) {
			current.push(slot);
			events += slot.events;
			continue;
		}
		all.push([slot]);
		events = slot.events;
	}
	return all;
}

async function readSlice(reading: Reading, slots: Slot[]): Promise<void> {
	const { account, store, query, signal, fold, problems } = reading;
	const [from, to] = [slots[0]?.start ?? 0, slots.at(-1)?.end ?? 0];
	const { rows, isComplete } = await runStatement(account, store, { query, from, to, signal });
	const events = rows.reduce((sum, row) => sum + Number(row.events), 0);
	const expected = slots.reduce((sum, slot) => sum + slot.events, 0);
	// Whatever was cut, by the limit of rows or by what a statement may read, is missing from the sum.
	const isWhole = isComplete && rows.length < MAX_ROWS && events >= expected;
	if (!isWhole && to - from > MINUTE) {
		const parts = slots.length > 1 ? slots : await timeline(reading, { from, to }, MINUTE);
		const half = Math.ceil(parts.length / 2);
		const halves = [parts.slice(0, half), parts.slice(half)].filter(part => part.length > 0);
		for (const part of halves) await readSlice(reading, part);
		return;
	}
	for (const row of rows) fold.add(row);
	if (!isWhole) problems.push(`${spanText(from, to)} the log service gave ${events} of ${expected} events`);
}

function spanText(from: EpochSeconds, to: EpochSeconds): string {
	return `from ${formatRfc3339(from)} to ${formatRfc3339(to)}`;
}

function trail({ store, fold, problems }: Reading, hours: Slot[]): AuditTrail {
	const [first, last] = [hours[0], hours.at(-1)];
	const holes = hours.flatMap((hour, at) => {
		const before = hours[at - 1];
		return before !== undefined && hour.from - before.to > HOUR ? [{ from: before.to, to: hour.from }] : [];
	});
	const more = problems.length - MAX_PROBLEMS;
	return {
		origin: 'sls',
		streams: [
			{
				name: `${store.project}/${store.logstore}`,
				files: 0,
				events: hours.reduce((sum, { events }) => sum + events, 0),
				malformed: 0,
				duplicates: 0,
				window: first === undefined || last === undefined ? null : { from: first.from, to: last.to },
				holes: holes.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MAX_HOLES),
				holesTotal: holes.length,
				problems: [
					...problems.slice(0, MAX_PROBLEMS),
					...(more > 0 ? [`and ${more} more spans that are not whole`] : []),
				],
			},
		],
		policy: ACK_POLICY,
		actors: fold.actors(),
		requests: fold.requests(),
		issued: [],
		opaqueRequests: fold.opaqueRequests(),
	};
}
