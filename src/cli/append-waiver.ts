import { type Document, isMap, isScalar, isSeq, stringify } from 'yaml';
import { ScanError } from '../lib/scan-error.ts';
import type { Waiver } from '../model/waiver.ts';
import { parseWaivers } from './read-waivers.ts';
import type { WaiverInput } from './waivers-schema.ts';

/** A waivers file with one more entry. */
export interface Appended {
	text: string;
	/** The entry as it stands in the file. */
	added: string;
	/** Line of its id. */
	line: number;
}

/**
 * Adds an entry after the last one. What stands in the file stays as it is, to the byte, unless its list is
 * written in one line (`[]`): then comments are kept, and the layout becomes the usual one.
 * @param comment one line that says what the entry is about.
 * @throws {ScanError} WAIVERS_INVALID where the file is none, or the entry is not as it should be.
 */
export function appendWaiver(text: string, path: string, entry: WaiverInput, comment: string): Appended {
	const { waivers: before, file } = parseWaivers(text, path);
	const plain = stringify([entry], { lineWidth: 0 });
	const written = atEnd(text, file?.document ?? null, `# ${comment}\n${plain}`);
	for (const after of [written, file === null ? null : rewritten(file.document, entry, comment)]) {
		const added = after === null ? undefined : addedTo(before, after, path);
		if (after === null || added === undefined) continue;
		return { text: after, added: plain, line: Number(/\d+$/.exec(added.location)?.[0]) };
	}
	const hint = 'write its list as a block, one - for each waiver, at the end of the file';
	throw new ScanError('WAIVERS_INVALID', `cannot add to ${path}`, { hint });
}

/** The text with the entry at its end; null where the list does not stand there, or not as a block. */
function atEnd(text: string, document: Document | null, entry: string): string | null {
	const eol = text.includes('\r\n') ? '\r\n' : '\n';
	const lines = entry.trimEnd().split('\n');
	const head = text === '' || text.endsWith('\n') ? text : text + eol;
	const indented = (columns: number) =>
		lines.map(line => (line === '' ? '' : ' '.repeat(columns) + line) + eol).join('');
	if (document === null) return `${head}waivers:${eol}${indented(2)}`;
	if (!isMap(document.contents)) return null;
	const list = document.contents.items.at(-1)?.value;
	if (isScalar(list) && list.source === '') return head + indented(2);
	if (!isSeq(list) || list.flow || !list.range) return null;
	const [start] = list.range;
	return head + indented(start - (text.lastIndexOf('\n', start - 1) + 1));
}

function rewritten(document: Document, entry: WaiverInput, comment: string): string {
	const copy = document.clone();
	const node = copy.createNode(entry);
	node.commentBefore = ` ${comment}`;
	const list = copy.get('waivers');
	if (isSeq(list)) {
		list.flow = false;
		list.add(node);
	} else copy.set('waivers', [node]);
	return copy.toString({ lineWidth: 0 });
}

/** The one waiver that a text has beyond those before; undefined where anything else differs. */
function addedTo(before: Waiver[], text: string, path: string): Waiver | undefined {
	const { waivers } = parseWaivers(text, path);
	const bare = (all: Waiver[]) => JSON.stringify(all.map(waiver => ({ ...waiver, location: '' })));
	return waivers.length === before.length + 1 && bare(waivers.slice(0, -1)) === bare(before)
		? waivers.at(-1)
		: undefined;
}
