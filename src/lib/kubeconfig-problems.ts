import { X509Certificate } from 'node:crypto';
import type { EpochSeconds } from '../model/facts.ts';
import { formatRfc3339 } from './epoch.ts';
import type { CertificateSource, ClusterBlock, ContextBlock, Kubeconfig, UserBlock } from './kubeconfig.ts';
import { type PemContent, pemProblemTexts, readPem } from './pem.ts';
import { ScanError } from './scan-error.ts';
import { oneLine, plural } from './text.ts';
import { type CertificateFacts, readCertificate } from './x509.ts';

/** Something about one context that a user should hear before or beside a failed connection. */
export interface KubeconfigProblem {
	context: string;
	/** Line of the block at fault, from 1. */
	line: number;
	message: string;
	/** The next step. */
	hint: string;
	/** The context cannot work; otherwise it may, and the message helps when it does not. */
	isFatal: boolean;
}

/** Reads a file that a kubeconfig names; throws when it cannot. */
export type ReadText = (path: string) => string;

/** The certificates of a source, or why there are none. */
export type LoadedCertificates<T = CertificateFacts> =
	| { kind: 'none' }
	| { kind: 'failed'; message: string }
	| { kind: 'read'; certificates: T[] };

/** Reads and parses the certificates of `field`; every failure becomes a message without content. */
export function loadCertificates(
	source: CertificateSource,
	field: string,
	readText: ReadText,
): LoadedCertificates {
	return load(source, field, readText, certificatesOf);
}

function load<T>(
	source: CertificateSource,
	field: string,
	readText: ReadText,
	parse: (pem: PemContent) => T[],
): LoadedCertificates<T> {
	if (source.kind === 'none') return { kind: 'none' };
	let pem: PemContent;
	try {
		pem = source.kind === 'inline' ? source.pem : readPem(readText(source.path));
	} catch (error) {
		const path = source.kind === 'file' ? source.path : '';
		return { kind: 'failed', message: unreadable(field, path, error) };
	}
	const what = source.kind === 'inline' ? `${field}-data` : `${field} ${oneLine(source.path)}`;
	if (pem.problem !== '') return { kind: 'failed', message: `${what} ${pemProblemTexts[pem.problem]}` };
	try {
		return { kind: 'read', certificates: parse(pem) };
	} catch {
		// The reason is ASN.1 talk that may quote bytes.
		return { kind: 'failed', message: `${what} holds a certificate that cannot be parsed` };
	}
}

const parsed = new WeakMap<PemContent, CertificateFacts[]>();

/** Asked for by the check of a context and by its target: reading a certificate takes milliseconds. */
function certificatesOf(pem: PemContent): CertificateFacts[] {
	const known = parsed.get(pem) ?? pem.certificates.map(readCertificate);
	parsed.set(pem, known);
	return known;
}

/** Node's error code in words, to follow the name of the file: its message repeats the path, and is not ours to vouch for. */
export function whyUnreadable(error: unknown): string {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
	if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
	return code === 'EISDIR' ? 'is a folder' : `cannot be read (${code || 'unknown reason'})`;
}

/** A ScanError names the file itself. */
function unreadable(field: string, path: string, error: unknown): string {
	return error instanceof ScanError
		? `${field} ${error.message}`
		: `${field} ${oneLine(path)} ${whyUnreadable(error)}`;
}

/**
 * What is wrong with one context of a kubeconfig, before connecting.
 * Faults of one context never touch the others of the file.
 */
export function contextProblems(
	kubeconfig: Kubeconfig,
	name: string,
	readText: ReadText,
	now: EpochSeconds,
): KubeconfigProblem[] {
	const problems: KubeconfigProblem[] = [];
	const report =
		(isFatal: boolean): Report =>
		(line, message, hint) =>
			void problems.push({ context: name, line, message, hint, isFatal });
	const say: Say = { fatal: report(true), note: report(false), readText, now };
	const context = kubeconfig.contexts.find(c => c.name === name);
	if (context === undefined) {
		say.fatal(1, 'the file has no such context', 'kubectl config get-contexts lists them');
		return problems;
	}
	const cluster = blockOf(kubeconfig.clusters, context, 'cluster', say);
	const user = blockOf(kubeconfig.users, context, 'user', say);
	if (cluster !== undefined) checkCluster(cluster, say);
	if (user !== undefined) checkUser(user, say);
	return problems;
}

type Report = (line: number, message: string, hint: string) => void;

interface Say {
	fatal: Report;
	note: Report;
	readText: ReadText;
	now: EpochSeconds;
}

function blockOf<T extends ClusterBlock | UserBlock>(
	blocks: T[],
	context: ContextBlock,
	field: 'cluster' | 'user',
	say: Say,
): T | undefined {
	const wanted = context[field];
	const [first, second] = blocks.filter(block => block.name === wanted);
	if (first === undefined) {
		const message =
			wanted === '' ? `the context names no ${field}` : `the context names a ${field} that the file lacks`;
		say.fatal(context.line, message, `add the ${field} block, or correct its name in the context`);
	}
	if (second !== undefined) {
		// client-go refuses such a file since 1.12; the JavaScript and Python clients take the first.
		const message = `a second ${field} block has the same name; the first is used, and kubectl refuses the file`;
		say.note(second.line, message, 'rename one of them');
	}
	return first;
}

const EXPORT_HINT = 'export the kubeconfig again from where it came';

function checkCluster(cluster: ClusterBlock, say: Say): void {
	if (cluster.server === '') {
		say.fatal(cluster.line, 'server is missing or no http(s) URL', 'write it as https://host:port');
	}
	const ca = loadCertificates(cluster.certificateAuthority, 'certificate-authority', say.readText);
	if (ca.kind === 'failed') say.fatal(cluster.line, ca.message, EXPORT_HINT);
	if (ca.kind !== 'read' || cluster.isVerificationSkipped) return;
	const last = Math.max(...ca.certificates.map(c => c.notAfter));
	// No verdict of ours: the clock may be overridden, and the connection tells.
	if (last < say.now) {
		const message = `certificate-authority expired at ${formatRfc3339(last)}, so the server cannot be verified`;
		say.note(cluster.line, message, 'fetch the current certificate authority of the cluster');
	}
}

function checkUser(user: UserBlock, say: Say): void {
	checkClientCertificate(user, say);
	if (user.tokenFile !== '') checkFile(user, 'tokenFile', user.tokenFile, say);
	if (user.exec !== null && user.exec.command === '') {
		say.fatal(user.line, 'exec names no command', 'write the plugin to run as exec.command');
	}
}

function checkClientCertificate(user: UserBlock, say: Say): void {
	// Nothing of it is told here but that it can be read: Node does that in a tenth of the time.
	const client = load(user.clientCertificate, 'client-certificate', say.readText, ({ certificates }) =>
		certificates.map(pem => new X509Certificate(pem)),
	);
	if (client.kind === 'failed') say.fatal(user.line, client.message, EXPORT_HINT);
	if (client.kind === 'read' && client.certificates.length > 1) {
		const message = `client-certificate holds ${plural(client.certificates.length, 'certificate')}; the first is taken as the client's, the others as its chain`;
		say.note(user.line, message, 'put the client certificate first if it is another');
	}
	if (client.kind !== 'none' && user.clientKey.kind === 'none') {
		say.fatal(user.line, 'client-certificate has no client-key', EXPORT_HINT);
	}
	if (user.clientKey.kind === 'file') checkFile(user, 'client-key', user.clientKey.path, say);
}

function checkFile(user: UserBlock, field: string, path: string, say: Say): void {
	try {
		say.readText(path);
	} catch (error) {
		say.fatal(user.line, unreadable(field, path, error), 'correct the path in the user block');
	}
}
