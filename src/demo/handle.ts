import { type Attributes, authorize } from './authorize.ts';
import type { DemoCluster } from './cluster.ts';
import { discovery } from './discovery.ts';
import { list, toPartial } from './list.ts';
import { negotiate } from './negotiate.ts';
import { reviews } from './reviews.ts';
import { badRequest, failure, forbidden, forbiddenPath, noSuchPath, notFound } from './status.ts';
import { type Answer, apiVersionOf, type Objects, resources, type UserInfo } from './wire.ts';

/** A request, as far as an answer depends on it. */
interface ApiRequest {
	method: string;
	/** Path and query. */
	url: string;
	accept: string | undefined;
	body: string;
}

/** What a path names. */
interface Target {
	group: string;
	namespace: string;
	resource: string;
	name: string;
}

/** Answers somebody who has signed in. */
export function handle(cluster: DemoCluster, user: UserInfo, request: ApiRequest): Answer {
	// Not `new URL`: it reads `//host/version` as another server, and throws on what nobody should send.
	const [, pathname = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(request.url) ?? [];
	if (request.method === 'GET' && pathname === '/version') return version(cluster, user);
	const known = request.method === 'GET' ? discovery(pathname) : null;
	if (known !== null) return discovered(cluster, user, pathname, known);
	const target = parsePath(pathname);
	if (target === null) return noSuchPath();
	if (request.method === 'POST' && target.name === '') return review(cluster, user, target, request.body);
	const { resource } = target;
	if (request.method !== 'GET' || !isResource(resource)) return noSuchPath();
	if (resources[resource].group !== target.group) return noSuchPath();
	if (target.namespace !== '' && !resources[resource].isNamespaced) return noSuchPath();
	const verb = target.name === '' ? 'list' : 'get';
	const denied = denial(cluster, user, verb, target);
	if (denied !== null) return denied;
	const form = negotiate(request.accept, verb === 'list');
	if (form === null) {
		const message = 'only the following media types are accepted: application/json';
		return failure(406, 'NotAcceptable', message);
	}
	if (verb === 'list') {
		return list(cluster, { resource, namespace: target.namespace, query: new URLSearchParams(query), form });
	}
	const found = find(cluster, resource, target);
	if (found === undefined) return notFound(target.group, resource, target.name);
	const typed = { kind: resources[resource].kind, apiVersion: apiVersionOf(resource), ...found };
	return { code: 200, body: form === 'full' ? typed : toPartial(found) };
}

function discovered(cluster: DemoCluster, user: UserInfo, path: string, body: object): Answer {
	const wanted: Attributes = { kind: 'path', verb: 'get', path };
	return authorize(cluster.objects, user, wanted) === null
		? forbiddenPath(user.username, 'get', path)
		: { code: 200, body };
}

function find(cluster: DemoCluster, resource: keyof Objects, target: Target) {
	return cluster.objects[resource].find(
		({ metadata }) => metadata.name === target.name && (metadata.namespace ?? '') === target.namespace,
	);
}

function review(cluster: DemoCluster, user: UserInfo, target: Target, body: string): Answer {
	const known = Object.hasOwn(reviews, target.resource) ? reviews[target.resource] : undefined;
	if (known === undefined || known.group !== target.group || target.namespace !== '') return noSuchPath();
	const denied = denial(cluster, user, 'create', target);
	if (denied !== null) return denied;
	const asked = parseObject(body);
	if (asked === null) return badRequest('the body of the request is not a JSON object');
	return known.review(cluster, user, asked.spec ?? {});
}

function denial(cluster: DemoCluster, user: UserInfo, verb: string, target: Target): Answer | null {
	const wanted: Attributes = { kind: 'resource', verb, ...target };
	if (authorize(cluster.objects, user, wanted) !== null) return null;
	return forbidden(user.username, verb, target);
}

function isResource(name: string): name is keyof Objects {
	return Object.hasOwn(resources, name);
}

/** `/api/v1/…` or `/apis/<group>/v1/…`, then `[namespaces/<namespace>/]<resource>[/<name>]`. */
function parsePath(path: string): Target | null {
	const [, root = '', ...rest] = path.split('/').map(decode);
	const group = root === 'apis' ? rest.shift() : root === 'api' ? '' : undefined;
	if (group === undefined || rest.shift() !== 'v1' || rest.includes('')) return null;
	const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
	const namespace = isNamespaced ? (rest[1] ?? '') : '';
	const [resource = '', name = '', ...tooMuch] = isNamespaced ? rest.slice(2) : rest;
	return resource === '' || tooMuch.length > 0 ? null : { group, namespace, resource, name };
}

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		// No object has such a name: the path as it stands leads to a 404.
		return part;
	}
}

function parseObject(text: string): { spec?: object } | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? value : null;
	} catch {
		return null;
	}
}

/** The parts of an answer of `/version` that a version number does not tell. */
const BUILD = {
	gitCommit: '0000000000000000000000000000000000000000',
	gitTreeState: 'clean',
	buildDate: '2025-01-01T00:00:00Z',
	goVersion: 'go1.24.6',
	compiler: 'gc',
	platform: 'linux/amd64',
};

function version(cluster: DemoCluster, user: UserInfo): Answer {
	const wanted: Attributes = { kind: 'path', verb: 'get', path: '/version' };
	if (authorize(cluster.objects, user, wanted) === null) {
		return forbiddenPath(user.username, 'get', '/version');
	}
	const { gitVersion } = cluster.seed;
	const [major = '', minor = ''] = gitVersion.slice(1).split('.');
	// Emulated versions are told since 1.33.
	const emulation = {
		emulationMajor: major,
		emulationMinor: minor,
		minCompatibilityMajor: major,
		minCompatibilityMinor: String(Number(minor) - 1),
	};
	const emulated = Number(minor) < 33 ? {} : emulation;
	return { code: 200, body: { major, minor, ...emulated, gitVersion, ...BUILD } };
}
