import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScanError } from '../../../src/lib/scan-error.ts';
import type { KubeconfigTarget } from '../../../src/model/scan.ts';
import { loadTargets } from '../../../src/providers/kubernetes/targets.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { base64, makeCertificate, NOW } from '../../helpers/kubeconfig-fixtures.ts';
import { alice, inFolder, issuer } from '../../helpers/kubeconfig-folder.ts';

const file = (contexts: string, rest: { clusters?: string; users?: string; current?: string } = {}) =>
	`clusters: [${rest.clusters ?? '{name: k, cluster: {server: "https://h:6443"}}'}]
contexts: [${contexts}]
users: [${rest.users ?? '{name: u, user: {token: t}}'}]
${rest.current === undefined ? '' : `current-context: ${rest.current}`}
`;
const context = (name: string, cluster = 'k', user = 'u') =>
	`{name: ${name}, context: {cluster: ${cluster}, user: ${user}}}`;

interface Loaded {
	targets: [name: string, server: string, notes: string[]][];
	broken: [name: string, message: string][];
}

/** What a few targets come to, the folder written as DIR. */
function load(
	files: Record<string, string>,
	wanted: [
		path: string,
		contexts: KubeconfigTarget['contexts'],
		names?: Record<string, string>,
		isExact?: boolean,
	][],
): Promise<Loaded | string> {
	return inFolder(files, dir => {
		const all = wanted.map(([path, contexts, names = {}, isExact = false]) => ({
			path: join(dir, path),
			contexts,
			names,
			isExact,
		}));
		const plain = (text: string) => text.replaceAll(dir, 'DIR');
		try {
			const { targets, broken, error } = loadTargets(all, NOW);
			if (targets.length === 0 && error !== null) throw error;
			return {
				targets: targets.map(t => [plain(t.name), t.cluster.server, t.notes.map(plain)]),
				broken: broken.map(b => [plain(b.name), plain(b.message)]),
			};
		} catch (error) {
			if (!(error instanceof ScanError)) throw error;
			return plain(`${error.code}: ${error.message}; ${error.hint}`);
		}
	});
}

describe('loadTargets', it => {
	it('current, all and named contexts :: called after file and context unless the config has a name', async () => {
		const text = file([context('a'), context('b'), context('c')].join(), { current: 'b' });
		const target = (name: string) => [name, 'https://h:6443', []];
		assert.equal(await load({ f: text }, [['f', 'current']]), { targets: [target('f#b')], broken: [] });
		assert.equal(await load({ f: text }, [['f', 'all']]), {
			targets: [target('f#a'), target('f#b'), target('f#c')],
			broken: [],
		});
		assert.equal(await load({ f: text }, [['f', ['c', 'a'], { a: 'prod' }]]), {
			targets: [target('f#c'), target('prod')],
			broken: [],
		});
	});

	it('a context of several files :: is taken where it is', async () => {
		const files = { f: file(context('a')), g: file(context('b')) };
		assert.equal(
			await load(files, [
				['f', ['b']],
				['g', ['b']],
			]),
			{
				targets: [['g#b', 'https://h:6443', []]],
				broken: [],
			},
		);
	});

	it('a context that the config names in this very file :: is broken where the file has lost it', async () => {
		const good = ['a', ['prod'], {}, true] as [string, string[], Record<string, string>, boolean];
		const files = { a: file(context('prod')), b: file(context('prod2')) };
		const target = ['a#prod', 'https://h:6443', []];
		assert.equal(await load(files, [good, ['b', ['prod'], { prod: 'second' }, true]]), {
			targets: [target],
			broken: [['second', 'kubeconfig DIR/b has no context prod; did you mean prod2?']],
		});
		assert.equal(await load(files, [good, ['missing', ['prod-b'], { 'prod-b': 'third' }, true]]), {
			targets: [target],
			broken: [['third', 'DIR/missing does not exist']],
		});
		assert.is(
			await load(files, [['b', ['prod'], {}, true]]),
			'CONTEXT_UNKNOWN: kubeconfig DIR/b has no context prod; did you mean prod2?; ',
		);
	});

	it('a context that a broken file may hold :: stops no other', async () => {
		const wanted = ['prod', 'prod-b'];
		assert.equal(
			await load({ a: file(context('prod')) }, [
				['a', wanted],
				['missing', wanted],
			]),
			{
				targets: [['a#prod', 'https://h:6443', []]],
				broken: [['DIR/missing', 'DIR/missing does not exist']],
			},
		);
	});

	it('a context called like what every object has', async () => {
		assert.equal(await load({ f: file(context('constructor')) }, [['f', ['constructor']]]), {
			targets: [['f#constructor', 'https://h:6443', []]],
			broken: [],
		});
	});

	it('names that the config gives, and no others', () =>
		inFolder({ f: file(['a', 'constructor', '__proto__'].map(name => context(name)).join()) }, dir => {
			const target = { path: join(dir, 'f'), contexts: 'all', names: { a: 'north' } } as const;
			const { targets } = loadTargets([target], NOW);
			assert.equal(
				targets.map(one => one.configuredName),
				['north', null, null],
			);
		}));

	it('a context that nobody has :: the nearest name, else those there are', async () => {
		const files = { f: file([context('prod-east'), context('prod-west')].join()) };
		assert.is(
			await load(files, [['f', ['prod-eats']]]),
			'CONTEXT_UNKNOWN: no kubeconfig has a context prod-eats; did you mean prod-east?',
		);
		assert.is(
			await load(files, [['f', ['x\u001b[2J']]]),
			'CONTEXT_UNKNOWN: no kubeconfig has a context x\\u{1b}[2J; known contexts: prod-east, prod-west',
		);
	});

	it('files that call all the same :: stay apart, and so do their names', async () => {
		const at = (server: string) =>
			file(context('c'), {
				clusters: `{name: kubernetes, cluster: {server: "${server}"}}`.replace('kubernetes', 'k'),
				current: 'c',
			});
		const files = { 'a/config': at('https://a'), 'b/config': at('https://b'), 'c/other': at('https://c') };
		assert.equal(
			await load(files, [
				['a/config', 'current'],
				['b/config', 'all'],
				['c/other', ['c']],
			]),
			{
				targets: [
					['DIR/a/config#c', 'https://a', []],
					['DIR/b/config#c', 'https://b', []],
					['other#c', 'https://c', []],
				],
				broken: [],
			},
		);
	});

	it('one context by two flags :: is one target', async () => {
		const files = { f: file(context('a'), { current: 'a' }) };
		assert.equal(
			await load(files, [
				['f', 'current'],
				['f', 'all'],
				['f', ['a']],
			]),
			{
				targets: [['f#a', 'https://h:6443', []]],
				broken: [],
			},
		);
	});

	it('broken contexts among good ones :: are told, each with its line', async () => {
		const contexts = [
			context('good'),
			context('no-cluster', 'gone'),
			context('no-user', 'k', 'gone'),
			context('ca', 'ca'),
			context('key', 'key'),
			context('cert', 'k', 'cert'),
			context('url', 'url'),
		];
		const clusters = [
			'{name: k, cluster: {server: "https://h:6443"}}',
			'{name: ca, cluster: {server: "https://ca", certificate-authority: missing.pem}}',
			`{name: key, cluster: {server: "https://key", certificate-authority-data: ${base64(alice.keyPem)}}}`,
			'{name: url, cluster: {server: "ftp://h"}}',
		];
		const users = [
			'{name: u, user: {token: t}}',
			'{name: cert, user: {client-certificate: missing.pem, client-key: missing.key}}',
		];
		const text = file(contexts.join(), { clusters: clusters.join(), users: users.join() });
		const at = (name: string, message: string, line = 1) => [
			`f#${name}`,
			`kubeconfig DIR/f, context ${name}, line ${line}: ${message}`,
		];
		const again = 'export the kubeconfig again from where it came';
		assert.equal(await load({ f: text }, [['f', 'all']]), {
			targets: [['f#good', 'https://h:6443', []]],
			broken: [
				at(
					'no-cluster',
					'the context names a cluster that the file lacks; add the cluster block, or correct its name in the context',
					2,
				),
				at(
					'no-user',
					'the context names a user that the file lacks; add the user block, or correct its name in the context',
					2,
				),
				at('ca', `certificate-authority DIR/missing.pem does not exist; ${again}`),
				at('key', `certificate-authority-data holds a private key where a certificate belongs; ${again}`),
				at('cert', `client-certificate DIR/missing.pem does not exist; ${again}`, 3),
				at('url', 'server is missing or no http(s) URL; write it as https://host:port'),
			],
		});
	});

	it('nothing but broken ones :: the first is the error', async () => {
		assert.is(
			await load({ f: file(context('c', 'gone'), { current: 'c' }), g: '' }, [
				['f', 'current'],
				['g', 'current'],
			]),
			'KUBECONFIG_INVALID: kubeconfig DIR/f, context c, line 2: the context names a cluster that the file lacks; add the cluster block, or correct its name in the context; ',
		);
		assert.is(
			await load({ f: file(context('c')) }, [['f', 'current']]),
			'KUBECONFIG_INVALID: kubeconfig DIR/f has no current-context; name one with --context, or scan them all with --all-contexts; ',
		);
	});

	it('what loads, but not without doubt', async () => {
		const old = await makeCertificate({ cn: 'old-ca' }, { notAfter: NOW - 1 });
		const clusters = [
			`{name: old, cluster: {server: "https://old", certificate-authority-data: ${base64(old.pem)}}}`,
			`{name: both, cluster: {server: "https://both", certificate-authority-data: ${base64(old.pem + issuer.pem)}}}`,
			'{name: both, cluster: {server: "https://second"}}',
		];
		const users = [
			'{name: u, user: {token: t}}',
			`{name: chain, user: {client-certificate-data: ${base64(alice.pem + issuer.pem)}, client-key-data: ${base64(alice.keyPem)}}}`,
		];
		const text = file([context('old', 'old'), context('both', 'both', 'chain')].join(), {
			clusters: clusters.join(),
			users: users.join(),
		});
		const at = (name: string, line: number, message: string) =>
			`kubeconfig DIR/f, context ${name}, line ${line}: ${message}`;
		assert.equal(await load({ f: text }, [['f', 'all']]), {
			targets: [
				[
					'f#old',
					'https://old',
					[
						at(
							'old',
							1,
							'certificate-authority expired at 2025-12-31T23:59:59Z, so the server cannot be verified; fetch the current certificate authority of the cluster',
						),
					],
				],
				[
					'f#both',
					'https://both',
					[
						at(
							'both',
							1,
							'a second cluster block has the same name; the first is used, and kubectl refuses the file; rename one of them',
						),
						at(
							'both',
							3,
							"client-certificate holds 2 certificates; the first is taken as the client's, the others as its chain; put the client certificate first if it is another",
						),
					],
				],
			],
			broken: [],
		});
	});

	it('files that are no kubeconfig :: among good ones are told, alone are the error', async () => {
		const good = file(context('c'), { current: 'c' });
		const bad = {
			empty: '',
			binary: '\u007fELF\u0000\u0001',
			cut: `${good.slice(0, 60)}"`,
			list: '- a\n',
			bomb: `a: &a [1]\nb: &b [${'*a,'.repeat(200)}]\n${good}\nz: [${'*b,'.repeat(2000)}]\n`,
		};
		const wanted = ['good', ...Object.keys(bad), 'missing'].map((path): [string, 'current'] => [
			path,
			'current',
		]);
		const loaded = await load({ good, ...bad }, wanted);
		if (typeof loaded === 'string') throw new Error(loaded);
		assert.equal(
			loaded.targets.map(([name]) => name),
			['good#c'],
		);
		assert.equal(loaded.broken, [
			['DIR/empty', 'kubeconfig DIR/empty: line 1: the file is empty'],
			['DIR/binary', 'kubeconfig DIR/binary: line 1: binary data or not UTF-8'],
			['DIR/cut', 'kubeconfig DIR/cut: line 2: not valid YAML (a quote, bracket or colon is missing)'],
			['DIR/list', 'kubeconfig DIR/list: line 1: the file is not a map'],
			['DIR/bomb', 'kubeconfig DIR/bomb: its aliases multiply'],
			['DIR/missing', 'DIR/missing does not exist'],
		]);
		assert.match(String(await load(bad, [['binary', 'all']])), /^KUBECONFIG_INVALID: kubeconfig DIR\/binary/);
	});

	it('50 MB, a folder', () =>
		inFolder({}, dir => {
			writeFileSync(join(dir, 'large'), '');
			truncateSync(join(dir, 'large'), 50_000_000);
			mkdirSync(join(dir, 'folder'));
			const said = (path: string) => {
				const { error } = loadTargets([{ path: join(dir, path), contexts: 'all', names: {} }], NOW);
				return String(error).replace(dir, 'DIR');
			};
			assert.is(said('large'), 'ScanError: DIR/large is 50 MB large, over the limit of 10 MB');
			assert.is(said('folder'), 'ScanError: DIR/folder is not a regular file');
		}));

	it('what the connection is handed :: the blocks of its own context alone', () =>
		inFolder(
			{
				f: file([context('a', 'k', 'u'), context('b', 'k', 'v')].join(), {
					users: '{name: u, user: {token: t-u}}, {name: v, user: {token: 1e3}}',
				}),
			},
			dir => {
				const { targets } = loadTargets([{ path: join(dir, 'f'), contexts: 'all', names: {} }], NOW);
				assert.equal(
					targets.map(({ raw }) => raw),
					[
						{ cluster: { server: 'https://h:6443' }, user: { token: 't-u' } },
						{ cluster: { server: 'https://h:6443' }, user: { token: '1e3' } },
					],
				);
			},
		));
});
