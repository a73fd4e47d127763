import { denial } from './authorize.ts';
import type { DemoCluster } from './cluster.ts';
import { createObject } from './create-object.ts';
import { deleteObject } from './delete-object.ts';
import { takeHiccup } from './hiccups.ts';
import { type Judgement, refuse } from './judgement.ts';
import { negotiate } from './negotiate.ts';
import { patchObject } from './patch-object.ts';
import type { Hiccup, WriteHiccup } from './seeds/seed.ts';
import {
	etcdTimeout,
	methodNotAllowed,
	notAcceptable,
	tooManyRequests,
	unsupportedMediaType,
	unsupportedPatch,
} from './status.ts';
import {
	type Answer,
	type ApiRequest,
	isWritable,
	type Objects,
	type Target,
	type UserInfo,
	writeVerbs,
} from './wire.ts';
import { readOptions, type WriteOptions } from './write-options.ts';

/** Somebody's request to change something, as far as its path and query tell. */
interface Asked {
	cluster: DemoCluster;
	user: UserInfo;
	target: Target & { resource: keyof Objects };
	verb: string;
	request: ApiRequest;
	options: WriteOptions | Answer;
}

const VERBS: Record<string, string> = { POST: 'create', PATCH: 'patch', PUT: 'update', DELETE: 'delete' };

const judges = { create: createObject, patch: patchObject, delete: deleteObject };

/** Whether a trouble comes after the write is done. */
const STORES = {
	too_many_requests: false,
	etcd_timeout: false,
	etcd_timeout_stored: true,
	reset: false,
	reset_stored: true,
	slow: true,
} as const satisfies Record<WriteHiccup['answer'], boolean>;

/** Whether a method changes something. */
export function isWrite(method: string): boolean {
	return Object.hasOwn(VERBS, method);
}

/** Answers a write, carries it out, and writes down both. */
export function write(
	cluster: DemoCluster,
	user: UserInfo,
	target: Target & { resource: keyof Objects },
	request: ApiRequest,
): Answer {
	const { method, url, body } = request;
	const [path = '', query = ''] = url.split(/\?(.*)/s);
	const verb = method === 'DELETE' && target.name === '' ? 'deletecollection' : (VERBS[method] ?? '');
	const options = isJudged(verb) ? readOptions(verb, new URLSearchParams(query), body) : methodNotAllowed();
	const dryRun = 'isDryRun' in options && options.isDryRun;
	const judgement = judge({ cluster, user, target, verb, request, options });
	const isToStore = judgement.store !== null && !dryRun;
	const { answer, isStored } = isToStore
		? carryOut(cluster, target.resource, judgement)
		: { answer: judgement.answer, isStored: false };
	cluster.writes.push({ method, path, dryRun, user: user.username, code: answer.code, isStored });
	return answer;
}

function isJudged(verb: string): verb is keyof typeof judges {
	return Object.hasOwn(judges, verb);
}

/** In the order of the real server, so that who is to be refused for two reasons hears the same one. */
function judge({ cluster, user, target, verb, request, options }: Asked): Judgement {
	const denied = denial(cluster.objects, user, verb, target);
	if (denied !== null) return refuse(denied);
	const { resource, name } = target;
	const verbs: readonly string[] = isWritable(resource) ? writeVerbs[resource] : [];
	const isOne = (name === '') === (verb === 'create');
	if (!isWritable(resource) || !isJudged(verb) || !verbs.includes(verb) || !isOne)
		return refuse(methodNotAllowed());
	const { body, contentType, accept } = request;
	const unreadable = wrongMediaType(verb, contentType, body);
	if (unreadable !== null) return refuse(unreadable);
	const form = negotiate(accept, false);
	if (form === null) return refuse(notAcceptable());
	if ('code' in options) return refuse(options);
	return judges[verb]({ cluster, user, target: { ...target, resource }, body, options, form });
}

function wrongMediaType(verb: string, contentType: string | undefined, body: string): Answer | null {
	// A parameter, as `charset`, changes nothing.
	const [type = ''] = (contentType ?? '').split(';').map(part => part.trim());
	if (verb === 'patch') return type === 'application/json-patch+json' ? null : unsupportedPatch();
	return body === '' || ['', 'application/json'].includes(type) ? null : unsupportedMediaType();
}

function carryOut(cluster: DemoCluster, resource: string, { answer, store }: Judgement) {
	const isMeant = (hiccup: Hiccup): hiccup is WriteHiccup => hiccup.on === 'write';
	const hiccup = takeHiccup(cluster, resource, isMeant);
	const isStored = hiccup === undefined || STORES[hiccup.answer];
	if (isStored) store?.();
	return { answer: hiccup === undefined ? answer : troubled(answer, hiccup), isStored };
}

function troubled(answer: Answer, { answer: trouble, ms = 1000 }: WriteHiccup): Answer {
	switch (trouble) {
		case 'too_many_requests':
			return tooManyRequests();
		case 'etcd_timeout':
		case 'etcd_timeout_stored':
			return etcdTimeout();
		case 'reset':
		case 'reset_stored':
			return { code: 0, body: '' };
		case 'slow':
			return { ...answer, delayMs: ms };
		default:
			return trouble satisfies never;
	}
}
