import type { Database } from './database.ts';

/** More than any cluster asks for within one log; what is beyond would have to be held in memory. */
const MAX_CSR_EVENTS = 20_000;
const MAX_CSR_BYTES = 64 << 20;

/**
 * Empties the bodies of CSR events of the table `fold` but the first ones, which then count as events that show
 * nothing. @returns a sentence where there were more, else ''.
 */
export async function limitCsrEvents(database: Database, limit = MAX_CSR_EVENTS): Promise<string> {
	const [total] = await database.all<{ n: number; bytes: number }>(
		`SELECT CAST(count(*) AS DOUBLE) AS n, CAST(coalesce(sum(strlen(csr)), 0) AS DOUBLE) AS bytes FROM fold WHERE ${HAS_BODY}`,
	);
	if (total === undefined || (total.n <= limit && total.bytes <= MAX_CSR_BYTES)) return '';
	await database.run(`UPDATE fold SET csr = NULL WHERE ${HAS_BODY} AND hash(csr) NOT IN (
		SELECT h FROM (
			SELECT h, row_number() OVER w AS place, sum(bytes) OVER w AS bytes_so_far
			FROM (SELECT hash(csr) AS h, min(first_tm) AS tm, max(strlen(csr)) AS bytes FROM fold WHERE ${HAS_BODY} GROUP BY h)
			WINDOW w AS (ORDER BY tm, h ROWS UNBOUNDED PRECEDING)
		) WHERE place <= ${limit} AND bytes_so_far <= ${MAX_CSR_BYTES})`);
	return `more than ${limit} requests for certificates, or ${MAX_CSR_BYTES >> 20} MB of them: what the rest issued is not shown`;
}

const HAS_BODY = `level = 'request' AND csr IS NOT NULL`;
