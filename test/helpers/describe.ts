import { suite } from 'uvu';
import * as assert from 'uvu/assert';

export { assert };

/** Registers one case: a title that says the behaviour, and its body. */
type It = (title: string, run: () => unknown) => void;

const count = { registered: 0, passed: 0, failed: 0 };

/**
 * One suite per exported name. It calls `run()` itself, because uvu silently skips a suite that
 * was never run, and has no hooks, because a failing `before` leaves uvu's exit code at 0.
 */
export function describe(name: string, cases: (it: It) => void): void {
	const tests = suite(name);
	cases((title, run) => {
		count.registered++;
		tests(title, async () => {
			try {
				await run();
				count.passed++;
			} catch (error) {
				count.failed++;
				throw error;
			}
		});
	});
	tests.run();
}

process.once('exit', code => {
	// A case that never settled neither passed nor failed: uvu exits early, and it counts as failed.
	const unsettled = count.registered - count.passed - count.failed;
	const failed = count.failed + unsettled || (code !== 0 || count.passed === 0 ? 1 : 0);
	if (failed > 0) process.exitCode = 1;
	process.stdout.write(`${count.passed} passed, ${failed} failed\n`);
});
