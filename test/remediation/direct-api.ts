import type { DemoCluster } from '../../src/demo/cluster.ts';
import { handle } from '../../src/demo/handle.ts';
import type { UserInfo } from '../../src/demo/wire.ts';
import { ApiError } from '../../src/lib/api-error.ts';
import type { KubernetesWriter } from '../../src/providers/kubernetes/api.ts';

const PARTIAL = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** An API server without a wire between, so that thousands of runs take seconds. @param before runs before each request. */
export function directApi(
	cluster: DemoCluster,
	user: UserInfo,
	before: (call: string) => void = () => undefined,
): KubernetesWriter {
	const ask = async (
		method: string,
		url: string,
		body?: unknown,
		accept?: string,
		contentType = 'application/json',
	) => {
		before(`${method} ${url}`);
		const text = body === undefined ? '' : JSON.stringify(body);
		const answer = handle(cluster, user, { method, url, accept, contentType, body: text });
		const said = answer.body as { message?: string };
		if (answer.code < 300) return JSON.parse(JSON.stringify(answer.body)) as unknown;
		throw new ApiError(answer.code === 403 ? 'forbidden' : 'partial', answer.code, said.message ?? '');
	};
	return {
		get: path => ask('GET', path),
		getMetadata: path => ask('GET', path, undefined, PARTIAL),
		post: (path, body) => ask('POST', path, body),
		list: async (path, parse) => {
			const { items } = (await ask('GET', path)) as { items: unknown[] };
			return items.map(parse).filter(each => each !== null);
		},
		write: ({ method, path, body, contentType, isDryRun, metadataOnly }) =>
			ask(
				method,
				isDryRun ? `${path}?dryRun=All` : path,
				isDryRun && method === 'DELETE' ? { ...(body as object), dryRun: ['All'] } : body,
				metadataOnly ? PARTIAL : undefined,
				contentType,
			),
	};
}

/** Somebody who may do everything. */
export const ADMIN: UserInfo = {
	username: 'applier',
	groups: ['system:masters', 'system:authenticated'],
	extra: {},
};
