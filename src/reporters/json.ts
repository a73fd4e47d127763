import type { Report } from '../model/report.ts';
import type { Views } from '../model/views.ts';
import type { ReportFile } from './reporter.ts';
import { lineWriter, stableJson } from './stable-json.ts';

/** The document's keys in reading order: `satisfies` refuses a missing one. */
const KEYS = Object.keys({
	apiVersion: true,
	run: true,
	summary: true,
	clusters: true,
	gaps: true,
	findings: true,
	suppressed: true,
	waivers: true,
	compliance: true,
	views: true,
	policies: true,
	credentials: true,
	identities: true,
	grants: true,
} satisfies Record<keyof Report, true>) as (keyof Report)[]; // the literal has no other keys

const VIEWS = ['clusters', 'identities', 'deleted'] as const satisfies (keyof Views)[];

/** Few writes, and no string near V8's limit of 512 MB. */
const CHUNK_LENGTH = 1024 * 1024;

/** `result.json`: one element of each list a line, so that it diffs, greps and streams well. */
export function json(report: Report): ReportFile[] {
	return [{ path: 'result.json', text: { [Symbol.iterator]: () => chunks(report) } }];
}

function* chunks(report: Report): Generator<string> {
	let chunk = '';
	for (const part of parts(report)) {
		chunk += part;
		if (chunk.length < CHUNK_LENGTH) continue;
		yield chunk;
		chunk = '';
	}
	yield chunk;
}

function* parts(report: Report): Generator<string> {
	for (const [index, key] of KEYS.entries()) {
		yield `${index === 0 ? '{' : ','}\n  ${JSON.stringify(key)}: `;
		const value = report[key];
		if (key === 'views') yield* lists(report.views);
		else if (Array.isArray(value)) yield* lines(value, '  ');
		else yield stableJson(value, 2).replaceAll('\n', '\n  ');
	}
	yield '\n}\n';
}

/** Lists inside the document, as long as those that are the document's own. */
function* lists(views: Views): Generator<string> {
	let separator = '{';
	for (const name of VIEWS) {
		yield `${separator}\n    ${JSON.stringify(name)}: `;
		yield* lines(views[name], '    ');
		separator = ',';
	}
	yield '\n  }';
}

function* lines(elements: unknown[], indent: string): Generator<string> {
	if (elements.length === 0) return yield '[]';
	const write = lineWriter();
	let separator = '[';
	for (const element of elements) {
		yield `${separator}\n${indent}  ${write(element)}`;
		separator = ',';
	}
	yield `\n${indent}]`;
}
