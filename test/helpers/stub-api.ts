import { ApiError } from '../../src/lib/api-error.ts';
import type { KubernetesApi, ListOptions } from '../../src/providers/kubernetes/api.ts';

/** What an API answers, by path: the items of a list, the object of a get or post, or why not. */
export type Answers = Record<string, unknown>;

export interface StubApi extends KubernetesApi {
	/** Every question, as `list /path` with what it asked for. */
	asked: [string, (ListOptions | unknown)?][];
}

/** The 403 of an API server. */
export const no = (what: string) => new ApiError('forbidden', 403, `HTTP 403: ${what} is forbidden`);

/** An API that needs no server: a path without an answer is an empty list, or not found. */
export function stubApi(answers: Answers): StubApi {
	const asked: StubApi['asked'] = [];
	const answer = (path: string, otherwise: unknown) => {
		const found = path in answers ? answers[path] : otherwise;
		if (found instanceof Error) throw found;
		return found;
	};
	return {
		asked,
		list: async (path, parse, options) => {
			asked.push([`list ${path}`, options]);
			const items = answer(path, []) as unknown[]; // a case gives lists for lists
			return items.map(parse).filter(parsed => parsed !== null);
		},
		get: async path => {
			asked.push([`get ${path}`]);
			return answer(path, new ApiError('partial', 404, 'HTTP 404'));
		},
		post: async (path, body) => {
			asked.push([`post ${path}`, body]);
			return answer(path, {});
		},
	};
}
