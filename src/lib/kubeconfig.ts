import { dirname, isAbsolute, join } from 'node:path';
import { openYaml, type YamlView } from './kubeconfig-yaml.ts';
import { type PemContent, readPemData } from './pem.ts';
import { redact } from './redact.ts';
import { ScanError } from './scan-error.ts';
import { normalizeServer } from './server-url.ts';
import { oneLine } from './text.ts';
import { readToken, type TokenFacts } from './token.ts';

/** A kubeconfig file without its keys, tokens and passwords. */
export interface Kubeconfig {
	/** As given. */
	path: string;
	currentContext: string;
	clusters: ClusterBlock[];
	users: UserBlock[];
	contexts: ContextBlock[];
}

interface Block {
	name: string;
	/** First line of the list entry, from 1. */
	line: number;
}

/** Certificates, cut out of the `…-data` field, or where to read them; data wins, as in kubectl. */
export type CertificateSource =
	| { kind: 'none' }
	| { kind: 'inline'; pem: PemContent }
	/** `path` is resolved against the kubeconfig's folder. */
	| { kind: 'file'; path: string };

export interface ClusterBlock extends Block {
	/** Normalised, without user name or password; empty when missing or no http(s) URL. */
	server: string;
	certificateAuthority: CertificateSource;
	isVerificationSkipped: boolean;
	tlsServerName: string;
	/** Without user name or password. */
	proxyUrl: string;
}

/** One user block may name several ways to log in. */
export interface UserBlock extends Block {
	clientCertificate: CertificateSource;
	/** The key itself is not kept. */
	clientKey: { kind: 'none' } | { kind: 'inline' } | { kind: 'file'; path: string };
	token: TokenFacts | null;
	/** Resolved against the kubeconfig's folder; empty where there is none. */
	tokenFile: string;
	/** Basic authentication; the password is not kept. */
	basicAuth: { username: string } | null;
	exec: ExecBlock | null;
	/** Name of the auth provider; empty where there is none. */
	authProvider: string;
}

/** An exec plugin without the values of its arguments and variables, which may be secrets. */
export interface ExecBlock {
	apiVersion: string;
	command: string;
	argumentCount: number;
	envNames: string[];
}

export interface ContextBlock extends Block {
	cluster: string;
	user: string;
	namespace: string;
}

/** Above this a file is refused unread; one of 1,800 clusters with their certificates is smaller. */
export const MAX_KUBECONFIG_BYTES = 10_000_000;

const WRONG_FILE_HINT = 'name a kubeconfig, as kubectl config view --raw prints it';

/**
 * Reads a kubeconfig, YAML or JSON. What only touches one context is left to `contextProblems`.
 * @throws {ScanError} KUBECONFIG_INVALID naming file and line, never the file's content.
 */
export function parseKubeconfig(path: string, text: string): Kubeconfig {
	refuseForeign(path, text);
	const yaml = openYaml(path, text);
	const root = yaml.fields(yaml.root, 'the file');
	expectKind(yaml, root);
	const list = <T>(field: string, inner: string, read: ReadBlock<T>) =>
		yaml.items(root.get(field), field).map(item => {
			const entry = yaml.fields(item, `an entry of ${field}`);
			const block = fieldReader(yaml, yaml.fields(entry.get(inner), inner), path);
			return { name: yaml.text(entry.get('name'), 'name'), line: yaml.line(item), ...read(block) };
		});
	return {
		path,
		currentContext: yaml.text(root.get('current-context'), 'current-context'),
		clusters: list('clusters', 'cluster', readCluster),
		users: list('users', 'user', readUser),
		contexts: list('contexts', 'context', readContext),
	};
}

/** Binary data, another encoding or far too much, told before the YAML parser sees it. */
function refuseForeign(path: string, text: string): void {
	const name = `kubeconfig ${oneLine(path)}`;
	if (text.length > MAX_KUBECONFIG_BYTES) {
		const hint = 'split it, or name the right file';
		throw new ScanError('KUBECONFIG_INVALID', `${name}: over the limit of 10 MB`, { hint });
	}
	const at = text.search(/[\u0000-\u0008\u000e-\u001f\ufffd]/);
	if (at === -1) return;
	const hint = `${WRONG_FILE_HINT}; PowerShell's > writes UTF-16, convert such a file to UTF-8`;
	const line = text.slice(0, at).split('\n').length;
	throw new ScanError('KUBECONFIG_INVALID', `${name}: line ${line}: binary data or not UTF-8`, { hint });
}

function expectKind(yaml: YamlView, root: Map<string, unknown>): void {
	const refuse = (field: string, message: string) =>
		yaml.fail(root.has(field) ? yaml.line(root.get(field)) : 1, message, WRONG_FILE_HINT);
	// kubectl takes a file without either for a kubeconfig.
	const kind = yaml.text(root.get('kind'), 'kind');
	if (kind !== '' && kind !== 'Config') throw refuse('kind', 'kind is not Config: this is no kubeconfig');
	const version = yaml.text(root.get('apiVersion'), 'apiVersion');
	if (version !== '' && version !== 'v1') throw refuse('apiVersion', 'apiVersion is not v1');
	if (['clusters', 'users', 'contexts'].every(field => !root.has(field))) {
		throw refuse('', 'no clusters, users or contexts: this is no kubeconfig');
	}
}

/** The fields of one block, read by name. */
interface FieldReader {
	text(name: string): string;
	has(name: string): boolean;
	/** A file name, resolved as kubectl does; empty when absent. */
	path(name: string): string;
	certificates(name: string): CertificateSource;
	nested(name: string): FieldReader | null;
	/** `name` of each entry of a list of maps. */
	names(name: string): string[];
	count(name: string): number;
}

type ReadBlock<T> = (block: FieldReader) => T;

function fieldReader(yaml: YamlView, fields: Map<string, unknown>, file: string): FieldReader {
	const text = (name: string) => yaml.text(fields.get(name), name);
	const path = (name: string) => {
		const value = text(name);
		return value === '' || isAbsolute(value) ? value : join(dirname(file), value);
	};
	const items = (name: string) => yaml.items(fields.get(name), name);
	return {
		text,
		path,
		has: name => text(name) !== '',
		certificates: name => {
			const data = text(`${name}-data`);
			if (data !== '') return { kind: 'inline', pem: readPemData(data) };
			return path(name) === '' ? { kind: 'none' } : { kind: 'file', path: path(name) };
		},
		nested: name => {
			const inner = yaml.fields(fields.get(name), name);
			return inner.size === 0 ? null : fieldReader(yaml, inner, file);
		},
		names: name => items(name).map(item => yaml.text(yaml.fields(item, name).get('name'), 'name')),
		count: name => items(name).length,
	};
}

/** What YAML 1.1, which kubectl reads, and a quoted boolean may look like. */
const TRUE = /^(true|yes|on|y)$/i;

function readCluster(block: FieldReader): Omit<ClusterBlock, keyof Block> {
	const certificateAuthority = block.certificates('certificate-authority');
	const isVerificationSkipped = TRUE.test(block.text('insecure-skip-tls-verify'));
	// client-go's DefaultServerURL: without a scheme it is https only where TLS is configured.
	const hasTls = isVerificationSkipped || certificateAuthority.kind !== 'none';
	return {
		server: block.has('server') ? normalizeServer(block.text('server'), hasTls ? 'https' : 'http') : '',
		certificateAuthority,
		isVerificationSkipped,
		tlsServerName: block.text('tls-server-name'),
		proxyUrl: redact(block.text('proxy-url')).replace(/\/\/[^/]*@/, '//'),
	};
}

function readUser(block: FieldReader): Omit<UserBlock, keyof Block> {
	const isBasic = block.has('username') || block.has('password');
	return {
		clientCertificate: block.certificates('client-certificate'),
		clientKey: readKey(block),
		token: block.has('token') ? readToken(block.text('token')) : null,
		tokenFile: block.path('tokenFile'),
		basicAuth: isBasic ? { username: block.text('username') } : null,
		exec: readExec(block.nested('exec')),
		authProvider: block.nested('auth-provider')?.text('name') ?? '',
	};
}

function readKey(block: FieldReader): UserBlock['clientKey'] {
	if (block.has('client-key-data')) return { kind: 'inline' };
	return block.has('client-key') ? { kind: 'file', path: block.path('client-key') } : { kind: 'none' };
}

function readExec(exec: FieldReader | null): ExecBlock | null {
	if (exec === null) return null;
	return {
		apiVersion: exec.text('apiVersion'),
		// Some write a whole shell line here.
		command: redact(exec.text('command')),
		argumentCount: exec.count('args'),
		envNames: exec.names('env'),
	};
}

function readContext(block: FieldReader): Omit<ContextBlock, keyof Block> {
	return { cluster: block.text('cluster'), user: block.text('user'), namespace: block.text('namespace') };
}
