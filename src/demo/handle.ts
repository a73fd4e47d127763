import { type Attributes, authorize, denial } from './authorize.ts';
import type { DemoCluster } from './cluster.ts';
import { discovery } from './discovery.ts';
import { list } from './list.ts';
import { negotiate, present } from './negotiate.ts';
import { isObject, parseJson } from './parse-json.ts';
import { reviews } from './reviews.ts';
import { badRequest, forbiddenPath, noSuchPath, notAcceptable, notFound } from './status.ts';
import { findObject } from './store.ts';
import { type Answer, type ApiRequest, type Objects, resources, type Target, type UserInfo } from './wire.ts';
import { isWrite, write } from './write.ts';

/** Answers somebody who has signed in. */
export function handle(cluster: DemoCluster, user: UserInfo, request: ApiRequest): Answer {
	// Not `new URL`: it reads `//host/version` as another server, and throws on what nobody should send.
	const [, pathname = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(request.url) ?? [];
	const { method } = request;
	if (method === 'GET' && pathname === '/version') return version(cluster, user);
	const known = method === 'GET' ? discovery(pathname) : null;
	if (known !== null) return discovered(cluster, user, pathname, known);
	const target = parsePath(pathname);
	if (target === null) return noSuchPath();
	const { resource } = target;
	if (method === 'POST' && target.name === '' && Object.hasOwn(reviews, resource))
		return review(cluster, user, target, request.body);
	if (!isResource(resource) || resources[resource].group !== target.group) return noSuchPath();
	if (target.namespace !== '' && !resources[resource].isNamespaced) return noSuchPath();
	if (isWrite(method)) return write(cluster, user, { ...target, resource }, request);
	if (method !== 'GET') return noSuchPath();
	const verb = target.name === '' ? 'list' : 'get';
	const denied = denial(cluster.objects, user, verb, target);
	if (denied !== null) return denied;
	const form = negotiate(request.accept, verb === 'list');
	if (form === null) return notAcceptable();
	if (verb === 'list') {
		return list(cluster, { resource, namespace: target.namespace, query: new URLSearchParams(query), form });
	}
	const found = findObject(cluster, { ...target, resource });
	if (found === undefined) return notFound(target.group, resource, target.name);
	return { code: 200, body: present(resource, found, form) };
}

function discovered(cluster: DemoCluster, user: UserInfo, path: string, body: object): Answer {
	const wanted: Attributes = { kind: 'path', verb: 'get', path };
	return authorize(cluster.objects, user, wanted) === null
		? forbiddenPath(user.username, 'get', path)
		: { code: 200, body };
}

function review(cluster: DemoCluster, user: UserInfo, target: Target, body: string): Answer {
	const known = reviews[target.resource];
	if (known === undefined || known.group !== target.group || target.namespace !== '') return noSuchPath();
	const denied = denial(cluster.objects, user, 'create', target);
	if (denied !== null) return denied;
	const asked = parseJson(body);
	const spec = isObject(asked) ? (asked.spec ?? {}) : undefined;
	if (!isObject(spec)) return badRequest('the body of the request is not a JSON object');
	return known.review(cluster, user, spec);
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
