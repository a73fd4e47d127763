import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { ScanError } from '../lib/scan-error.ts';
import { type Config, configSchema, knownKeys } from './config-schema.ts';
import { readText } from './read-text.ts';
import { parseYamlFile, type YamlFile } from './yaml-file.ts';

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
	const refuse = (line: number, problem: string) => invalid(path, line, problem);
	const file = parseYamlFile(text, { schema: configSchema, knownKeys, noun: 'config', invalid: refuse });
	if (file === null) return {};
	checkTargets(file.value, path, file.lineOf);
	return file.value;
}

/** What the types of single keys cannot say. */
function checkTargets(config: Config, path: string, lineOf: YamlFile<Config>['lineOf']): void {
	for (const [index, target] of (config.targets ?? []).entries()) {
		const refuse = (key: string, problem: string) =>
			invalid(path, lineOf(['targets', index, key]), `targets.${index}: ${problem}`);
		if (target['all-contexts'] && target.context !== undefined)
			throw refuse('all-contexts', 'context and all-contexts exclude each other');
		if (target.name !== undefined && target.context === undefined)
			throw refuse('name', 'a name needs the context that it names');
		if (target['audit-log'] !== undefined && target.context === undefined)
			throw refuse('audit-log', 'an audit log needs the context whose cluster wrote it');
		if (target['audit-policy'] !== undefined && target['audit-log'] === undefined)
			throw refuse('audit-policy', 'an audit policy needs the audit-log that it is about');
	}
	if (config.context !== undefined && config['all-contexts'])
		throw invalid(path, lineOf(['all-contexts']), 'context and all-contexts exclude each other');
}

function invalid(path: string, line: number, problem: string): ScanError {
	const hint = 'kubelapse schema config prints every key; kubelapse init writes a commented config';
	return new ScanError('CONFIG_INVALID', `${path}:${line}: ${problem}`, { hint });
}

/** Paths of a config are meant from its own folder, wherever the command runs. */
function fromFolder(config: Config, folder: string): Config {
	const at = (path: string) => shorten(resolve(folder, expandHome(path)));
	const one = (
		key:
			| 'facts'
			| 'audit-policy'
			| 'params'
			| 'waivers'
			| 'alibaba-ca'
			| 'identities'
			| 'history'
			| 'out'
			| 'save-facts'
			| 'state',
	) => {
		const value = config[key];
		return value === undefined || value === '-' ? {} : { [key]: at(value) };
	};
	return {
		...config,
		...one('facts'),
		...one('audit-policy'),
		...one('params'),
		...one('waivers'),
		...one('alibaba-ca'),
		...one('identities'),
		...one('history'),
		...one('out'),
		...one('save-facts'),
		...one('state'),
		...(config.kubeconfig && { kubeconfig: config.kubeconfig.map(at) }),
		...(config.policy && { policy: config.policy.map(at) }),
		...(config['trusted-policies'] && { 'trusted-policies': config['trusted-policies'].map(at) }),
		...(config.files && { files: config.files.map(at) }),
		...(config['audit-log'] && { 'audit-log': config['audit-log'].map(at) }),
		...(config.targets && { targets: config.targets.map(target => targetFrom(target, at)) }),
	};
}

type Target = NonNullable<Config['targets']>[number];

function targetFrom(target: Target, at: (path: string) => string): Target {
	const { 'audit-log': logs, 'audit-policy': policy } = target;
	return {
		...target,
		kubeconfig: at(target.kubeconfig),
		...(logs && { 'audit-log': logs.map(log => (typeof log === 'string' ? at(log) : log.map(at))) }),
		...(policy && { 'audit-policy': at(policy) }),
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
