import { basename } from 'node:path';
import { parse } from 'yaml';
import {
	type ClusterBlock,
	type ContextBlock,
	type Kubeconfig,
	MAX_KUBECONFIG_BYTES,
	parseKubeconfig,
	type UserBlock,
} from '../../lib/kubeconfig.ts';
import { contextProblems, loadCertificates } from '../../lib/kubeconfig-problems.ts';
import { nearest } from '../../lib/nearest.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { byCodeUnit, oneLine } from '../../lib/text.ts';
import { type CertificateFacts, sha256 } from '../../lib/x509.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { KubeconfigTarget } from '../../model/scan.ts';
import { readSmallFile } from '../read-file.ts';

/** One context to scan, checked as far as that goes without connecting. */
export interface LiveTarget {
	/** Configured name, else file name and context; the whole path is in the cluster's `contexts`. */
	name: string;
	path: string;
	context: ContextBlock;
	cluster: ClusterBlock;
	user: UserBlock;
	certificateAuthorities: CertificateFacts[];
	/** The same for contexts that trust the same CAs; empty where the system's roots decide. */
	caKey: string;
	/** Doubts that do not stop it, worth telling when it fails. */
	notes: string[];
	/** The blocks as written, secrets included: for the connection alone. */
	raw: RawContext;
}

/** A context or file that cannot be scanned, and why. */
export interface BrokenTarget {
	name: string;
	path: string;
	server: string;
	caKey: string;
	message: string;
}

/** Blocks of a kubeconfig as client-go defines them. */
export interface RawContext {
	cluster: Record<string, unknown>;
	user: Record<string, unknown>;
}

export interface Targets {
	targets: LiveTarget[];
	broken: BrokenTarget[];
}

/**
 * Reads each kubeconfig by itself: clouds name every cluster `kubernetes`, and merged files send one
 * context to another's server.
 * @throws {ScanError} CONTEXT_UNKNOWN; and whatever is wrong when not one target is left to scan.
 */
export function loadTargets(kubeconfigs: KubeconfigTarget[], now: EpochSeconds): Targets {
	const files = kubeconfigs.map(target => ({ target, file: openFile(target.path) }));
	refuseUnknownContexts(files);
	const seen = new Set<string>();
	const isNew = (path: string, context: string) => {
		const key = JSON.stringify([path, context]);
		return !seen.has(key) && seen.add(key);
	};
	const targets: LiveTarget[] = [];
	const broken: BrokenTarget[] = [];
	let firstError: ScanError | null = null;
	for (const { target, file } of files) {
		const { path } = target;
		if ('error' in file) {
			firstError ??= file.error;
			if (isNew(path, ''))
				broken.push({ name: oneLine(path), path, server: '', caKey: '', message: file.error.message });
			continue;
		}
		const names = contextsOf(target, file.kubeconfig).filter(name => isNew(path, name));
		for (const one of names.map(name => loadContext(target, file, name, now))) {
			if ('message' in one) {
				firstError ??= new ScanError('KUBECONFIG_INVALID', one.message);
				broken.push(one);
			} else targets.push(one);
		}
	}
	if (targets.length === 0 && firstError !== null) throw firstError;
	nameApart([...targets, ...broken]);
	return { targets, broken };
}

/** Every home has a `.kube/config`: where file and context are the same, the folder tells. */
function nameApart(all: { name: string; path: string }[]): void {
	const counts = new Map<string, number>();
	for (const { name } of all) counts.set(name, (counts.get(name) ?? 0) + 1);
	for (const one of all) {
		const file = basename(one.path);
		const isShared = (counts.get(one.name) ?? 0) > 1;
		if (isShared && one.name.startsWith(`${file}#`)) one.name = one.path + one.name.slice(file.length);
	}
}

interface OpenFile {
	kubeconfig: Kubeconfig;
	raw: Record<string, unknown>;
}

/** A file that cannot be used is one bad target among many, unless it is the only one. */
function openFile(path: string): OpenFile | { error: ScanError } {
	try {
		const { text } = readSmallFile(path, MAX_KUBECONFIG_BYTES);
		const kubeconfig = parseKubeconfig(path, text);
		return { kubeconfig, raw: parseRaw(path, text) };
	} catch (cause) {
		if (cause instanceof ScanError) return { error: cause };
		throw cause;
	}
}

/** A hundred thousand nodes: enough for every alias that a person writes, too few for those that multiply. */
const MAX_ALIASES = 100_000;

/** The file with its scalars as written: a token `1e3` is no number. */
function parseRaw(path: string, text: string): Record<string, unknown> {
	const isNumber = ({ tag }: { tag: string }) => /:(int|float)$/.test(tag);
	try {
		return parse(text, {
			logLevel: 'silent',
			uniqueKeys: false,
			maxAliasCount: MAX_ALIASES,
			customTags: tags => tags.filter(tag => typeof tag === 'string' || !isNumber(tag)),
		}) as Record<string, unknown>; // parseKubeconfig has seen that it is a map
	} catch (cause) {
		const message = `kubeconfig ${oneLine(path)}: its aliases multiply`;
		throw new ScanError('KUBECONFIG_INVALID', message, { hint: 'write it without anchors', cause });
	}
}

const readText = (path: string) => readSmallFile(path).text;

/** A context is unknown when none of the files has it: `--context` goes with every `--kubeconfig`. */
function refuseUnknownContexts(
	files: { target: KubeconfigTarget; file: OpenFile | { error: ScanError } }[],
): void {
	const known = files.flatMap(({ file }) =>
		'error' in file ? [] : file.kubeconfig.contexts.map(context => context.name),
	);
	const wanted = files.flatMap(({ target }) => (Array.isArray(target.contexts) ? target.contexts : []));
	const unknown = wanted.find(name => !known.includes(name));
	if (unknown === undefined) return;
	// With a broken file the context may be in there: that file's own error tells more.
	const failed = files.find(({ file }) => 'error' in file);
	if (failed !== undefined && 'error' in failed.file && known.length === 0) throw failed.file.error;
	const close = nearest(unknown, known);
	const hint =
		close === null
			? `known contexts: ${
					known
						.slice(0, 10)
						.map(name => oneLine(name, 60))
						.join(', ') || 'none'
				}`
			: `did you mean ${oneLine(close)}?`;
	throw new ScanError('CONTEXT_UNKNOWN', `no kubeconfig has a context ${oneLine(unknown)}`, { hint });
}

function contextsOf({ contexts }: KubeconfigTarget, kubeconfig: Kubeconfig): string[] {
	const names = kubeconfig.contexts.map(context => context.name);
	if (contexts === 'all') return [...new Set(names)];
	if (contexts === 'current') return [kubeconfig.currentContext];
	return contexts.filter(name => names.includes(name));
}

function loadContext(
	target: KubeconfigTarget,
	file: OpenFile,
	contextName: string,
	now: EpochSeconds,
): LiveTarget | BrokenTarget {
	const { kubeconfig, raw } = file;
	const { path } = target;
	const name = target.names[contextName] ?? `${basename(path)}#${contextName}`;
	const context = kubeconfig.contexts.find(block => block.name === contextName);
	const cluster = kubeconfig.clusters.find(block => block.name === context?.cluster);
	const user = kubeconfig.users.find(block => block.name === context?.user);
	const loaded =
		cluster === undefined
			? null
			: loadCertificates(cluster.certificateAuthority, 'certificate-authority', readText);
	const certificateAuthorities = loaded?.kind === 'read' ? loaded.certificates : [];
	const caKey =
		certificateAuthorities.length === 0
			? ''
			: sha256(
					certificateAuthorities
						.map(ca => ca.sha256)
						.sort(byCodeUnit)
						.join(),
				);
	const problems = contextProblems(kubeconfig, contextName, readText, now);
	const fatal = problems.find(problem => problem.isFatal);
	const say = (line: number, text: string, hint: string) =>
		`kubeconfig ${oneLine(path)}, context ${oneLine(contextName) || 'none'}, line ${line}: ${text}; ${hint}`;
	const isBroken = (message: string): BrokenTarget => ({
		name,
		path,
		server: cluster?.server ?? '',
		caKey,
		message,
	});
	if (contextName === '')
		return isBroken(
			`kubeconfig ${oneLine(path)} has no current-context; name one with --context, or scan them all with --all-contexts`,
		);
	if (fatal !== undefined) return isBroken(say(fatal.line, fatal.message, fatal.hint));
	// contextProblems reports a missing block as fatal; this tells the compiler.
	if (context === undefined || cluster === undefined || user === undefined)
		return isBroken(`kubeconfig ${oneLine(path)}: context ${oneLine(contextName)} is incomplete`);
	const notes = problems.map(problem => say(problem.line, problem.message, problem.hint));
	return {
		name,
		path,
		context,
		cluster,
		user,
		certificateAuthorities,
		caKey,
		notes,
		raw: rawContext(raw, context),
	};
}

/** The first block of a name wins, as in the parser. */
function rawContext(raw: Record<string, unknown>, { cluster, user }: ContextBlock): RawContext {
	const block = (list: string, inner: string, name: string) => {
		const entries = Array.isArray(raw[list]) ? (raw[list] as Record<string, unknown>[]) : [];
		return (entries.find(entry => String(entry?.name) === name)?.[inner] ?? {}) as Record<string, unknown>;
	};
	return { cluster: block('clusters', 'cluster', cluster), user: block('users', 'user', user) };
}
