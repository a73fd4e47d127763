import { ApiError } from '../../../src/lib/api-error.ts';
import { createCaller } from '../../../src/providers/alibaba/call.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { ownClock } from './own-clock.ts';

const READ = { product: 'cs', region: 'cn-hangzhou', action: 'cs:DescribeClustersV1' } as const;

/** A caller by a clock of its own. */
function ownCaller({ timeoutMs = 1000 } = {}) {
	const clock = ownClock();
	const controller = new AbortController();
	const { read } = createCaller({ timeoutMs, signal: controller.signal, clock });
	return { clock, controller, read };
}

const throwing = (name: string, fields: object = {}) =>
	Object.assign(new Error('as sent'), { name, ...fields });
const throttling = (retryAfter?: number) =>
	throwing('ThrottlingError', {
		statusCode: 400,
		code: 'Throttling.User',
		...(retryAfter && { retryAfter }),
	});

/** What a call came to, for the clock is told to go on meanwhile. */
const settled = (call: Promise<unknown>) => call.catch((error: unknown) => error);

describe('createCaller, read', it => {
	it('gives what the call gives', async () => {
		const { read } = ownCaller();
		assert.is(await read({ ...READ, run: async () => 'rows' }), 'rows');
	});

	it('is throttled for a minute and loses no call', async () => {
		const { read, clock } = ownCaller();
		let asked = 0;
		let done = 0;
		const run = async () => {
			asked++;
			if (clock.now() < 60_000) throw throttling();
			done++;
		};
		const calls = Array.from({ length: 200 }, () => read({ ...READ, run }));
		await clock.run(180_000);
		await Promise.all(calls);
		assert.is(done, 200);
		// It felt its way: nobody is helped by hundreds of calls that are refused.
		assert.ok(asked < 200 + 120, String(asked));
	});

	it('waits for as long as the service says', async () => {
		const { read, clock } = ownCaller();
		const times: number[] = [];
		const run = async () => {
			times.push(clock.now());
			if (times.length === 1) throw throttling(5000);
		};
		const call = read({ ...READ, run });
		await clock.run(6000);
		await call;
		assert.equal(times, [0, 5000]);
	});

	it('gives up a call that is throttled for longer than a minute and a half, naming its action', async () => {
		const { read, clock } = ownCaller();
		const call = settled(read({ ...READ, run: async () => Promise.reject(throttling()) }));
		await clock.run(95_000);
		const error = await call;
		assert.ok(error instanceof ApiError);
		assert.is(error.code, 'throttled');
		assert.is(error.message, 'cs:DescribeClustersV1 was throttled (Throttling.User)');
	});

	it('time in the line is no throttling: who waits for two minutes is called all the same', async () => {
		const { read, clock } = ownCaller();
		const passed: number[] = [];
		const run = async () => {
			if (passed.filter(at => at > clock.now() - 1000).length >= 2) throw throttling(200);
			passed.push(clock.now());
		};
		const calls = Array.from({ length: 300 }, () => read({ ...READ, run }));
		await clock.run(240_000);
		await Promise.all(calls);
		assert.is(passed.length, 300);
	});

	for (const [title, error, times] of [
		['a server error', throwing('ServerError', { statusCode: 500, code: 'InternalError' }), 4],
		['a page of a proxy', new SyntaxError('<html>'), 4],
		['a cut connection', throwing('Error', { code: 'ECONNRESET' }), 4],
		['a timeout, which costs its whole time each', throwing('RequestTimeoutError'), 2],
		['a missing permission', throwing('ClientError', { statusCode: 403, code: 'NoPermission' }), 1],
		['what is not there', throwing('ClientError', { statusCode: 404, code: 'ErrorClusterNotFound' }), 1],
		['a bad access key', throwing('ClientError', { statusCode: 400, code: 'InvalidAccessKeyId' }), 1],
	] as const)
		it(`asks ${times === 1 ? 'once' : `${times} times`} after ${title}`, async () => {
			const { read, clock } = ownCaller();
			let asked = 0;
			const call = settled(
				read({
					...READ,
					run: async () => {
						asked++;
						throw error;
					},
				}),
			);
			await clock.run(20_000);
			assert.ok((await call) instanceof ApiError);
			assert.is(asked, times);
		});

	it('goes on where the second try works', async () => {
		const { read, clock } = ownCaller();
		let asked = 0;
		const run = async () => {
			if (++asked === 1) throw new SyntaxError('<html>');
			return asked;
		};
		const call = read({ ...READ, run });
		await clock.run(5000);
		assert.is(await call, 2);
	});

	it('asks a region that stays silent once for each further call, and again in full once it answers', async () => {
		const { read, clock } = ownCaller();
		let asked = 0;
		let isUp = false;
		const run = async () => {
			asked++;
			if (!isUp) throw throwing('Error', { code: 'ECONNREFUSED' });
		};
		for (let call = 0; call < 3; call++) {
			const each = settled(read({ ...READ, run }));
			await clock.run(20_000);
			await each;
		}
		assert.is(asked, 12);
		assert.ok((await settled(read({ ...READ, run }))) instanceof ApiError);
		assert.is(asked, 13);
		isUp = true;
		await read({ ...READ, run });
		isUp = false;
		const last = settled(read({ ...READ, run }));
		await clock.run(20_000);
		await last;
		assert.is(asked, 18);
	});

	it('ends a call that never ends, by the machine’s clock', async () => {
		const { read, clock } = ownCaller({ timeoutMs: 20 });
		const call = settled(read({ ...READ, run: () => new Promise(() => {}) }));
		const started = performance.now();
		while (clock.pending() === 0) await new Promise(resolve => setTimeout(resolve, 5));
		await clock.run(1000);
		const error = await call;
		assert.ok(error instanceof ApiError && error.code === 'timeout');
		assert.ok(performance.now() - started < 5000);
	});

	for (const moment of ['in the line', 'in the call', 'between two tries'] as const)
		it(`is interrupted ${moment} with the run’s own reason`, async () => {
			const { read, clock, controller } = ownCaller({ timeoutMs: 60_000 });
			const run = async () => {
				if (moment === 'in the call') await new Promise(() => {});
				if (moment === 'in the line') throw throttling(60_000);
				throw new SyntaxError('<html>');
			};
			const call = settled(read({ ...READ, run }));
			await clock.run(0);
			controller.abort('enough');
			assert.is(await call, 'enough');
			assert.is(clock.pending(), 0);
			assert.is(await settled(read({ ...READ, run })), 'enough');
		});

	it('within another signal ends with that one, in the same line, and leaves the others their turn', async () => {
		const clock = ownClock();
		const own = new AbortController();
		const caller = createCaller({ timeoutMs: 60_000, signal: new AbortController().signal, clock });
		const never = settled(caller.within(own.signal).read({ ...READ, run: () => new Promise(() => {}) }));
		await clock.run(0);
		own.abort('its time is over');
		assert.is(await never, 'its time is over');
		assert.is(await caller.read({ ...READ, run: async () => 'rows' }), 'rows');
	});

	it('what our own code makes of an answer is passed on as it is', async () => {
		const { read } = ownCaller();
		const own = new ApiError('partial', 200, 'none');
		assert.is(await settled(read({ ...READ, run: async () => Promise.reject(own) })), own);
	});

	it('a product that is throttled in one region holds up no other product and no other region', async () => {
		const { read, clock } = ownCaller();
		const slow = settled(read({ ...READ, run: async () => Promise.reject(throttling(60_000)) }));
		await clock.run(0);
		const run = async () => 'at once';
		assert.is(await read({ ...READ, region: 'cn-shanghai', run }), 'at once');
		assert.is(await read({ ...READ, product: 'ims', run }), 'at once');
		let isDone = false;
		void read({ ...READ, run }).then(() => {
			isDone = true;
		});
		await clock.run(50_000);
		assert.is(isDone, false);
		await clock.run(150_000);
		assert.is(isDone, true);
		await slow;
	});
});
