import type { Answer } from './wire.ts';

/** What a Status says of the object that it is about. */
interface StatusDetails {
	name?: string;
	group?: string;
	kind?: string;
}

/** An error as the API server words it: a `Status` object. */
export function failure(code: number, reason: string, message: string, details?: StatusDetails): Answer {
	return {
		code,
		body: {
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message,
			...(reason === '' ? {} : { reason }),
			...(details === undefined ? {} : { details }),
			code,
		},
	};
}

/** 401, whatever was wrong with the credential. */
export function unauthorized(): Answer {
	return failure(401, 'Unauthorized', 'Unauthorized');
}

/** 400. */
export function badRequest(message: string): Answer {
	return failure(400, 'BadRequest', message);
}

/** 404 of a path that no handler has: plain text. */
export function noSuchPath(): Answer {
	return { code: 404, body: '404 page not found\n' };
}

/** 404 of an object. */
export function notFound(group: string, resource: string, name: string): Answer {
	const details = { name, ...(group === '' ? {} : { group }), kind: resource };
	return failure(404, 'NotFound', `${qualified(group, resource)} "${name}" not found`, details);
}

/** 403 with the words that tell which permission is missing. */
export function forbidden(
	username: string,
	verb: string,
	target: { group: string; resource: string; namespace: string; name: string },
): Answer {
	const { group, resource, namespace, name } = target;
	const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
	const subject = `${qualified(group, resource)}${name === '' ? '' : ` ${JSON.stringify(name)}`}`;
	const user = JSON.stringify(username);
	return failure(
		403,
		'Forbidden',
		`${subject} is forbidden: User ${user} cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
		{ ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource },
	);
}

/** 403 of a path that is no resource. */
export function forbiddenPath(username: string, verb: string, path: string): Answer {
	const said = `User ${JSON.stringify(username)} cannot ${verb} path ${JSON.stringify(path)}`;
	return failure(403, 'Forbidden', `forbidden: ${said}`, {});
}

/** 410 of a continue token whose revision is gone; `token` goes on at the newest one. */
export function expired(token: string): Answer {
	const message =
		'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
	const answer = failure(410, 'Expired', message);
	return { ...answer, body: { ...(answer.body as object), metadata: { continue: token } } };
}

/** 429 of API priority and fairness: plain text. */
export function tooManyRequests(): Answer {
	return {
		code: 429,
		body: 'Too many requests, please try again later.\n',
		headers: { 'Retry-After': '1' },
	};
}

/** 500 as an overloaded etcd causes it. */
export function etcdTimeout(): Answer {
	return failure(500, '', 'etcdserver: request timed out');
}

function qualified(group: string, resource: string): string {
	return group === '' ? resource : `${resource}.${group}`;
}
