import { setMaxListeners } from 'node:events';
import { createLimiter, type Limiter } from '../../../src/providers/alibaba/limiter.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { type OwnClock, ownClock } from './own-clock.ts';

const signal = new AbortController().signal;
setMaxListeners(0, signal);

interface Peer {
	/** When it let a call in. */
	passed: number[];
	refused: number[];
}

/** A service that lets in `rate` calls in any second and answers after `latencyMs`. */
function service(
	clock: OwnClock,
	rate: () => number,
	{ latencyMs = 40, retryAfterMs = 50 as number | null } = {},
) {
	const peer: Peer = { passed: [], refused: [] };
	const call = async (limiter: Limiter, order: 'first' | 'last' = 'last'): Promise<void> => {
		await limiter.turn(signal, order);
		const at = clock.now();
		const isLetIn = peer.passed.filter(other => other > at - 1000).length < rate();
		(isLetIn ? peer.passed : peer.refused).push(at);
		await new Promise<void>(resolve => clock.after(latencyMs, resolve));
		if (isLetIn) return limiter.passed();
		limiter.throttled(retryAfterMs);
		return call(limiter, 'first');
	};
	return { peer, call };
}

const within = (times: number[], from: number, to: number) =>
	times.filter(at => at >= from && at < to).length;

describe('createLimiter', it => {
	it('lets twenty calls go in the first second where nobody answers', async () => {
		const clock = ownClock();
		const limiter = createLimiter(clock);
		let gone = 0;
		for (let call = 0; call < 100; call++) void limiter.turn(signal).then(() => gone++);
		await clock.run(999);
		assert.is(gone, 20);
		await clock.run(1);
		assert.is(gone, 40);
	});

	it('doubles for as long as nothing is refused', async () => {
		const clock = ownClock();
		const { peer, call } = service(clock, () => Number.POSITIVE_INFINITY);
		const limiter = createLimiter(clock);
		for (let n = 0; n < 2500; n++) void call(limiter);
		await clock.run(3000);
		assert.is(peer.passed.length, 2500);
		assert.is(within(peer.passed, 0, 200), 20);
		assert.ok((peer.passed.at(-1) ?? 0) < 2500, `all were gone after ${peer.passed.at(-1)} ms`);
	});

	it('does not grow by calls that come one by one', async () => {
		const clock = ownClock();
		const { call } = service(clock, () => Number.POSITIVE_INFINITY);
		const limiter = createLimiter(clock);
		for (let n = 0; n < 40; n++) {
			const done = call(limiter);
			await clock.run(100);
			await done;
		}
		let gone = 0;
		await clock.run(1000);
		for (let n = 0; n < 100; n++) void limiter.turn(signal).then(() => gone++);
		await clock.run(10);
		assert.is(gone, 20);
	});

	for (const rate of [5, 20, 33, 100]) {
		it(`loses no call of a service that lets ${rate} in a second, and little time`, async () => {
			const clock = ownClock();
			const { peer, call } = service(clock, () => rate);
			const limiter = createLimiter(clock);
			const count = rate * 20;
			let done = 0;
			for (let n = 0; n < count; n++) void call(limiter).then(() => done++);
			await clock.run(60_000);
			assert.is(done, count);
			const best = ((count - rate) / rate) * 1000;
			const took = peer.passed.at(-1) ?? 0;
			assert.ok(took <= best * (rate < 10 ? 1.2 : 1.15), `${took} ms where ${best} was possible`);
			assert.ok(peer.refused.length < 30 + count / 50, `${peer.refused.length} of ${count} were refused`);
		});
	}

	it('feels ever more seldom for a limit that stays where it is', async () => {
		const clock = ownClock();
		const { peer, call } = service(clock, () => 20);
		const limiter = createLimiter(clock);
		let done = 0;
		for (let n = 0; n < 1000; n++) void call(limiter).then(() => done++);
		await clock.run(60_000);
		assert.is(done, 1000);
		const best = ((1000 - 20) / 20) * 1000;
		const took = peer.passed.at(-1) ?? 0;
		assert.ok(took <= best * 1.1, `${took} ms where ${best} was possible`);
		// Twenty that went together before the limit was known, then one each time that it is felt for.
		assert.ok(peer.refused.length <= 30, String(peer.refused.length));
		assert.ok(within(peer.refused, 20_000, 60_000) <= 4, String(within(peer.refused, 20_000, 60_000)));
	});

	it('finds out that a limit was raised, and that it was lowered', async () => {
		const clock = ownClock();
		let rate = 20;
		const { peer, call } = service(clock, () => rate, { retryAfterMs: null });
		const limiter = createLimiter(clock);
		for (let n = 0; n < 20_000; n++) void call(limiter);
		await clock.run(10_000);
		assert.ok(within(peer.passed, 5000, 10_000) >= 80);
		rate = 200;
		await clock.run(20_000);
		assert.ok(within(peer.passed, 25_000, 30_000) >= 750, String(within(peer.passed, 25_000, 30_000)));
		rate = 10;
		await clock.run(20_000);
		const { refused, passed } = peer;
		assert.ok(within(passed, 40_000, 50_000) >= 80, String(within(passed, 40_000, 50_000)));
		assert.ok(within(refused, 40_000, 50_000) < 25, String(within(refused, 40_000, 50_000)));
	});

	it('sends nothing for as long as the service says', async () => {
		const clock = ownClock();
		const limiter = createLimiter(clock);
		await limiter.turn(signal);
		limiter.throttled(7_000);
		let gone = 0;
		for (let n = 0; n < 5; n++) void limiter.turn(signal).then(() => gone++);
		await clock.run(6_999);
		assert.is(gone, 0);
		await clock.run(1);
		assert.is(gone, 1);
	});

	it('takes calls that were refused together for one refusal', async () => {
		const clock = ownClock();
		const limiter = createLimiter(clock);
		for (let n = 0; n < 20; n++) void limiter.turn(signal);
		await clock.run(40);
		for (let n = 0; n < 10; n++) limiter.passed();
		for (let n = 0; n < 10; n++) limiter.throttled(0);
		let gone = 0;
		for (let n = 0; n < 100; n++) void limiter.turn(signal).then(() => gone++);
		await clock.run(5000);
		// Ten passed of twenty, so just under ten a second once that one is over; ten refusals would be one a second.
		assert.ok(gone >= 36 && gone <= 40, String(gone));
	});

	it('goes on at one call a second at least', async () => {
		const clock = ownClock();
		const limiter = createLimiter(clock);
		for (let n = 0; n < 60; n++) {
			limiter.throttled(null);
			await clock.run(1000);
		}
		let gone = 0;
		for (let n = 0; n < 10; n++) void limiter.turn(signal).then(() => gone++);
		await clock.run(3001);
		assert.ok(gone >= 3, String(gone));
	});

	it('lets who was refused go before who never went', async () => {
		const clock = ownClock();
		const limiter = createLimiter(clock);
		limiter.throttled(100);
		const order: string[] = [];
		void limiter.turn(signal).then(() => order.push('new'));
		void limiter.turn(signal, 'first').then(() => order.push('again'));
		await clock.run(3000);
		assert.equal(order, ['again', 'new']);
	});

	it('whoever is interrupted leaves the line, with the reason, and takes nobody’s turn', async () => {
		const clock = ownClock();
		const limiter = createLimiter(clock);
		limiter.throttled(1000);
		const controller = new AbortController();
		const waiting = limiter.turn(controller.signal).catch((error: unknown) => error);
		let gone = 0;
		const other = limiter.turn(signal).then(() => gone++);
		controller.abort('enough');
		assert.is(await waiting, 'enough');
		assert.is(await limiter.turn(controller.signal).catch((error: unknown) => error), 'enough');
		await clock.run(1000);
		await other;
		assert.is(gone, 1);
		assert.is(clock.pending(), 0);
	});

	it('keeps no timer for a line that nobody stands in', async () => {
		const clock = ownClock();
		const limiter = createLimiter(clock);
		limiter.throttled(60_000);
		const controller = new AbortController();
		const waiting = limiter.turn(controller.signal).catch(() => undefined);
		assert.is(clock.pending(), 1);
		controller.abort();
		await waiting;
		assert.is(clock.pending(), 0);
	});
});
