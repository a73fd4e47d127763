import { oneLine } from '../../lib/text.ts';
import type { AuditStream, AuditTrail } from '../../model/audit.ts';
import { readActors, readRequests } from './actors.ts';
import { findBrokenArchives } from './archives.ts';
import { uniteCopies } from './copies.ts';
import { limitCsrEvents } from './csr-limit.ts';
import { type Database, withDatabase } from './database.ts';
import { takeOutDuplicates } from './duplicates.ts';
import { type AuditLogStream, findLogFiles, type LogFile } from './files.ts';
import { readIssued } from './issued.ts';
import { foldReadable } from './readable.ts';
import { findRotated } from './rotation.ts';
import { lookAgain } from './second-look.ts';
import { neutralized } from './sources.ts';
import { fileWindows, readHours, toWindow } from './windows.ts';

/** How logs are read. */
export interface AuditLogOptions {
	/** Credential ids of the inventory: of others, only those of certificates are kept. */
	knownCredentialIds: string[];
	/** Source addresses as they are; else as salted hashes. */
	showSources: boolean;
	salt: string;
	signal: AbortSignal;
	/** What DuckDB may hold before it writes to disk; 360 where it is not said. */
	memoryLimitMb?: number;
	threads?: number;
}

/** Folds the audit logs of one cluster, a stream for each API server. What cannot be read is a problem of its stream. */
export async function readAuditTrail(
	streams: AuditLogStream[],
	options: AuditLogOptions,
): Promise<Omit<AuditTrail, 'policy'>> {
	const found = findLogFiles(streams);
	const { files, counts, problems } = found;
	return withDatabase(options, async database => {
		await storeKnown(database, options.knownCredentialIds);
		const [read, broken] = await Promise.all([
			foldLogs(database, files, problems, options.signal),
			findBrokenArchives(files, options.signal),
		]);
		const paths = new Set(read.map(({ path }) => path));
		for (const { path, stream } of files) {
			const why = paths.has(path) ? broken.get(path) : undefined;
			if (why !== undefined) problems[stream]?.push(`${oneLine(path)} cannot be read whole: ${why}`);
		}
		if (read.length === 0) {
			findRotated(streams, found);
			return emptyTrail(streams, counts, problems);
		}
		const hoursBefore = await readHours(database);
		const duplicates = await takeOutDuplicates(database, read, fileWindows(hoursBefore));
		findRotated(streams, found);
		const hours = await readHours(database);
		const { requests, problem } = await readRequests(database);
		for (const why of [problem, await limitCsrEvents(database)]) {
			if (why !== '') problems[0]?.push(why);
		}
		const logs = distinctLogs(streams, files, read);
		return {
			origin: 'files',
			streams: logs.map(({ stream, members, paths }) => ({
				name: members.map(index => streams[index]?.name ?? '').join(', '),
				files: members.reduce((total, index) => total + (counts[index] ?? 0), 0),
				...toWindow(hours.filter(({ path }) => paths.has(path))),
				duplicates: duplicates.get(stream) ?? 0,
				problems: members.flatMap(index => problems[index] ?? []),
			})),
			actors: (await readActors(database, options)).map(neutralized),
			requests,
			...(await readIssued(database)),
		};
	});
}

/** The table of credential ids that `projectEvents` keeps. */
export async function storeKnown(database: Database, ids: string[]): Promise<void> {
	await database.run('CREATE TEMP TABLE known (id VARCHAR)');
	if (ids.length > 0)
		await database.run('INSERT INTO known SELECT DISTINCT unnest($ids)', { ids: database.list(ids) });
}

/** Makes the table `fold` of what can be read, each file in the format that shows most of it. */
export async function foldLogs(
	database: Database,
	files: LogFile[],
	problems: string[][],
	signal: AbortSignal,
): Promise<LogFile[]> {
	const read = await foldReadable(database, files, problems, signal);
	if (read.length === 0) return read;
	const better = await lookAgain(database, read, signal);
	return uniteCopies(
		database,
		better === null ? read : await foldReadable(database, better, problems, signal),
	);
}

/** Each log once, by the first stream that has it, with all of them and what was read of it. */
function distinctLogs(streams: AuditLogStream[], found: LogFile[], read: LogFile[]) {
	const named = new Map(found.map(({ path, stream }) => [path, stream]));
	const logOf = (stream: number) => read.find(({ path }) => named.get(path) === stream)?.stream ?? stream;
	const indices = [...streams.keys()];
	return [...new Set(indices.map(logOf))].map(stream => ({
		stream,
		members: indices.filter(index => logOf(index) === stream),
		paths: new Set(read.filter(file => file.stream === stream).map(({ path }) => path)),
	}));
}

function emptyTrail(
	streams: AuditLogStream[],
	counts: number[],
	problems: string[][],
): Omit<AuditTrail, 'policy'> {
	const nothing = { events: 0, malformed: 0, duplicates: 0, window: null, holes: [], holesTotal: 0 };
	return {
		origin: 'files',
		streams: streams.map(
			({ name }, index): AuditStream => ({
				name,
				files: counts[index] ?? 0,
				...nothing,
				problems: problems[index] ?? [],
			}),
		),
		actors: [],
		requests: [],
		issued: [],
		opaqueRequests: 0,
	};
}
