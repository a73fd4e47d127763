import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { ScanError } from '../../../src/lib/scan-error.ts';
import { type History, type HistoryRun, openHistory } from '../../../src/providers/history/index.ts';
import { credentialOf, NOW } from '../../helpers/cluster-facts.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { withTempDir } from '../../helpers/temp-dir.ts';

const run = (rest: Partial<HistoryRun> = {}): HistoryRun => ({
	...{ now: NOW, version: '1', scope: 's', replaced: [], forgotten: [] },
	...rest,
});

/** Opens, works, closes. */
async function using<T>(path: string, work: (history: History) => Promise<T>): Promise<T> {
	const history = await openHistory(path);
	return work(history).finally(history.close);
}

const refused = (path: string) =>
	openHistory(path).then(
		history => {
			history.close();
			return ['opened', ''];
		},
		error => (error instanceof ScanError ? [error.code, error.message] : [String(error), '']),
	);

/** A DuckDB file made by other hands. */
async function duckdb(path: string, ...statements: string[]): Promise<void> {
	const instance = await DuckDBInstance.create(path);
	const connection = await instance.connect();
	for (const sql of statements) await connection.run(sql);
	connection.closeSync();
	instance.closeSync();
}

describe('openHistory', it => {
	it("a new file :: is the owner's alone from its first byte, whatever it is called, and leaves nothing beside it", () =>
		withTempDir(async dir => {
			for (const name of ['h.duckdb', 'a\'b "c[1]*.db', 'ü -- $x']) {
				const path = join(dir, name);
				const salt = await using(path, async history => {
					assert.is((await stat(path)).mode & 0o777, 0o600);
					await history.save(run());
					return history.salt;
				});
				assert.match(salt, /^[0-9a-f]{32}$/);
				assert.is((await stat(path)).mode & 0o777, 0o600);
				assert.is(await using(path, async history => history.salt), salt);
			}
			assert.is((await readdir(dir)).length, 3);
		}));

	it('closed without being saved :: a new file is gone, an old one is as it was', () =>
		withTempDir(async dir => {
			const path = join(dir, 'h.duckdb');
			const note = (history: History) =>
				history.mark({ cluster: 'c', target: 't', kind: 'announced', at: NOW });
			await using(path, note);
			assert.equal(await readdir(dir), []);
			await using(path, history => history.save(run()));
			const before = await readFile(path);
			await using(path, note);
			assert.ok(before.equals(await readFile(path)));
		}));

	it('what is no history :: is refused by name and left alone', () =>
		withTempDir(async dir => {
			const at = (name: string) => join(dir, name);
			await writeFile(at('text'), 'a text file\n'.repeat(1_000));
			await writeFile(at('empty'), '');
			await mkdir(at('folder'));
			await duckdb(at('other'), 'CREATE TABLE t (a INTEGER)');
			await duckdb(
				at('older'),
				'CREATE TABLE kubelapse_history (version INTEGER, salt VARCHAR)',
				"INSERT INTO kubelapse_history VALUES (0, 'x')",
			);
			await using(at('cut'), history => history.save(run()));
			await writeFile(at('cut'), (await readFile(at('cut'))).subarray(0, 9_000));
			const cases: [string, string, RegExp][] = [
				['text', 'HISTORY_INVALID', /text is no DuckDB file/],
				['empty', 'HISTORY_INVALID', /empty is no DuckDB file/],
				['folder', 'HISTORY_INVALID', /folder is a folder/],
				['other', 'HISTORY_INVALID', /other is a DuckDB file of something else/],
				[
					'older',
					'HISTORY_INVALID',
					/older has version 0 of its tables, and this kubelapse writes version 1/,
				],
				['cut', 'HISTORY_INVALID', /cut /],
				['no/such', 'OUTPUT_UNWRITABLE', /cannot make the history file .*no\/such \(ENOENT\)/],
				['text/x', 'FILE_UNREADABLE', /ENOTDIR/],
				['a?access_mode=x', 'USAGE', /question mark/],
			];
			for (const [name, code, words] of cases) {
				const before = await readFile(at(name)).catch(() => null);
				const [got, message] = await refused(at(name));
				assert.is(got, code, name);
				assert.match(message ?? '', words);
				assert.equal(await readFile(at(name)).catch(() => null), before, name);
			}
			assert.equal(await refused('/dev/null'), [
				'HISTORY_INVALID',
				'the history file /dev/null is no regular file',
			]);
		}));

	it('two at once, in one process or two :: the second is refused, the first goes on', () =>
		withTempDir(async dir => {
			const path = join(dir, 'h.duckdb');
			await using(path, async history => {
				assert.is((await refused(path))[0], 'HISTORY_LOCKED');
				const module = fileURLToPath(new URL('../../../src/providers/history/index.ts', import.meta.url));
				const code = `import(process.argv[1]).then(m => m.openHistory(process.argv[2])).catch(e => console.log(e.code + ' ' + e.message))`;
				const words = ['--import', 'tsx', '-e', code, module, path];
				const { stdout } = await promisify(execFile)(process.execPath, words);
				assert.is(stdout, `HISTORY_LOCKED another run has the history file ${path} open\n`);
				await history.save(run());
			});
			assert.is((await refused(path))[0], 'opened');
		}));

	it('keeps marks, the latest of a kind', () =>
		withTempDir(async dir => {
			const path = join(dir, 'h.duckdb');
			const mark = (at: number, kind = 'announced') => ({ cluster: 'c', target: "t'--", kind, at });
			for (const marks of [[mark(1), mark(2, 'done')], [mark(3)]])
				await using(path, async history => {
					for (const each of marks) await history.mark(each);
					await history.save(null);
				});
			assert.equal(await using(path, history => history.marks('c')), [mark(3), mark(2, 'done')]);
			assert.equal(await using(path, history => history.marks('d')), []);
		}));

	it('a ledger that others wrote to :: is not taken for credentials', () =>
		withTempDir(async dir => {
			const path = join(dir, 'h.duckdb');
			const ann = credentialOf('ann');
			await using(path, async history => {
				const cluster = { uid: 'c', name: 'c', provider: 'kubernetes' } as const;
				const seen = { credentials: [ann, ann], issued: [ann], spans: [], matches: [] };
				await history.note({ cluster, isFound: true, ...seen, now: NOW });
				await history.save(run());
			});
			assert.equal((await using(path, history => history.remembered('c', NOW))).issued, [ann]);
			for (const text of ['{"uid":"x"}', 'null', '{']) {
				await duckdb(path, `UPDATE ledger SET credential = '${text}'`);
				const error = await using(path, history => history.remembered('c', NOW)).catch(error => error);
				assert.instance(error, Error);
			}
		}));
});
