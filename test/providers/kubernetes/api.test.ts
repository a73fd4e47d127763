import { METADATA_LIST } from '../../../src/providers/kubernetes/api.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { apiOf, failure, json, SECRET, status, withServer } from '../../helpers/stub-server.ts';

const keep = (object: unknown) => object;
const page = (items: unknown, next?: string) => ({ kind: 'List', items, metadata: { continue: next } });

describe('KubernetesApi.list', it => {
	it('asks for 500 at a time and follows the token :: over few sockets', () =>
		withServer(
			(request, response, nth) => {
				assert.is(request.headers.accept, METADATA_LIST);
				json(response, page([nth], nth < 40 ? `t/${nth}` : ''));
			},
			async server => {
				const list = apiOf(server.url).list;
				const options = { metadataOnly: true, fieldSelector: 'type=a/b' };
				assert.equal(
					await list('/api/v1/secrets', keep, options),
					Array.from({ length: 40 }, (_, i) => i + 1),
				);
				assert.equal(server.requests.slice(0, 3), [
					'GET /api/v1/secrets?limit=500&fieldSelector=type%3Da%2Fb',
					'GET /api/v1/secrets?limit=500&fieldSelector=type%3Da%2Fb&continue=t%2F1',
					'GET /api/v1/secrets?limit=500&fieldSelector=type%3Da%2Fb&continue=t%2F2',
				]);
				assert.is(server.connections(), 1);
			},
		));

	it('keeps what parse gives and skips its null :: items null is an empty list', () =>
		withServer(
			(request, response) => json(response, page(request.url?.startsWith('/none') ? null : [1, 2, 3])),
			async ({ url }) => {
				const { list } = apiOf(url);
				const odd = (object: unknown) => (Number(object) % 2 === 1 ? Number(object) * 10 : null);
				assert.equal(await list('/some', odd), [10, 30]);
				assert.equal(await list('/none', odd), []);
			},
		));

	it('410 on a continue token :: begins anew and keeps no page of the old list', () =>
		withServer(
			(_, response, nth) => {
				if (nth === 1) json(response, page(['old'], 'a'));
				else if (nth === 2) status(response, 410, 'The provided continue parameter is too old');
				else json(response, page([`new ${nth}`], nth === 3 ? 'b' : ''));
			},
			async ({ url, requests }) => {
				assert.equal(await apiOf(url).list('/l', keep), ['new 3', 'new 4']);
				assert.equal(requests, [
					'GET /l?limit=500',
					'GET /l?limit=500&continue=a',
					'GET /l?limit=500',
					'GET /l?limit=500&continue=b',
				]);
			},
		));

	it('410 for ever :: gives up', () =>
		withServer(
			(_, response) => status(response, 410, 'gone'),
			async ({ url, requests }) => {
				const failed = await failure(apiOf(url).list('/l', keep));
				assert.equal(failed, { code: 'partial', status: 410, message: 'HTTP 410: gone' });
				assert.is(requests.length, 6);
			},
		));

	it('tokens that come round again :: end, whatever their order', () =>
		withServer(
			(_, response, nth) => json(response, page([nth], nth % 2 === 0 ? 'even' : 'odd')),
			async ({ url, requests }) => {
				const failed = await failure(apiOf(url).list('/l', keep));
				assert.equal(failed, { code: 'partial', status: 200, message: 'the server repeats a page for ever' });
				assert.is(requests.length, 3);
			},
		));

	for (const [name, body] of Object.entries({
		none: {},
		null: null,
		text: { items: 'x' },
		object: { items: {} },
	})) {
		it(`items ${name} :: is no list`, () =>
			withServer(
				(_, response) => json(response, body),
				async ({ url }) => {
					const failed = await failure(apiOf(url).list('/l', keep));
					assert.equal(failed, {
						code: 'partial',
						status: 200,
						message: 'the answer is not a Kubernetes list',
					});
				},
			));
	}
});

describe('KubernetesApi :: what the server says', it => {
	it('says why in one line, without token, query or markup', () =>
		withServer(
			(request, response) => {
				if (request.url === '/html') response.writeHead(404).end(`<html>${SECRET}</html>`);
				else if (request.url === '/redirect')
					response.writeHead(302, { location: 'http://192.0.2.1/' }).end();
				else if (request.url === '/text') response.end(`not json ${SECRET}`);
				else status(response, Number(request.url?.slice(1, 4)), `no\u001b[2J\n<b> ${SECRET} for "x"`);
			},
			async ({ url }) => {
				const { get } = apiOf(url);
				const said = 'no\\u{1b}[2J\\u{a}<b> [token removed] for "x"';
				assert.equal(
					await Promise.all(
						['/401', '/403?q=canary', '/404', '/html', '/redirect', '/text'].map(path => failure(get(path))),
					),
					[
						{
							code: 'forbidden',
							status: 401,
							message: `HTTP 401: ${said}; the credential is not accepted (expired or revoked?)`,
						},
						{ code: 'forbidden', status: 403, message: `HTTP 403: ${said}` },
						{ code: 'partial', status: 404, message: `HTTP 404: ${said}` },
						{ code: 'partial', status: 404, message: 'HTTP 404' },
						{ code: 'partial', status: 302, message: 'HTTP 302' },
						{
							code: 'partial',
							status: 200,
							message: 'the answer is not JSON; is this the address of an API server?',
						},
					],
				);
			},
		));

	it('429 with Retry-After and 5xx :: are asked again', () =>
		withServer(
			(_, response, nth) => {
				if (nth === 1) status(response, 429, 'slow down', { 'retry-after': '0' });
				else if (nth === 2) status(response, 500, 'etcd', { 'retry-after': '0' });
				else if (nth === 3) response.socket?.destroy();
				else json(response, { ok: true });
			},
			async ({ url, requests }) => {
				assert.equal(await apiOf(url).get('/x'), { ok: true });
				assert.is(requests.length, 4);
			},
		));

	it('what stays busy or broken :: is given up after five attempts', () =>
		withServer(
			(request, response) => {
				const code = Number(request.url?.slice(1));
				status(response, code, 'later', code === 429 ? { 'retry-after': '0' } : {});
			},
			async ({ url, requests }) => {
				const { get } = apiOf(url);
				const started = performance.now();
				const failed = await Promise.all([
					failure(get('/429')),
					failure(get('/503')),
					failure(get('/501')),
					failure(apiOf('http://127.0.0.1:1').get('/')),
				]);
				assert.equal(failed, [
					{ code: 'throttled', status: 429, message: 'HTTP 429: later' },
					{ code: 'unreachable', status: 503, message: 'HTTP 503: later' },
					{ code: 'unreachable', status: 501, message: 'HTTP 501: later' },
					{
						code: 'unreachable',
						status: 0,
						message: 'cannot reach 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
					},
				]);
				assert.equal(
					[429, 503, 501].map(code => requests.filter(line => line === `GET /${code}`).length),
					[5, 5, 1],
				);
				assert.ok(performance.now() - started > 2900, 'it backs off');
			},
		));

	it('POST carries its body', () =>
		withServer(
			(request, response) => {
				const chunks: Buffer[] = [];
				request.on('data', (chunk: Buffer) => chunks.push(chunk));
				request.on('end', () =>
					json(response, {
						sent: JSON.parse(Buffer.concat(chunks).toString()),
						type: request.headers['content-type'],
						auth: request.headers.authorization,
					}),
				);
			},
			async ({ url }) =>
				assert.equal(await apiOf(url).post('/r', { spec: 'ü' }), {
					sent: { spec: 'ü' },
					type: 'application/json',
					auth: `Bearer ${SECRET}`,
				}),
		));

	it('401 :: renewed once, then believed', () =>
		withServer(
			(request, response) => {
				if (request.headers.authorization === 'Bearer new') json(response, 'in');
				else status(response, 401, 'Unauthorized');
			},
			async ({ url, requests }) => {
				const headers = { authorization: 'Bearer old' };
				const renew = async () => {
					headers.authorization = 'Bearer new';
					return true;
				};
				assert.is(await apiOf(url, { headers, renew }).get('/a'), 'in');
				const failed = await failure(apiOf(url, { renew: async () => true }).get('/b'));
				assert.is(failed.status, 401);
				assert.equal(requests, ['GET /a', 'GET /a', 'GET /b', 'GET /b']);
			},
		));
});

describe('KubernetesApi :: limits', it => {
	const hang = () => undefined;

	it('a server that never answers', () =>
		withServer(hang, async ({ url, requests }) => {
			const failed = await failure(apiOf(url, { requestTimeoutMs: 100 }).get('/x?secret'));
			assert.equal(failed, {
				code: 'timeout',
				status: 0,
				message: `no answer from ${url.slice(7)} within 0.1 s`,
			});
			assert.is(requests.length, 1);
		}));

	it('a body that drips', () =>
		withServer(
			(_, response) => {
				response.writeHead(200).write('[');
				const timer = setInterval(() => response.write('1,'), 20);
				response.on('close', () => clearInterval(timer));
			},
			async ({ url, requests }) => {
				const failed = await failure(apiOf(url, { requestTimeoutMs: 150 }).get('/'));
				assert.equal(failed, {
					code: 'timeout',
					status: 0,
					message: `no answer from ${url.slice(7)} within 0.15 s`,
				});
				assert.is(requests.length, 1);
			},
		));

	it('a body that breaks off', () =>
		withServer(
			(_, response) => {
				response.writeHead(200, { 'content-length': 100 }).write('[1,');
				setTimeout(() => response.destroy(), 20);
			},
			async ({ url }) =>
				assert.equal(await failure(apiOf(url).get('/')), {
					code: 'partial',
					status: 200,
					message: 'the server broke off its answer',
				}),
		));

	it('a body over the limit :: is cut there', () =>
		withServer(
			(_, response) => response.end('x'.repeat(3_000_000)),
			async ({ url }) => {
				const failed = await failure(apiOf(url, { maxBodyBytes: 1_048_576 }).get('/'));
				assert.equal(failed, { code: 'partial', status: 200, message: 'the answer is larger than 1 MiB' });
			},
		));

	it('the end of the cluster, or Ctrl-C :: stops what waits, what sleeps, what reads and what comes', () =>
		withServer(
			(request, response) => {
				if (request.url === '/busy') status(response, 429, 'later', { 'retry-after': '30' });
				if (request.url === '/drip') response.writeHead(200).write('[');
			},
			async ({ url }) => {
				const controller = new AbortController();
				const { get } = apiOf(url, { signal: controller.signal });
				const waiting = ['/hang', '/busy', '/drip'].map(path => failure(get(path)));
				setTimeout(() => controller.abort(new Error('interrupted')), 50);
				const started = performance.now();
				const stopped = { code: 'timeout', status: 0, message: 'interrupted' };
				assert.equal(await Promise.all(waiting), [stopped, stopped, stopped]);
				assert.equal(await failure(get('/late')), stopped);
				assert.ok(performance.now() - started < 1000);
			},
		));
});
