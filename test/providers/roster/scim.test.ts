import type { IncomingMessage, ServerResponse } from 'node:http';
import { ScanError } from '../../../src/lib/scan-error.ts';
import { byCodeUnit } from '../../../src/lib/text.ts';
import type { RosterContent } from '../../../src/providers/roster/row.ts';
import { readScim, type ScimOptions } from '../../../src/providers/roster/scim.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { json, type StubServer, withServer } from '../../helpers/stub-server.ts';

const TOKEN = 'canary-9f8e7d6c';

type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

const ids = (count: number, from = 0) => Array.from({ length: count }, (_, i) => user(`u${i + from}`));
const user = (id: string, more: object = { active: true }) => ({ id, userName: id, ...more });
const list = (Resources: unknown, totalResults: unknown) => ({ totalResults, Resources });

/** A page of a list, as RFC 7644 §3.4.2.4 has it. */
function page(rows: unknown[], request: IncomingMessage, max = 1000, total: unknown = rows.length) {
	const query = new URL(request.url ?? '', 'http://x').searchParams;
	const start = Number(query.get('startIndex')) - 1;
	return list(rows.slice(start, start + Math.min(Number(query.get('count')), max)), total);
}

/** A service that has no groups, and answers for users as said. */
const usersOnly =
	(answer: Answer): Answer =>
	(request, response, nth) =>
		request.url?.includes('/Groups') ? json(response, { totalResults: 0 }) : answer(request, response, nth);

const scim = (answer: Answer, options: Partial<ScimOptions> = {}) =>
	withServer(answer, async server => {
		const content = await readScim({ ...optionsFor(`${server.url}/scim/v2/`), ...options });
		assert.not.match(JSON.stringify(content), TOKEN);
		return { content, server };
	});

function optionsFor(url: string): ScimOptions {
	const { signal } = new AbortController();
	return { url, token: TOKEN, tokenName: 'MY_TOKEN', requestTimeoutMs: 2000, signal };
}

const shortly = ({ users, gaps, isComplete }: RosterContent) => ({
	users: users.length,
	isComplete,
	gaps: gaps.map(({ code, message }) => `${code}: ${message}`),
});
const userPaths = (server: StubServer) => server.requests.filter(path => path.includes('/Users'));

describe('readScim', it => {
	it('keeps users and groups, with the token in its header', async () => {
		const people = [
			{
				id: '1',
				userName: 'ana',
				externalId: 'e1',
				active: true,
				name: { formatted: 'Ana D.' },
				emails: [{ value: 'a@x.y', primary: true }, { value: 'b@x.y' }, 'none'],
			},
			{ ID: '2', USERNAME: 'bob', Active: false, DisplayName: 'Bob' },
			{ id: '3', userName: 'cy', active: 'False', displayName: 7 },
			{ id: '4', userName: 'dee' },
			{ id: '5', userName: 'eve', active: true, Active: false },
		];
		const teams = [
			{ id: 'g', displayName: 'ops', members: [{ value: '1' }, { display: 'x' }, { value: '2' }] },
		];
		const { content, server } = await scim((request, response) => {
			assert.is(request.headers.authorization, `Bearer ${TOKEN}`);
			json(response, page(request.url?.includes('/Users') ? people : teams, request));
		});
		const row = {
			provider: 'scim',
			emails: [],
			externalId: '',
			displayName: '',
			since: null,
			human: 'unknown',
		};
		assert.equal(content, {
			provider: 'scim',
			users: [
				{
					...row,
					id: '1',
					username: 'ana',
					name: 'ana',
					displayName: 'Ana D.',
					emails: ['a@x.y', 'b@x.y', ''],
					externalId: 'e1',
					state: 'active',
					place: '1',
				},
				{ ...row, id: '2', username: 'bob', name: 'bob', displayName: 'Bob', state: 'disabled', place: '2' },
				{ ...row, id: '3', username: 'cy', name: 'cy', state: 'disabled', place: '3' },
				{ ...row, id: '4', username: 'dee', name: 'dee', state: 'unknown', place: '4' },
				{ ...row, id: '5', username: 'eve', name: 'eve', state: 'unknown', place: '5' },
			],
			groups: [
				{ ...row, id: 'g', username: 'ops', name: 'ops', state: 'active', place: 'g', members: ['1', '2'] },
			],
			gaps: [],
			isComplete: true,
			hasGroups: true,
		});
		assert.equal(server.requests.toSorted(byCodeUnit), [
			'GET /scim/v2/Groups?startIndex=1&count=100',
			'GET /scim/v2/Groups?startIndex=2&count=100',
			'GET /scim/v2/Users?startIndex=1&count=100',
			'GET /scim/v2/Users?startIndex=6&count=100',
		]);
	});

	it('pages smaller than asked :: goes on where the last one ended', async () => {
		const { content, server } = await scim(
			usersOnly((request, response) => json(response, page(ids(7), request, 3))),
		);
		assert.equal(shortly(content), { users: 7, isComplete: true, gaps: [] });
		assert.equal(
			userPaths(server).map(path => path.replace(/.*startIndex=(\d+).*/, '$1')),
			['1', '4', '7', '8'],
		);
	});

	it('a service that refuses to look past its last page :: is at its end', async () => {
		const { content } = await scim(
			usersOnly((request, response) => {
				if (request.url?.includes('startIndex=1&')) json(response, page(ids(3), request));
				else json(response, { detail: 'startIndex is out of range' }, 400);
			}),
		);
		assert.equal(shortly(content), { users: 3, isComplete: true, gaps: [] });
	});

	const wrongLists: Record<string, [Answer, number, string]> = {
		'a total that is too large': [
			(request, response) => json(response, page(ids(5), request, 3, 9)),
			5,
			'the service counts 9 and gave 5',
		],
		'a total that is that of the page': [
			(request, response) => json(response, page(ids(250), request, 100, 100)),
			250,
			'the service counts 100 and gave 250',
		],
		'a page that comes again and again': [
			(_, response) => json(response, list(ids(3), 100)),
			3,
			'the service counts 100 and gave 3',
		],
		'no total': [
			(request, response) => json(response, { Resources: page(ids(5), request).Resources }),
			5,
			'the service does not say how many there are',
		],
		'a total that is a text': [
			(request, response) => json(response, page(ids(5), request, 9, '5')),
			5,
			'the service does not say how many there are',
		],
		'a total that changes': [
			(request, response, nth) => json(response, page(ids(6), request, 3, 6 + nth)),
			6,
			'it changed while it was read',
		],
		'entries without an id': [
			(request, response) => json(response, page([...ids(2), { id: 7, userName: 'x' }, null, 'x'], request)),
			2,
			'3 of its entries have no id',
		],
		nobody: [(request, response) => json(response, page([], request)), 0, 'it is empty'],
	};
	for (const [title, [answer, users, fault]] of Object.entries(wrongLists)) {
		it(`${title} :: proves nobody gone`, async () => {
			const { content } = await scim(usersOnly(answer));
			const gaps = [`partial: SCIM /Users proves nobody gone: ${fault}`];
			assert.equal(shortly(content), { users, isComplete: false, gaps });
		});
	}

	const failures: Record<string, [Answer, string]> = {
		'401 that quotes the token': [
			(_, response) => json(response, { detail: `Bearer ${TOKEN} is not known, nor ${TOKEN}` }, 401),
			'forbidden: SCIM /Users: HTTP 401: Bearer [removed] is not known, nor [removed]; the token is not accepted (expired or revoked?)',
		],
		'403': [
			(_, response) => json(response, { detail: 'no\u001b[31m way' }, 403),
			'forbidden: SCIM /Users: HTTP 403: no\\u{1b}[31m way; grant "SCIM GET /Users" to read it',
		],
		'404 without a body': [(_, response) => response.writeHead(404).end(), 'partial: SCIM /Users: HTTP 404'],
		'429 for ever': [
			(_, response) => json(response, {}, 429, { 'retry-after': '0' }),
			'throttled: SCIM /Users: HTTP 429',
		],
		'a page of a proxy': [
			(_, response) => response.writeHead(502, { 'retry-after': '0' }).end('<html>Bad <script>'),
			'unreachable: SCIM /Users: HTTP 502',
		],
		'HTML that says 200': [
			(_, response) => response.end('<html>Sign in'),
			'partial: SCIM /Users: the answer is not JSON; is this the address of a SCIM service?',
		],
		'JSON that is no list': [
			(_, response) => json(response, { Resources: {} }),
			'partial: SCIM /Users: the answer is no SCIM list',
		],
		'an answer without end': [
			(_, response) => response.end(`[${'0,'.repeat(600_000)}`),
			'partial: SCIM /Users: the answer is larger than 1 MiB',
		],
		'no answer at all': [() => {}, 'timeout: SCIM /Users: no answer within 0.2 s'],
		'a redirect into a circle': [
			(request, response) => response.writeHead(307, { location: String(request.url) }).end(),
			'unreachable: SCIM /Users: it redirects in a circle',
		],
		'a redirect to nowhere': [
			(_, response) => response.writeHead(302).end(),
			'unreachable: SCIM /Users: HTTP 302, which is no answer to a read',
		],
	};
	for (const [title, [answer, message]] of Object.entries(failures)) {
		it(`${title} :: is a gap`, async () => {
			const { content } = await scim(usersOnly(answer), {
				requestTimeoutMs: title === 'no answer at all' ? 200 : 2000,
				maxBodyBytes: 1024 ** 2,
			});
			assert.equal(shortly(content), { users: 0, isComplete: false, gaps: [message] });
		});
	}

	it('a failure in the middle :: keeps whom it has seen, and proves nothing', async () => {
		const { content } = await scim(
			usersOnly((request, response) => {
				if (request.url?.includes('startIndex=1&')) json(response, page(ids(5), request, 3));
				else json(response, { detail: 'no' }, 403);
			}),
		);
		const gaps = ['forbidden: SCIM /Users: HTTP 403: no; grant "SCIM GET /Users" to read it'];
		assert.equal(shortly(content), { users: 3, isComplete: false, gaps });
	});

	it('429, 503 and connections that are cut :: asks again, no sooner than told', async () => {
		const asked: number[] = [];
		const { content } = await scim(
			usersOnly((request, response) => {
				asked.push(performance.now());
				if (asked.length === 1) json(response, {}, 429, { 'retry-after': '1' });
				else if (asked.length === 2) {
					const date = 'Sun, 22 Nov 2026 16:00:00 GMT';
					json(response, {}, 503, { date, 'retry-after': 'Sun, 22 Nov 2026 16:00:01 GMT' });
				} else if (asked.length === 3) request.socket.destroy();
				else if (asked.length === 4) {
					response.writeHead(200, { 'content-length': '1000' }).write('{"totalResults"');
					setTimeout(() => response.destroy(), 20);
				} else json(response, page(ids(2), request));
			}),
		);
		assert.equal(shortly(content), { users: 2, isComplete: true, gaps: [] });
		const [first = 0, second = 0, third = 0] = asked;
		assert.ok(second - first >= 990 && third - second >= 990);
	});

	it('a redirect :: is followed on the same host, and never with the token to another', () =>
		withServer(
			(_, response) => json(response, list(ids(1), 1)),
			async other => {
				const { content } = await scim(
					usersOnly((request, response) => {
						if (request.url?.startsWith('/new')) json(response, page(ids(2), request));
						else {
							const { search } = new URL(request.url ?? '', 'http://x');
							response.writeHead(308, { location: `/new/Users${search}` }).end();
						}
					}),
				);
				assert.equal(shortly(content), { users: 2, isComplete: true, gaps: [] });
				const away = await scim(
					usersOnly((_, response) => response.writeHead(302, { location: `${other.url}/Users` }).end()),
				);
				const gaps = [`unreachable: SCIM /Users: it redirects to ${other.url}, where the token is not sent`];
				assert.equal(shortly(away.content), { users: 0, isComplete: false, gaps });
				assert.equal(other.requests, []);
			},
		));

	it('a service without groups :: is whole :: groups that may not be read are a gap', async () => {
		const answer = (code: number) =>
			scim((request, response) => {
				if (request.url?.includes('/Users')) json(response, page(ids(2), request));
				else json(response, {}, code);
			});
		assert.equal(shortly((await answer(404)).content), { users: 2, isComplete: true, gaps: [] });
		assert.equal(shortly((await answer(501)).content), { users: 2, isComplete: true, gaps: [] });
		const gaps = ['forbidden: SCIM /Groups: HTTP 403; grant "SCIM GET /Groups" to read it'];
		assert.equal(shortly((await answer(403)).content), { users: 2, isComplete: true, gaps });
		assert.is((await answer(403)).content.hasGroups, false);
	});

	it('a service that only drips :: ends with the time limit :: and so does an interrupt', async () => {
		const silent: Answer = () => {};
		const late = await scim(silent, { timeoutMs: 100 });
		assert.equal(shortly(late.content).gaps, [
			'timeout: SCIM /Users: the roster was not read within 0.1 s',
			'timeout: SCIM /Groups: the roster was not read within 0.1 s',
		]);
		const stopped = await scim(silent, { signal: AbortSignal.abort(new Error('interrupted')) });
		assert.equal(shortly(stopped.content).gaps, [
			'timeout: SCIM /Users: interrupted',
			'timeout: SCIM /Groups: interrupted',
		]);
	});

	it('nobody listens there :: is a gap', async () => {
		const content = await readScim({ ...optionsFor('http://127.0.0.1:1/scim'), timeoutMs: 20_000 });
		assert.equal(
			content.gaps.map(({ code }) => code),
			['unreachable', 'unreachable'],
		);
	});

	const refused: Record<string, [Partial<ScimOptions>, string]> = {
		'no URL': [{ url: 'id.example.com' }, 'the address of --scim is no https URL'],
		'another protocol': [{ url: 'file:///etc/passwd' }, 'the address of --scim is no https URL'],
		'a password in the address': [
			{ url: 'https://a:b@id.example.com' },
			'the address of --scim holds a user name or password',
		],
		'http to another machine': [
			{ url: 'http://id.example.com/scim' },
			'--scim would send its token to id.example.com unencrypted',
		],
		'http to what only looks like loopback': [
			{ url: 'http://127.0.0.1.example.com' },
			'--scim would send its token to 127.0.0.1.example.com unencrypted',
		],
		'no token': [{ token: undefined }, '--scim needs a bearer token, and its environment variable is empty'],
		'an empty token': [
			{ token: ' \n' },
			'--scim needs a bearer token, and its environment variable is empty',
		],
		'two lines for a token': [
			{ token: `${TOKEN}\r\nx-evil: 1` },
			'MY_TOKEN holds spaces or characters that no bearer token has',
		],
	};
	for (const [title, [options, message]] of Object.entries(refused)) {
		it(`refuses ${title}`, async () => {
			const error = await readScim({ ...optionsFor('https://id.example.com'), ...options }).then(
				() => null,
				(cause: unknown) => cause,
			);
			assert.instance(error, ScanError);
			const { code, message: said, hint } = error as ScanError;
			assert.equal([code, said], ['USAGE', message]);
			assert.not.match(`${said}${hint}`, TOKEN);
		});
	}

	it('20,000 users :: in 201 requests', async () => {
		const rows = ids(20_000);
		const { content, server } = await scim(
			usersOnly((request, response) => json(response, page(rows, request))),
		);
		assert.equal(shortly(content), { users: 20_000, isComplete: true, gaps: [] });
		assert.is(userPaths(server).length, 201);
	});
});
