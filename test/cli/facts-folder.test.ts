import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFactsFolder, readFactsFolder } from '../../src/cli/facts-folder.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import type { Facts } from '../../src/model/facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

function facts(uid: string, name: string): Facts {
	return {
		apiVersion: 'kubelapse/facts/v1',
		collectedAt: 1,
		cluster: {
			uid,
			name,
			provider: 'kubernetes',
			server: 'https://127.0.0.1:1',
			contexts: ['a#b'],
			version: 'v1.36.3',
			createdAt: null,
			auditing: { state: 'unknown', from: null, to: null, credentialIds: false },
			certificateAuthorities: [],
			configuredNames: [],
			cloud: null,
		},
		reachable: true,
		credentials: [],
		connections: [],
		bindings: [],
		roles: [],
		serviceAccounts: [],
		identities: [],
		apiServers: null,
		audit: null,
		ledger: null,
		sources: [{ source: 'roles', status: 'complete', count: 0 }],
		gaps: [{ source: 'usage', code: 'not_configured', message: 'no audit log', permission: '', subject: '' }],
	};
}

async function readAll(dir: string): Promise<Facts[] | [string, boolean]> {
	try {
		const all: Facts[] = [];
		for await (const one of await readFactsFolder(dir)) all.push(one);
		return all;
	} catch (error) {
		// Whether the message names the place: the folder, or a file in it.
		return error instanceof ScanError ? [error.code, error.message.includes(dir)] : [String(error), false];
	}
}

const UID = '01234567-89ab-cdef-0123-456789abcdef';

describe('openFactsFolder', it => {
	it('saves a file a cluster that reads back as it was, whatever the cluster is called', () =>
		withTempDir(async dir => {
			const saved = [
				facts(UID, 'prod eu'),
				facts(`${UID}2`, '../../PROD eu'),
				facts('x', '<script>\u001b[2J'),
			];
			const folder = await openFactsFolder(dir);
			for (const one of saved) await folder.save(one);
			assert.equal((await readdir(dir)).sort(), [
				'.kubelapse-manifest.json',
				'prod-eu-01234567-2.json',
				'prod-eu-01234567.json',
				'script-2j-2d711642.json',
			]);
			assert.equal(await readAll(dir), [saved[1], saved[0], saved[2]]);
			assert.equal(folder.failed, []);
		}));
	it('drops on reading what the format does not have', () =>
		withTempDir(async dir => {
			await writeFile(join(dir, 'a.json'), JSON.stringify({ ...facts(UID, 'a'), token: 'never' }));
			assert.equal(await readAll(dir), [facts(UID, 'a')]);
		}));
});

describe('readFactsFolder', it => {
	const cases: [string, string][] = [
		['no JSON', 'apiVersion: v1'],
		['cut', JSON.stringify(facts(UID, 'a')).slice(0, -5)],
		['another version', JSON.stringify({ ...facts(UID, 'a'), apiVersion: 'kubelapse/facts/v9' })],
		['a list that is none', JSON.stringify({ ...facts(UID, 'a'), bindings: {} })],
		['an empty object', '{}'],
	];
	for (const [title, text] of cases) {
		it(`refuses a file, by name :: ${title}`, () =>
			withTempDir(async dir => {
				await writeFile(join(dir, 'a.json'), text);
				assert.equal(await readAll(dir), ['FACTS_INVALID', true]);
			}));
	}
	it('refuses two files of one cluster, whatever it is called', () =>
		withTempDir(async dir => {
			await writeFile(join(dir, 'a.json'), JSON.stringify(facts(UID, 'a')));
			await writeFile(join(dir, 'b.json'), JSON.stringify({ ...facts(UID, 'b'), collectedAt: 2 }));
			assert.equal(await readAll(dir), ['FACTS_INVALID', true]);
		}));
	it('refuses a folder that lost a file of its manifest, by name', () =>
		withTempDir(async dir => {
			const folder = await openFactsFolder(dir);
			await folder.save(facts(UID, 'prod'));
			await folder.save(facts('x', 'gone'));
			await rm(join(dir, 'gone-2d711642.json'));
			const error = await readFactsFolder(dir).catch((thrown: unknown) => thrown);
			assert.ok(
				error instanceof ScanError && error.message.endsWith(join(dir, 'gone-2d711642.json')),
				String(error),
			);
		}));
	it('quotes nothing of a file that is no JSON', () =>
		withTempDir(async dir => {
			await writeFile(join(dir, 'a.json'), 'hunter2');
			const error = await (async () => {
				for await (const _ of await readFactsFolder(dir));
			})().catch((thrown: unknown) => thrown);
			assert.is(
				JSON.stringify([String(error), error instanceof Error && String(error.cause)]).includes('hunter2'),
				false,
			);
			assert.is(await readFile(join(dir, 'a.json'), 'utf8'), 'hunter2');
		}));
	it('refuses a folder without facts, and one that is not there', () =>
		withTempDir(async dir =>
			assert.equal(
				[await readAll(dir), await readAll(join(dir, 'gone'))],
				[
					['FACTS_INVALID', true],
					['FILE_UNREADABLE', true],
				],
			),
		));
});
