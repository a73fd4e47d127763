import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { openJournalFile } from '../../src/cli/journal-file.ts';
import { type LockOptions, lock } from '../../src/cli/lock-file.ts';
import { parseWaivers } from '../../src/cli/read-waivers.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import { json } from '../../src/reporters/json.ts';
import { assert, describe } from '../helpers/describe.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';
import { finding, report } from '../reporters/fixtures/report.ts';

const stale = JSON.stringify({ pid: spawnSync(process.execPath, ['-e', '']).pid, host: hostname() });
const alive = JSON.stringify({ pid: process.pid, host: hostname() });

/** What `lock` answers where such a lock stands already. */
const over = (text: string, ageMs = 0, options: LockOptions = {}) =>
	withTempDir(async dir => {
		const path = join(dir, 'x.lock');
		await writeFile(path, text);
		const then = (Date.now() - ageMs) / 1000;
		await utimes(path, then, then);
		const taken = await lock(path, 60, options);
		if ('holder' in taken) return [taken.holder, await readFile(path, 'utf8')];
		assert.is(taken.isHeld(), true);
		taken.release();
		return ['taken', await readdir(dir)];
	});

describe('[cli] lock', it => {
	it('is given back, and waits for its holder', () =>
		withTempDir(async dir => {
			const path = join(dir, 'x.lock');
			const first = await lock(path, 0);
			assert.ok('release' in first);
			const second = lock(path, 5_000);
			setTimeout(first.release, 120);
			const next = await second;
			assert.ok('release' in next);
			assert.equal([first.isHeld(), next.isHeld()], [false, true]);
			first.release();
			assert.is(next.isHeld(), true);
			next.release();
			assert.equal(await readdir(dir), []);
		}));
	it('of a process that is gone is taken', async () => assert.equal(await over(stale), ['taken', []]));
	it('of a process that runs is not, however old', async () =>
		assert.equal(await over(alive, 3_600_000), [{ pid: process.pid, host: hostname() }, alive]));
	it('that says nothing is taken once it is old', async () =>
		assert.equal(
			[await over('', 0), await over('<script>', 61_000)],
			[
				[null, ''],
				['taken', []],
			],
		));
	it('of another machine is taken once it is old', async () => {
		const holder = { pid: 1, host: 'elsewhere.example.com' };
		const text = JSON.stringify(holder);
		assert.equal(
			[await over(text), await over(text, 61_000)],
			[
				[holder, text],
				['taken', []],
			],
		);
	});
	it('that no age makes stale is taken of a process of this machine that is gone, and of nobody else', async () => {
		const holder = { pid: 1, host: 'elsewhere.example.com' };
		const [text, never] = [JSON.stringify(holder), { staleAfterMs: null }];
		assert.equal(
			[await over(text, 3_600_000, never), await over('', 3_600_000, never), await over(stale, 0, never)],
			[
				[holder, text],
				[null, ''],
				['taken', []],
			],
		);
	});
	it('is refused where there is no folder', () =>
		withTempDir(async dir => {
			const error = await lock(join(dir, 'gone', 'x.lock'), 0).catch((cause: unknown) => cause);
			assert.match(String(error), /ENOENT/);
		}));
});

describe('openJournalFile', it => {
	it('takes no journal away from another machine, however old its lock is', () =>
		withTempDir(async dir => {
			const path = join(dir, 'journal');
			await writeFile(`${path}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere.example.com' }));
			await utimes(`${path}.lock`, 0, 0);
			const opened = openJournalFile(path, new Set()).then(file => file.close());
			const { code, message } = await opened.then(
				() => ({ code: 'opened', message: '' }),
				error => error,
			);
			assert.equal(
				[code, message],
				['JOURNAL_LOCKED', `the journal ${path} is being written by process 1 of elsewhere.example.com`],
			);
		}));
});

describe('[cli] waive, several at once', it => {
	const findings = Array.from({ length: 8 }, (_, n) =>
		finding({ id: `${n}`.repeat(16), policyId: 'privilege/wildcard' }),
	);
	const withResult = (
		work: (cwd: string, waive: (id: string) => ReturnType<typeof spawnCli>) => Promise<void>,
	) =>
		withTempDir(async cwd => {
			await mkdir(join(cwd, 'kubelapse-report'));
			const [file] = json(report({ findings }));
			const text = typeof file?.text === 'string' ? file.text : [...(file?.text ?? [])].join('');
			await writeFile(join(cwd, 'kubelapse-report/result.json'), text);
			const end = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
			const words = ['--reason', 'r', '--owner', 'o', '--expires', end];
			await work(cwd, id => spawnCli(['waive', id, ...words], { cwd }));
		});

	it('eight leave eight entries, and no lock', () =>
		withResult(async (cwd, waive) => {
			const ends = await Promise.all(findings.map(({ id }) => waive(id)));
			assert.equal(
				ends.map(({ code, stderr }) => [code, stderr]),
				ends.map(() => [0, '']),
			);
			const { waivers } = parseWaivers(await readFile(join(cwd, 'waivers.yaml'), 'utf8'), 'waivers.yaml');
			assert.equal(
				waivers.map(({ selector }) => selector.finding ?? '').sort(byCodeUnit),
				findings.map(({ id }) => id),
			);
			assert.equal((await readdir(cwd)).sort(), ['kubelapse-report', 'waivers.yaml']);
		}));
	it('says who holds the lock, and writes nothing', () =>
		withResult(async (cwd, waive) => {
			await writeFile(join(cwd, 'waivers.yaml.lock'), alive);
			const { code, stderr } = await waive('0000');
			assert.is(code, 2);
			assert.match(stderr, new RegExp(`waivers\\.yaml is being changed by process ${process.pid}`));
			assert.match(stderr, /hint: run the command again when it has ended, or remove .*waivers\.yaml\.lock/);
			assert.equal((await readdir(cwd)).sort(), ['kubelapse-report', 'waivers.yaml.lock']);
		}));
});
