import { toGap } from '../../../src/lib/api-error.ts';
import { classify, isTransient, toApiError } from '../../../src/providers/alibaba/failure.ts';
import { assert, describe } from '../../helpers/describe.ts';

const SECRET = 'kX9fQ2mT7vB4nL8sD1gH6jK3pR5wYz';
const REQUEST = '00000000-0000-0000-0000-000000000001';

/** As the SDKs throw it. */
function thrown(fields: Record<string, unknown>): Error {
	return Object.assign(new Error(`code: ${SECRET} ${JSON.stringify({ AccessKeySecret: SECRET })}`), fields);
}

const service = (status: number, code: string, more: object = {}) =>
	thrown({
		name: status >= 500 ? 'ServerError' : 'ClientError',
		statusCode: status,
		code,
		requestId: REQUEST,
		data: { Code: code, Message: SECRET },
		description: SECRET,
		detail: 'undefined',
		...more,
	});

const ACTION = 'cs:DescribeClustersV1';
const gapOf = (error: unknown) => toGap('cloud', ACTION, toApiError(ACTION, classify(error)));
const gap = (code: string, message: string, permission = '') => ({
	source: 'cloud',
	code,
	message,
	permission,
	subject: '',
});

const FORMS: [
	title: string,
	error: unknown,
	kind: string,
	isTransient: boolean,
	gap: ReturnType<typeof gap>,
][] = [
	[
		'throttled, by name',
		thrown({ name: 'ThrottlingError', statusCode: 400, code: 'Throttling.User', requestId: REQUEST }),
		'throttled',
		true,
		gap('throttled', `${ACTION} was throttled (Throttling.User, request ${REQUEST})`),
	],
	[
		'throttled, as the log service says it',
		thrown({ statusCode: 403, code: 'ReadQuotaExceed', data: { requestId: REQUEST } }),
		'throttled',
		true,
		gap('throttled', `${ACTION} was throttled (ReadQuotaExceed, request ${REQUEST})`),
	],
	[
		'forbidden, as the log service says it',
		thrown({ statusCode: 401, code: 'Unauthorized', data: { requestId: REQUEST } }),
		'forbidden',
		false,
		gap(
			'forbidden',
			`${ACTION} is not allowed (Unauthorized, request ${REQUEST}); grant "${ACTION}" to read it`,
			ACTION,
		),
	],
	[
		'throttled, by a server error',
		service(503, 'Throttling.ConcurrentLimitExceeded'),
		'throttled',
		true,
		gap('throttled', `${ACTION} was throttled (Throttling.ConcurrentLimitExceeded, request ${REQUEST})`),
	],
	[
		'forbidden, naming the action',
		service(403, 'NoPermission', { accessDeniedDetail: { AuthAction: 'ram:ListUsers' } }),
		'forbidden',
		false,
		gap(
			'forbidden',
			`${ACTION} is not allowed (NoPermission, request ${REQUEST}); grant "ram:ListUsers" to read it`,
			'ram:ListUsers',
		),
	],
	[
		'forbidden, naming none',
		service(403, 'ErrorCheckAcl'),
		'forbidden',
		false,
		gap(
			'forbidden',
			`${ACTION} is not allowed (ErrorCheckAcl, request ${REQUEST}); grant "${ACTION}" to read it`,
			ACTION,
		),
	],
	[
		'forbidden, with another status',
		service(400, 'Forbidden.RAM', { data: { AccessDeniedDetail: { AuthAction: '<script>' } } }),
		'forbidden',
		false,
		gap(
			'forbidden',
			`${ACTION} is not allowed (Forbidden.RAM, request ${REQUEST}); grant "${ACTION}" to read it`,
			ACTION,
		),
	],
	[
		'no such cluster',
		service(404, 'ErrorClusterNotFound'),
		'not_found',
		false,
		gap(
			'partial',
			`${ACTION} found nothing (ErrorClusterNotFound, request ${REQUEST}); it was deleted since the account listed it`,
		),
	],
	[
		'an access key that is not known',
		service(404, 'InvalidAccessKeyId.NotFound'),
		'refused',
		false,
		gap(
			'partial',
			`${ACTION} was refused (InvalidAccessKeyId.NotFound, request ${REQUEST}); renew or replace the access key`,
		),
	],
	[
		'an access key that is disabled, with 403: no permission would help',
		service(403, 'InvalidAccessKeyId.Inactive'),
		'refused',
		false,
		gap(
			'partial',
			`${ACTION} was refused (InvalidAccessKeyId.Inactive, request ${REQUEST}); renew or replace the access key`,
		),
	],
	[
		'a token that is over',
		service(400, 'InvalidSecurityToken.Expired'),
		'refused',
		false,
		gap(
			'partial',
			`${ACTION} was refused (InvalidSecurityToken.Expired, request ${REQUEST}); renew or replace the access key`,
		),
	],
	[
		'a clock that is wrong',
		service(400, 'InvalidTimeStamp.Expired'),
		'refused',
		false,
		gap(
			'partial',
			`${ACTION} was refused (InvalidTimeStamp.Expired, request ${REQUEST}); set this machine's clock`,
		),
	],
	[
		'a server error',
		service(500, 'InternalError'),
		'server',
		true,
		gap('unreachable', `${ACTION} failed in the service (InternalError, request ${REQUEST})`),
	],
	[
		'an empty error body',
		service(502, 'undefined'),
		'server',
		true,
		gap('unreachable', `${ACTION} failed in the service (request ${REQUEST})`),
	],
	[
		'a page of a proxy',
		new SyntaxError(`Unexpected token < in JSON, ${SECRET}`),
		'unreadable',
		true,
		gap('unreachable', `${ACTION} gave an answer that is none of the API’s`),
	],
	[
		'another type than the model has',
		new Error(`type of clusters is mismatch, expect array, but ${SECRET}`),
		'unreadable',
		true,
		gap('unreachable', `${ACTION} gave an answer that is none of the API’s`),
	],
	[
		'no answer in time',
		thrown({ name: 'RequestTimeoutError', code: 'RequestTimeoutError' }),
		'timeout',
		true,
		gap('timeout', `${ACTION} did not answer in time (RequestTimeoutError)`),
	],
	[
		'no time to connect',
		thrown({ code: 'ETIMEDOUT' }),
		'timeout',
		true,
		gap('timeout', `${ACTION} did not answer in time (ETIMEDOUT)`),
	],
	...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPROTO'].map(
		(code): (typeof FORMS)[number] => [
			code,
			thrown({ code }),
			'network',
			true,
			gap('unreachable', `${ACTION} could not be reached (${code})`),
		],
	),
	...[null, undefined, 'text', 42, {}, new Error(SECRET), thrown({ code: `a secret ${SECRET}` })].map(
		(error, at): (typeof FORMS)[number] => [
			`whatever else is thrown, ${at}`,
			error,
			'unreadable',
			true,
			gap('unreachable', `${ACTION} gave an answer that is none of the API’s`),
		],
	),
];

describe('classify', it => {
	for (const [title, error, kind, transient, expected] of FORMS)
		it(title, () => {
			const failure = classify(error);
			assert.is(failure.kind, kind);
			assert.is(isTransient(failure), transient);
			assert.equal(gapOf(error), expected);
			assert.not.ok(JSON.stringify([failure, gapOf(error)]).includes(SECRET));
		});

	it('keeps how long to wait, and nothing that is no number or lies before now', () => {
		const retryAfterMs = (retryAfter: unknown) =>
			classify(thrown({ name: 'ThrottlingError', retryAfter })).retryAfterMs;
		assert.equal([1500, undefined, '1500', -3].map(retryAfterMs), [1500, null, null, 0]);
	});

	it('a hostile code and request id are one short line, or nothing', () => {
		const { code, requestId } = classify(
			thrown({ code: `<script>\n${'x'.repeat(10_000)}`, requestId: `\u001b[31m${'y'.repeat(10_000)}` }),
		);
		assert.ok(code.length <= 100 && requestId.length <= 100);
		assert.not.match(code + requestId, /[\n\u001b]/);
	});
});
