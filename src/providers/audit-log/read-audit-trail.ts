import type { AuditStream, AuditTrail } from '../../model/audit.ts';
import { readActors, readRequests } from './actors.ts';
import { type Database, withDatabase } from './database.ts';
import { takeOutDuplicates } from './duplicates.ts';
import { type AuditLogStream, findLogFiles, type LogFile } from './files.ts';
import { readIssued } from './issued.ts';
import { foldReadable } from './readable.ts';
import { lookAgain } from './second-look.ts';
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
	const { files, counts, problems } = findLogFiles(streams);
	return withDatabase(options, async database => {
		await storeKnown(database, options.knownCredentialIds);
		const read = await foldLogs(database, files, problems, options.signal);
		if (read.length === 0) return emptyTrail(streams, counts, problems);
		const hoursBefore = await readHours(database);
		const duplicates = await takeOutDuplicates(database, read, fileWindows(hoursBefore));
		const hours = await readHours(database);
		const { requests, problem } = await readRequests(database);
		if (problem !== '') problems[0]?.push(problem);
		const paths = streams.map((_, index) => pathsOf(read, index));
		return {
			origin: 'files',
			streams: streams.map(({ name }, index) => ({
				name,
				files: counts[index] ?? 0,
				...toWindow(hours.filter(({ path }) => paths[index]?.has(path))),
				duplicates: duplicates.get(index) ?? 0,
				problems: problems[index] ?? [],
			})),
			actors: await readActors(database, options),
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
	return better === null ? read : foldReadable(database, better, problems, signal);
}

const pathsOf = (files: LogFile[], stream: number) =>
	new Set(files.filter(file => file.stream === stream).map(({ path }) => path));

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
