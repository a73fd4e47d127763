import type { Answer } from './wire.ts';

/** What a Status says of the object that it is about. */
interface StatusDetails {
	name?: string;
	group?: string;
	kind?: string;
	uid?: string;
	causes?: Cause[];
}

/** A field that is not as it has to be. */
export interface Cause {
	reason: 'FieldValueInvalid' | 'FieldValueNotSupported' | 'FieldValueRequired';
	message: string;
	field: string;
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
	const message = `${qualified(group, resource)} "${name}" not found`;
	return failure(404, 'NotFound', message, detailsOf(group, resource, name));
}

/** 405 of a resource that is read only, or of a list where one object is meant. */
export function methodNotAllowed(): Answer {
	const message = 'the server does not allow this method on the requested resource';
	return failure(405, 'MethodNotAllowed', message, {});
}

/** 406. */
export function notAcceptable(): Answer {
	return failure(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
}

/** 415 of a body. */
export function unsupportedMediaType(): Answer {
	const accepted = 'accepted media types include: application/json';
	const message = `the body of the request was in an unknown format - ${accepted}`;
	return failure(415, 'UnsupportedMediaType', message);
}

/** 415 of a patch, whose kinds the router tells apart. */
export function unsupportedPatch(): Answer {
	return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** 409 of a name that is taken. */
export function alreadyExists(group: string, resource: string, name: string): Answer {
	const message = `${qualified(group, resource)} "${name}" already exists`;
	return failure(409, 'AlreadyExists', message, detailsOf(group, resource, name));
}

/** 409 of an object that is another one by now; `kind` is the plural, or the kind itself where the real server takes that. */
export function conflict(group: string, kind: string, name: string, why: string): Answer {
	const message = `Operation cannot be fulfilled on ${qualified(group, kind)} "${name}": ${why}`;
	return failure(409, 'Conflict', message, detailsOf(group, kind, name));
}

/** 422 of an object whose fields are not as they have to be. */
export function invalid(group: string, kind: string, name: string, causes: Cause[]): Answer {
	const said = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))];
	const list = said.length === 1 ? said.join() : `[${said.join(', ')}]`;
	const details = { ...detailsOf(group, kind, name), causes };
	return failure(422, 'Invalid', `${qualified(group, kind)} "${name}" is invalid: ${list}`, details);
}

/** 422 of a patch that cannot be done; which step it was is told to nobody. */
export function patchRefused(): Answer {
	return failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

/** 200 of an object that is gone. */
export function deleted(
	group: string,
	resource: string,
	{ name, uid }: { name: string; uid: string },
): Answer {
	const details = { ...detailsOf(group, resource, name), uid };
	return {
		code: 200,
		body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
	};
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
		detailsOf(group, resource, name),
	);
}

/** 403 of somebody who would give away more than they have. */
export function escalating(group: string, resource: string, name: string, why: string): Answer {
	const message = `${qualified(group, resource)} ${JSON.stringify(name)} is forbidden: ${why}`;
	return failure(403, 'Forbidden', message, detailsOf(group, resource, name));
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

function detailsOf(group: string, kind: string, name: string): StatusDetails {
	return {
		...(name === '' ? {} : { name }),
		...(group === '' ? {} : { group }),
		...(kind === '' ? {} : { kind }),
	};
}

function qualified(group: string, resource: string): string {
	return group === '' ? resource : `${resource}.${group}`;
}
