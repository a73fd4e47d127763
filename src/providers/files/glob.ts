import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ScanError } from '../../lib/scan-error.ts';
import { byCodeUnit, oneLine } from '../../lib/text.ts';

/**
 * The files that paths and patterns name, each once, in the order of the patterns and sorted within one.
 * `*`, `?`, `[…]`, `{a,b}` and `**` as in a shell: none matches a leading dot or follows a linked folder.
 * A path that exists is taken as it is, whatever characters it has. Node has no glob of its own before 22.
 * @throws {ScanError} FILE_UNREADABLE when one of them names no file.
 */
export function expandFiles(patterns: string[]): string[] {
	const byRealPath = new Map<string, string>();
	for (const pattern of patterns) {
		for (const path of filesOf(pattern)) {
			const real = realpathSync(path);
			if (!byRealPath.has(real)) byRealPath.set(real, path);
		}
	}
	return [...byRealPath.values()];
}

function filesOf(pattern: string): string[] {
	if (existsSync(pattern)) return [pattern];
	const found = braces(pattern).flatMap(one => walk(...rooted(one)));
	const files = [...new Set(found)].filter(isFile).sort(byCodeUnit);
	if (files.length > 0) return files;
	const message = /[*?[{]/.test(pattern) ? 'no file matches' : 'no such file:';
	throw new ScanError('FILE_UNREADABLE', `${message} ${oneLine(pattern)}`, {
		hint: 'check the path; quote a pattern to keep the shell from expanding it',
	});
}

/** `a{b,c}` as `ab`, `ac`; a brace without a comma or an end stays as it is. */
function braces(pattern: string): string[] {
	const match = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(pattern);
	if (match === null) return [pattern];
	const [, before = '', choices = '', after = ''] = match;
	return choices.split(',').flatMap(choice => braces(before + choice + after));
}

function rooted(pattern: string): [folder: string, segments: string[]] {
	const segments = pattern.split('/').filter(segment => segment !== '');
	return [pattern.startsWith('/') ? '/' : '', segments];
}

function walk(folder: string, [segment, ...rest]: string[]): string[] {
	if (segment === undefined) return folder === '' ? [] : [folder];
	if (segment === '**') {
		const below = entries(folder).filter(entry => entry.isDirectory() && !entry.name.startsWith('.'));
		return [...walk(folder, rest), ...below.flatMap(({ name }) => walk(join(folder, name), ['**', ...rest]))];
	}
	if (!/[*?[]/.test(segment)) {
		const path = join(folder, segment);
		return existsSync(path) ? walk(path, rest) : [];
	}
	const pattern = segmentPattern(segment);
	const names = entries(folder)
		.map(entry => entry.name)
		.filter(name => pattern.test(name));
	return names.flatMap(name => walk(join(folder, name), rest));
}

/** A folder that may not be listed matches nothing; if that leaves no file at all, the caller says so. */
function entries(folder: string): Dirent[] {
	try {
		return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true });
	} catch {
		return [];
	}
}

function segmentPattern(segment: string): RegExp {
	const source = segment.replace(/\*+|\?|\[([!^]?)([^\]]+)\]|[\\^$.|+(){}[\]]/g, (found, not, set) => {
		if (found.startsWith('*')) return '[^]*';
		if (found === '?') return '[^]';
		if (set !== undefined) return `[${not === '' ? '' : '^'}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
		return `\\${found}`;
	});
	const isDotAsked = segment.startsWith('.');
	try {
		return new RegExp(`^${isDotAsked ? '' : '(?!\\.)'}${source}$`);
	} catch (cause) {
		const hint = 'write it as [a-z], from the lower to the higher';
		throw new ScanError('FILE_UNREADABLE', `no pattern: ${oneLine(segment)}`, { hint, cause });
	}
}

function isFile(path: string): boolean {
	try {
		return statSync(path).isFile();
	} catch {
		return false; // a link to nothing or to itself
	}
}
