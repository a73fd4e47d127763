import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../lib/nearest.ts';
import { ScanError } from '../lib/scan-error.ts';
import { type Config, configSchema, knownKeys } from './config-schema.ts';
import { readText } from './read-text.ts';

export type { Config };

/** More is no config. */
const MAX_BYTES = 1024 * 1024;

/** Reads `kubelapse.yaml`. @throws {ScanError} CONFIG_INVALID with file and line, FILE_UNREADABLE. */
export async function readConfig(path: string): Promise<Config> {
	const config = parseConfig(await readText(path, 'config', MAX_BYTES), path);
	return fromFolder(config, dirname(path));
}

/** The settings in a config's text. @throws {ScanError} CONFIG_INVALID, naming `path` and the line. */
export function parseConfig(text: string, path: string): Config {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
	const [fault] = [...document.errors, ...document.warnings];
	if (fault !== undefined) throw invalid(path, lines.linePos(fault.pos[0]).line, fault.message);
	if (document.contents === null) return {};
	if (!isMap(document.contents)) throw invalid(path, 1, 'the config is no mapping of keys to values');
	const result = configSchema.safeParse(toValue(document, path));
	if (!result.success) throw refused(result.error, { path, document, lines });
	checkTargets(result.data, { path, document, lines });
	return result.data;
}

function toValue(document: Document, path: string): unknown {
	try {
		return document.toJS();
	} catch (cause) {
		// Aliases that multiply without end ("billion laughs"), or that name nothing.
		throw invalid(path, 1, cause instanceof Error ? cause.message : String(cause));
	}
}

interface Source {
	path: string;
	document: Document;
	lines: LineCounter;
}

function refused(error: z.ZodError, source: Source): ScanError {
	const [issue, ...others] = error.issues;
	if (issue === undefined) return invalid(source.path, 1, error.message);
	const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
	if (issue.code !== 'unrecognized_keys') {
		return invalid(
			source.path,
			lineOf(source, issue.path),
			`${issue.path.join('.')}: ${issue.message}${more}`,
		);
	}
	const key = issue.keys[0] ?? '';
	const near = nearest(key.replaceAll('_', '-'), knownKeys(issue.path));
	const advice = near === null ? '' : `, did you mean ${near}?`;
	const line = lineOf(source, [...issue.path, key]);
	return invalid(source.path, line, `unknown key ${JSON.stringify(key)}${advice}${more}`);
}

/** What the types of single keys cannot say. */
function checkTargets(config: Config, source: Source): void {
	for (const [index, target] of (config.targets ?? []).entries()) {
		const refuse = (key: string, problem: string) =>
			invalid(source.path, lineOf(source, ['targets', index, key]), `targets.${index}: ${problem}`);
		if (target['all-contexts'] && target.context !== undefined)
			throw refuse('all-contexts', 'context and all-contexts exclude each other');
		if (target.name !== undefined && target.context === undefined)
			throw refuse('name', 'a name needs the context that it names');
	}
	if (config.context !== undefined && config['all-contexts'])
		throw invalid(
			source.path,
			lineOf(source, ['all-contexts']),
			'context and all-contexts exclude each other',
		);
}

/** Line of a key, or of the nearest thing above it that stands in the file. */
function lineOf({ document, lines }: Source, path: PropertyKey[]): number {
	const parent = document.getIn(path.slice(0, -1), true);
	const last = path.at(-1);
	const pair = isMap(parent)
		? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
		: undefined;
	const node = pair?.key ?? document.getIn(path, true) ?? document.contents;
	return isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
}

function invalid(path: string, line: number, problem: string): ScanError {
	const hint = 'kubelapse schema config prints every key; kubelapse init writes a commented config';
	return new ScanError('CONFIG_INVALID', `${path}:${line}: ${problem}`, { hint });
}

/** Paths of a config are meant from its own folder, wherever the command runs. */
function fromFolder(config: Config, folder: string): Config {
	const at = (path: string) => shorten(resolve(folder, expandHome(path)));
	const one = (key: 'facts' | 'params' | 'out' | 'save-facts') => {
		const value = config[key];
		return value === undefined || value === '-' ? {} : { [key]: at(value) };
	};
	return {
		...config,
		...one('facts'),
		...one('params'),
		...one('out'),
		...one('save-facts'),
		...(config.kubeconfig && { kubeconfig: config.kubeconfig.map(at) }),
		...(config.policy && { policy: config.policy.map(at) }),
		...(config['trusted-policies'] && { 'trusted-policies': config['trusted-policies'].map(at) }),
		...(config.files && { files: config.files.map(at) }),
		...(config.targets && { targets: config.targets.map(t => ({ ...t, kubeconfig: at(t.kubeconfig) })) }),
	};
}

function expandHome(path: string): string {
	return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

/** Below the working folder a path reads better as one types it, and names a target better. */
function shorten(path: string): string {
	const short = relative(process.cwd(), path);
	return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
