import type { Credential, Location } from '../../model/facts.ts';
import type { Finding } from '../../model/finding.ts';
import { shortHash, slug } from '../slug.ts';
import type { PhysicalLocation } from './log.ts';

/**
 * Where a finding is shown: the line of a kubeconfig, or an invented path that stays the same from
 * run to run. Always a relative uri-reference: any scheme, also one that a colon fakes, refuses the upload.
 */
export function locationOf(
	finding: Pick<Finding, 'subject'>,
	clusterSlug: string,
	credential: Credential | undefined,
): PhysicalLocation {
	const { kind, location, object } = finding.subject;
	if (kind === 'waiver') return lineOfFile(object.name);
	if (location !== null && location.path !== '') return at(fileUri(location.path), lineOf(location));
	return at(`clusters/${clusterSlug}/${tail(finding, credential)}`, 1);
}

/** A waiver is named by `file:line`. */
function lineOfFile(place: string): PhysicalLocation {
	const [, path = place, line = '1'] = /^(.+):([1-9]\d{0,8})$/s.exec(place) ?? [];
	return at(fileUri(path) || '_', Number(line));
}

/** The invented path of a cluster's source: where coverage is shown. */
export function sourceLocation(clusterSlug: string, source: string): PhysicalLocation {
	return at(`clusters/${clusterSlug}/coverage/${segment(source)}`, 1);
}

function tail({ subject }: Pick<Finding, 'subject'>, credential: Credential | undefined): string {
	if (credential !== undefined) {
		return `credentials/${credential.kind}/${slug(credential.username, 'unnamed')}-${shortHash(credential.uid)}`;
	}
	const { kind, namespace, name } = subject.object;
	return [kind, namespace, name].map(segment).join('/');
}

/** GitHub asks for all four; one column is enough to be a region. */
function at(uri: string, line: number): PhysicalLocation {
	return {
		artifactLocation: { uri },
		region: { startLine: line, startColumn: 1, endLine: line, endColumn: 2 },
	};
}

function lineOf(location: Location): number {
	return Number.isInteger(location.line) && location.line > 0 ? location.line : 1;
}

/** A file of the scanned folder keeps its path; one from elsewhere stands under `files/`. */
function fileUri(path: string): string {
	const isAbsolute = /^([/\\~]|[A-Za-z]:[/\\])/.test(path);
	const segments: string[] = [];
	for (const part of path.split(/[/\\]+/)) {
		if (part === '' || part === '.') continue;
		if (part === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop();
		else segments.push(part);
	}
	const isElsewhere = isAbsolute || segments[0] === '..';
	return [
		...(isElsewhere ? ['files'] : []),
		...segments.map(part =>
			part === '..' ? '__' : part.length > MAX_FILE_NAME ? segment(part) : encode(part),
		),
	].join('/');
}

/** NAME_MAX of the usual file systems: a longer name stands for no file that could be opened. */
const MAX_FILE_NAME = 255;

/** One part of an invented path, short enough for any viewer; what was cut or would mean a folder is named by its hash. */
function segment(text: string): string {
	if (text === '') return '_';
	let encoded = '';
	// By code points: half a character or half an escape would not decode.
	for (const character of text.slice(0, MAX_SEGMENT)) {
		const next = encoded + encode(character);
		if (next.length > MAX_SEGMENT) break;
		encoded = next;
	}
	const isWhole = encoded === encode(text.slice(0, MAX_SEGMENT)) && text.length <= MAX_SEGMENT;
	return isWhole && !/^\.+$/.test(text) ? encoded : `_${encoded}-${shortHash(text)}`;
}

const MAX_SEGMENT = 120;

/** Everything but A-Z a-z 0-9 . _ - as UTF-8 octets; a lone surrogate, which has none, as U+FFFD. */
function encode(text: string): string {
	return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
		/[!'()*~]/g,
		c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}
