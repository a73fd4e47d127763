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
	/** The name that the config gives it; null where it gives none. */
	configuredName: string | null;
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
	/** What is wrong with the first broken one, for when nothing else is left to scan. */
	error: ScanError | null;
}

/**
 * Reads each kubeconfig by itself: clouds name every cluster `kubernetes`, and merged files send one
 * context to another's server. A bad target never stops the others.
 * @throws {ScanError} CONTEXT_UNKNOWN when no file has a context that any of them may have.
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
			for (const { name } of lostWith(target).filter(({ context }) => isNew(path, context)))
				broken.push({ name, path, server: '', caKey: '', message: file.error.message });
			continue;
		}
		const names = contextsOf(target, file.kubeconfig).filter(name => isNew(path, name));
		for (const one of names.map(name => loadContext(target, file, name, now))) {
			if ('error' in one) {
				firstError ??= one.error;
				broken.push(one.broken);
			} else targets.push(one);
		}
	}
	nameApart([...targets, ...broken]);
	return { targets, broken, error: firstError };
}

/**
 * The current context of a kubeconfig that stands in no file.
 * @param kubeconfig the text, parsed.
 * @returns why it cannot be used, where it cannot.
 */
export function targetOfText(
	name: string,
	text: string,
	kubeconfig: Kubeconfig,
	now: EpochSeconds,
): LiveTarget | BrokenTarget {
	try {
		const file = { kubeconfig, raw: parseRaw('', text) };
		const context = kubeconfig.currentContext;
		const target: KubeconfigTarget = { path: '', contexts: 'current', names: { [context]: name } };
		const loaded = loadContext(target, file, context, now);
		return 'error' in loaded ? loaded.broken : loaded;
	} catch (cause) {
		if (!(cause instanceof ScanError)) throw cause;
		return { name, path: '', server: '', caKey: '', message: cause.message };
	}
}

/** What a file takes with it that cannot be read: the clusters that it is known to hold, else itself. */
function lostWith(target: KubeconfigTarget): { context: string; name: string }[] {
	const { path, contexts } = target;
	if (target.isExact !== true || !Array.isArray(contexts)) return [{ context: '', name: oneLine(path) }];
	return contexts.map(context => ({ context, name: nameOf(target, context) }));
}

/** Configured name, else file and context. */
function nameOf(target: KubeconfigTarget, context: string): string {
	return configuredName(target, context) ?? `${basename(target.path)}#${context}`;
}

/** A context may be called `constructor`, as something that every object has. */
function configuredName({ names }: KubeconfigTarget, context: string): string | null {
	return (Object.hasOwn(names, context) ? names[context] : undefined) ?? null;
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

/** `--context` goes with every `--kubeconfig`: such a context is unknown when none of the files has it. */
function refuseUnknownContexts(
	files: { target: KubeconfigTarget; file: OpenFile | { error: ScanError } }[],
): void {
	const pooled = files.filter(({ target }) => target.isExact !== true);
	// It may be in the file that cannot be read, which is told as a bad target.
	if (pooled.some(({ file }) => 'error' in file)) return;
	const known = pooled.flatMap(({ file }) => ('error' in file ? [] : contextNames(file.kubeconfig)));
	const wanted = pooled.flatMap(({ target }) => (Array.isArray(target.contexts) ? target.contexts : []));
	const unknown = wanted.find(name => !known.includes(name));
	if (unknown === undefined) return;
	const hint = hintOf(unknown, known);
	throw new ScanError('CONTEXT_UNKNOWN', `no kubeconfig has a context ${oneLine(unknown)}`, { hint });
}

function hintOf(unknown: string, known: string[]): string {
	const close = nearest(unknown, known);
	if (close !== null) return `did you mean ${oneLine(close)}?`;
	const some = known.slice(0, 10).map(name => oneLine(name, 60));
	return `known contexts: ${some.join(', ') || 'none'}`;
}

const contextNames = ({ contexts }: Kubeconfig) => contexts.map(({ name }) => name);

function contextsOf({ contexts, isExact }: KubeconfigTarget, kubeconfig: Kubeconfig): string[] {
	const names = contextNames(kubeconfig);
	if (contexts === 'all') return [...new Set(names)];
	if (contexts === 'current') return [kubeconfig.currentContext];
	return contexts.filter(name => isExact === true || names.includes(name));
}

function loadContext(
	target: KubeconfigTarget,
	file: OpenFile,
	contextName: string,
	now: EpochSeconds,
): LiveTarget | { broken: BrokenTarget; error: ScanError } {
	const { kubeconfig, raw } = file;
	const { path } = target;
	const name = nameOf(target, contextName);
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
	const isBroken = (message: string, code: ScanError['code'] = 'KUBECONFIG_INVALID') => ({
		broken: { name, path, server: cluster?.server ?? '', caKey, message },
		error: new ScanError(code, message),
	});
	if (contextName === '')
		return isBroken(
			`kubeconfig ${oneLine(path)} has no current-context; name one with --context, or scan them all with --all-contexts`,
		);
	// What a current-context names and the file lacks is the file's own mistake, with its line.
	if (context === undefined && target.isExact === true)
		return isBroken(
			`kubeconfig ${oneLine(path)} has no context ${oneLine(contextName)}; ${hintOf(contextName, contextNames(kubeconfig))}`,
			'CONTEXT_UNKNOWN',
		);
	if (fatal !== undefined) return isBroken(say(fatal.line, fatal.message, fatal.hint));
	// contextProblems reports a missing block as fatal; this tells the compiler.
	if (context === undefined || cluster === undefined || user === undefined)
		return isBroken(`kubeconfig ${oneLine(path)}: context ${oneLine(contextName)} is incomplete`);
	const notes = problems.map(problem => say(problem.line, problem.message, problem.hint));
	return {
		name,
		configuredName: configuredName(target, contextName),
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
