import {
	type ClusterBlock,
	type Kubeconfig,
	MAX_KUBECONFIG_BYTES,
	parseKubeconfig,
} from '../../lib/kubeconfig.ts';
import { loadCertificates } from '../../lib/kubeconfig-problems.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { byCodeUnit, oneLine } from '../../lib/text.ts';
import { sha256 } from '../../lib/x509.ts';
import type { CertificateAuthority, Connection, Credential, Gap, Location } from '../../model/facts.ts';
import { readSmallFile } from '../read-file.ts';
import { type UserFacts, userCredentials } from './credentials.ts';

/** What one kubeconfig file says, by the cluster that it says it of. */
export interface FileFacts {
	/** As given. */
	path: string;
	endpoints: FileEndpoint[];
	/** Why nothing of the file could be read; null when it was. */
	error: ScanError | null;
}

/** One cluster block with every credential that a context takes there. */
export interface FileEndpoint {
	/** Stands for the cluster as long as no live one is found for it: `file:<sha256>`. */
	uid: string;
	/** Host and path of the server; the file's path for users that no context takes anywhere. */
	name: string;
	/** Normalised; empty where the file gives none. */
	server: string;
	certificateAuthorities: CertificateAuthority[];
	/** `file#context`. */
	contexts: string[];
	credentials: Credential[];
	connections: Connection[];
	gaps: Gap[];
}

/** Reads one kubeconfig file; whatever is wrong with it is in the answer. */
export function readKubeconfigFile(path: string): FileFacts {
	try {
		const { text, mode, ownerUid } = readSmallFile(path, MAX_KUBECONFIG_BYTES);
		const place: Place = { path, mode, ownerUid };
		return { path, endpoints: endpointsOf(parseKubeconfig(path, text), place), error: null };
	} catch (error) {
		if (error instanceof ScanError) return { path, endpoints: [], error };
		throw error;
	}
}

type Place = Pick<Location, 'path' | 'mode' | 'ownerUid'>;

function endpointsOf(kubeconfig: Kubeconfig, place: Place): FileEndpoint[] {
	const users = usersOf(kubeconfig, place);
	const reached = new Set<string>();
	const endpoints = uniqueNames(kubeconfig.clusters).map(([cluster, occurrence]) => {
		// kubectl refuses a name given twice; other clients take the first.
		const contexts = kubeconfig.contexts.filter(c => occurrence === 0 && c.cluster === cluster.name);
		const names = new Set(contexts.map(context => context.user));
		for (const name of names) reached.add(name);
		const held = users.filter(user => names.has(user.name));
		const dangling = contexts.filter(c => !users.some(user => user.name === c.user));
		const gaps = dangling.map(c => danglingGap(place.path, c.line, 'user'));
		const endpoint = clusterEndpoint(cluster, occurrence, place);
		return {
			...endpoint,
			contexts: contexts.map(context => `${place.path}#${context.name}`),
			credentials: held.flatMap(user => user.credentials),
			gaps: [...endpoint.gaps, ...gaps, ...held.flatMap(user => user.gaps)],
		};
	});
	const stray = strayEndpoint(
		kubeconfig,
		users.filter(user => !reached.has(user.name)),
		place,
	);
	return stray === null ? endpoints : [...endpoints, stray];
}

function usersOf(kubeconfig: Kubeconfig, place: Place): (UserFacts & { name: string })[] {
	return uniqueNames(kubeconfig.users).map(([user, occurrence]) => ({
		name: user.name,
		...userCredentials({
			user,
			occurrence,
			location: location(place, user.line, user.name),
			readText: path => readSmallFile(path).text,
			locate: path => locate(path, user.name),
			gap: (line, message, subject) => partial(place.path, line, message, subject),
		}),
	}));
}

/** Each block with how many of its name came before. */
function uniqueNames<T extends { name: string }>(blocks: T[]): [T, number][] {
	const seen = new Map<string, number>();
	return blocks.map(block => {
		const count = seen.get(block.name) ?? 0;
		seen.set(block.name, count + 1);
		return [block, count];
	});
}

function clusterEndpoint(cluster: ClusterBlock, occurrence: number, place: Place) {
	const { server, line, name } = cluster;
	const parts = [place.path, name, 'connection', ...(occurrence === 0 ? [] : [occurrence])];
	const uid = `kubeconfig:${sha256(JSON.stringify(parts))}`;
	const ca = loadCertificates(
		cluster.certificateAuthority,
		'certificate-authority',
		path => readSmallFile(path).text,
	);
	const certificateAuthorities =
		ca.kind === 'read'
			? ca.certificates.map(({ sha256, subject, notAfter }) => ({ sha256, subject, notAfter }))
			: [];
	const gaps: Gap[] = [];
	if (ca.kind === 'failed') gaps.push(partial(place.path, line, ca.message, uid));
	if (server === '') gaps.push(partial(place.path, line, 'server is missing or no http(s) URL', uid));
	const connection: Connection = {
		uid,
		name,
		server,
		verification: verificationOf(cluster),
		location: location(place, line, name),
	};
	return {
		uid: clusterUid(server, certificateAuthorities, `${place.path}#${name}`),
		name: server === '' ? place.path : server.replace(/^https?:\/\//, ''),
		server,
		certificateAuthorities,
		connections: server === '' ? [] : [connection],
		gaps,
	};
}

function verificationOf(cluster: ClusterBlock): Connection['verification'] {
	if (cluster.server.startsWith('http:')) return 'plain_http';
	if (cluster.isVerificationSkipped) return 'skipped';
	// One that cannot be read verifies nothing, but lets nothing through either.
	return cluster.certificateAuthority.kind === 'none' ? 'system_roots' : 'verified';
}

/** Users that no context leads anywhere: what they hold may still work. */
function strayEndpoint(
	{ contexts, clusters }: Kubeconfig,
	users: UserFacts[],
	{ path }: Place,
): FileEndpoint | null {
	const dangling = contexts.filter(context => !clusters.some(({ name }) => name === context.cluster));
	if (users.length === 0 && dangling.length === 0) return null;
	return {
		uid: clusterUid('', [], path),
		name: path,
		server: '',
		certificateAuthorities: [],
		contexts: [],
		credentials: users.flatMap(user => user.credentials),
		connections: [],
		gaps: [
			...dangling.map(context => danglingGap(path, context.line, 'cluster')),
			...users.flatMap(user => user.gaps),
		],
	};
}

/**
 * One cluster under several addresses has one CA; clusters behind one proxy share CA and address, and
 * differ in the path alone.
 */
function clusterUid(server: string, authorities: CertificateAuthority[], fallback: string): string {
	const hashes = authorities.map(ca => ca.sha256).sort(byCodeUnit);
	const path = server === '' ? '' : new URL(server).pathname;
	const origin = server === '' ? fallback : new URL(server).origin;
	return `file:${sha256(JSON.stringify(hashes.length > 0 ? [hashes, path] : [origin, path]))}`;
}

function location(place: Place, line: number, name: string): Location {
	return { origin: 'kubeconfig', ...place, line, namespace: '', name };
}

function locate(path: string, name: string): Location | null {
	try {
		const { mode, ownerUid } = readSmallFile(path);
		return location({ path, mode, ownerUid }, 1, name);
	} catch {
		return null; // the caller makes it a gap
	}
}

function danglingGap(path: string, line: number, what: 'cluster' | 'user'): Gap {
	return partial(path, line, `the context names a ${what} that the file lacks`, '');
}

function partial(path: string, line: number, message: string, subject: string): Gap {
	const where = `${oneLine(path)}:${line}`;
	return { source: 'kubeconfig', code: 'partial', message: `${where}: ${message}`, permission: '', subject };
}
