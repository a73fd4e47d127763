import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ScanError } from '../lib/scan-error.ts';
import type { KubeconfigTarget } from '../model/scan.ts';
import type { Settings } from './settings.ts';

/** What of the surroundings decides where to look when nothing is named. */
export interface Surroundings {
	/** The variable KUBECONFIG. */
	kubeconfig: string | undefined;
	home: string;
	exists: (path: string) => boolean;
}

/** The surroundings that this process was started in. */
export function surroundings(): Surroundings {
	return { kubeconfig: process.env.KUBECONFIG, home: homedir(), exists: existsSync };
}

/** The kubeconfigs to scan: those named, or where kubectl looks if nothing at all is. @throws {ScanError} USAGE */
export function kubeconfigTargets(settings: Settings, around: Surroundings): KubeconfigTarget[] {
	const contexts = namedContexts(settings);
	const targets = settings.targets?.map(fromConfig) ?? [];
	const isNamed =
		targets.length > 0 ||
		settings.files.length > 0 ||
		settings.facts !== undefined ||
		settings.alibaba === true;
	const paths = settings.kubeconfig ?? (isNamed ? [] : defaultPaths(around));
	if (contexts !== 'current' && paths.length === 0)
		throw usage(
			'--context and --all-contexts choose within --kubeconfig, and none is given',
			'add --kubeconfig FILE',
		);
	if (settings.facts !== undefined && (paths.length > 0 || targets.length > 0))
		throw usage(
			'--facts stands in place of connecting, and goes with no --kubeconfig',
			'run one after the other',
		);
	return merged([...targets, ...paths.map(path => ({ path, contexts, names: {} }))]);
}

function namedContexts(settings: Settings): KubeconfigTarget['contexts'] {
	if (settings.context !== undefined && settings['all-contexts'])
		throw usage('--context and --all-contexts exclude each other', 'give one of the two');
	return settings.context ?? (settings['all-contexts'] ? 'all' : 'current');
}

function fromConfig(target: NonNullable<Settings['targets']>[number]): KubeconfigTarget {
	const { kubeconfig: path, context, name } = target;
	if (context === undefined) return { path, contexts: target['all-contexts'] ? 'all' : 'current', names: {} };
	const names = name === undefined ? {} : { [context]: name };
	return { path, contexts: [context], names, isExact: true };
}

/** As kubectl looks, but each file on its own: merged, equal names would send one context to another's server. */
function defaultPaths({ kubeconfig, home, exists }: Surroundings): string[] {
	const parts = kubeconfig?.split(delimiter).filter(part => part !== '') ?? [];
	const paths = parts.length > 0 ? parts : [join(home, '.kube', 'config')];
	const present = paths.filter(exists);
	if (present.length > 0) return present;
	const looked = parts.length > 0 ? `KUBECONFIG names ${paths.join(' and ')}` : `there is no ${paths.join()}`;
	throw usage(
		`nothing to scan: ${looked}${parts.length > 0 ? ', which does not exist' : ''}`,
		'name clusters with --kubeconfig FILE, files with --files GLOB, or try kubelapse demo',
	);
}

/** Contexts of one file that are named apart become one target: the file is loaded once. */
function merged(targets: KubeconfigTarget[]): KubeconfigTarget[] {
	const byFile = new Map<string, KubeconfigTarget>();
	for (const { path, contexts, names, ...rest } of targets) {
		const key = JSON.stringify([path, Array.isArray(contexts) ? 'named' : contexts, rest]);
		const same = byFile.get(key);
		const all =
			Array.isArray(contexts) && Array.isArray(same?.contexts)
				? [...new Set([...same.contexts, ...contexts])]
				: contexts;
		byFile.set(key, { path, contexts: all, names: { ...same?.names, ...names }, ...rest });
	}
	return [...byFile.values()];
}

function usage(message: string, hint: string): ScanError {
	return new ScanError('USAGE', message, { hint });
}
