import type { DemoCluster } from './cluster.ts';
import { takeHiccup } from './hiccups.ts';
import { keyOf } from './meta.ts';
import { type Form, toPartial } from './negotiate.ts';
import type { Hiccup, ListHiccup } from './seeds/seed.ts';
import { badRequest, etcdTimeout, expired, tooManyRequests } from './status.ts';
import { type Answer, type ApiObject, apiVersionOf, type Objects, resources } from './wire.ts';

/** Which list is asked for; an empty namespace means all. */
interface ListRequest {
	resource: keyof Objects;
	namespace: string;
	query: URLSearchParams;
	form: Form;
}

/** A page of a list, or why there is none. */
export function list(cluster: DemoCluster, request: ListRequest): Answer {
	const { query, namespace } = request;
	const unserved = ['labelSelector', 'watch', 'resourceVersionMatch'].find(name => query.get(name));
	if (unserved !== undefined) return badRequest(`${unserved} is not served by this demo`);
	const isSelected = parseFieldSelector(query.get('fieldSelector') ?? '', request.resource);
	if (typeof isSelected === 'string') return badRequest(isSelected);
	const position = decodeContinue(query.get('continue') ?? '');
	if (typeof position === 'string') return badRequest(position);
	const on = query.get('continue') ? 'next_page' : 'first_page';
	const isMeant = (hiccup: Hiccup): hiccup is ListHiccup => hiccup.on === on;
	const hiccup = takeHiccup(cluster, request.resource, isMeant)?.answer;
	if (hiccup === 'too_many_requests') return tooManyRequests();
	if (hiccup === 'etcd_timeout') return etcdTimeout();
	// -1 is what a token says that goes on at the newest revision.
	const isCompacted = position.rv > 0 && position.rv < cluster.revision;
	if (hiccup === 'expired' || isCompacted) return expired(encodeContinue(-1, position.start));
	const all: ApiObject[] = cluster.objects[request.resource];
	const inScope = all.filter(item => namespace === '' || item.metadata.namespace === namespace);
	return page(cluster, request, inScope.filter(isSelected), position.start);
}

function page(cluster: DemoCluster, request: ListRequest, items: ApiObject[], start: string): Answer {
	const relativeKey = (item: ApiObject) => (request.namespace === '' ? keyOf(item) : item.metadata.name);
	const left = items.filter(item => relativeKey(item) >= start);
	const limit = Number(request.query.get('limit') ?? 0);
	const size = limit > 0 ? Math.min(limit, cluster.seed.pageSize) : left.length;
	const shown = left.slice(0, size);
	const last = shown.at(-1);
	const hasMore = last !== undefined && left.length > size;
	// With a selector the server cannot know how many remain, and says nothing.
	const isCounted = hasMore && !request.query.get('fieldSelector');
	const metadata = {
		resourceVersion: String(cluster.revision),
		...(hasMore ? { continue: encodeContinue(cluster.revision, `${relativeKey(last)}\0`) } : {}),
		...(isCounted ? { remainingItemCount: left.length - size } : {}),
	};
	if (request.form === 'full') {
		const kind = `${resources[request.resource].kind}List`;
		const body = { kind, apiVersion: apiVersionOf(request.resource), metadata, items: shown };
		return { code: 200, body };
	}
	const kind = 'PartialObjectMetadataList';
	const body = { kind, apiVersion: 'meta.k8s.io/v1', metadata, items: shown.map(toPartial) };
	return { code: 200, body };
}

/** The token's shape is Kubernetes' own (apiserver, pkg/storage/continue.go), and as opaque to clients. */
function encodeContinue(rv: number, start: string): string {
	return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url');
}

function decodeContinue(token: string): { rv: number; start: string } | string {
	if (token === '') return { rv: 0, start: '' };
	try {
		const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString());
		if (v === 'meta.k8s.io/v1' && Number.isInteger(rv) && rv !== 0 && typeof start === 'string' && start) {
			return { rv, start };
		}
		return 'continue key is not valid';
	} catch {
		// Base64 of anything that is no JSON object; what it was is the client's business.
		return 'continue key is not valid';
	}
}

function parseFieldSelector(
	selector: string,
	resource: keyof Objects,
): ((item: ApiObject) => boolean) | string {
	const terms = selector === '' ? [] : selector.split(',').map(term => /^(.*?)(!=|==|=)(.*)$/.exec(term));
	const tests: ((item: ApiObject) => boolean)[] = [];
	for (const term of terms) {
		const [, field = '', operator = '', value = ''] = term ?? [];
		const read = fieldReaders.get(field);
		if (read === undefined || (field === 'type' && resource !== 'secrets')) {
			return `field label not supported: ${field}`;
		}
		tests.push(item => (read(item) === value) === (operator !== '!='));
	}
	return item => tests.every(test => test(item));
}

const fieldReaders = new Map<string, (item: ApiObject) => unknown>([
	['metadata.name', item => item.metadata.name],
	['metadata.namespace', item => item.metadata.namespace ?? ''],
	['type', item => item.type],
]);
