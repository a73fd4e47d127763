import { delimiter } from 'node:path';
import type { Config } from '../../src/cli/config-schema.ts';
import { type Flags, mergeSettings } from '../../src/cli/settings.ts';
import { kubeconfigTargets, type Surroundings } from '../../src/cli/targets.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import { assert, describe } from '../helpers/describe.ts';

const HOME: Surroundings = { kubeconfig: undefined, home: '/home/kim', exists: () => true };

function targets(flags: object, config: Config = {}, around = HOME) {
	return kubeconfigTargets(mergeSettings(flags as Flags, config), around);
}

function code(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		return error instanceof ScanError ? error.code : String(error);
	}
	return '';
}

const plain = (path: string) => ({ path, contexts: 'current', names: {} });

describe('kubeconfigTargets', it => {
	it('nothing named :: the home folder', () => assert.equal(targets({}), [plain('/home/kim/.kube/config')]));
	it('nothing named :: each file of KUBECONFIG alone, missing and empty parts left out', () =>
		assert.equal(
			targets(
				{},
				{},
				{ ...HOME, kubeconfig: ['/a', '', '/gone', '/b'].join(delimiter), exists: p => p !== '/gone' },
			),
			[plain('/a'), plain('/b')],
		));
	it('nothing named and nothing there', () =>
		assert.is(
			code(() => targets({}, {}, { ...HOME, exists: () => false })),
			'USAGE',
		));
	it('files or facts alone connect to nothing', () =>
		assert.equal([targets({ files: ['*.yaml'] }), targets({ facts: 'facts' })], [[], []]));
	it('flags :: contexts go to every file', () =>
		assert.equal(targets({ kubeconfig: ['a', 'b'], context: ['x', 'y'] }), [
			{ path: 'a', contexts: ['x', 'y'], names: {} },
			{ path: 'b', contexts: ['x', 'y'], names: {} },
		]));
	it('flags :: replace every target and context of the config', () =>
		assert.equal(
			targets({ kubeconfig: ['a'] }, { targets: [{ kubeconfig: 'b' }], files: ['c'], 'all-contexts': true }),
			[plain('a')],
		));
	it('flags :: a context replaces all-contexts of the config, not its kubeconfig', () =>
		assert.equal(targets({ context: ['x'] }, { kubeconfig: ['a'], 'all-contexts': true }), [
			{ path: 'a', contexts: ['x'], names: {} },
		]));
	it('config :: contexts of one file become one target', () =>
		assert.equal(
			targets(
				{},
				{
					targets: [
						{ kubeconfig: 'a', context: 'x', name: 'prod' },
						{ kubeconfig: 'a', context: 'y' },
						{ kubeconfig: 'b', 'all-contexts': true },
					],
				},
			),
			[
				{ path: 'a', contexts: ['x', 'y'], names: { x: 'prod' }, isExact: true },
				{ path: 'b', contexts: 'all', names: {} },
			],
		));
	it('a context without a file to find it in is refused', () =>
		assert.equal(
			[
				code(() => targets({ context: ['x'] }, { targets: [{ kubeconfig: 'a' }] })),
				code(() => targets({ files: ['a'], 'all-contexts': true })),
			],
			['USAGE', 'USAGE'],
		));
	it('facts in place of connecting, and connecting, exclude each other', () =>
		assert.is(
			code(() => targets({ facts: 'a', kubeconfig: ['b'] })),
			'USAGE',
		));
});

describe('mergeSettings', it => {
	it('flags over config over defaults', () => {
		const { out, concurrency, timeout } = mergeSettings({ timeout: 9 } as Flags, {
			out: 'there',
			timeout: 5,
		});
		assert.equal({ out, concurrency, timeout }, { out: 'there', concurrency: 16, timeout: 9 });
	});
	it('a flag can take back what the config allows', () =>
		assert.is(
			mergeSettings({ 'allow-incomplete': false } as Flags, { 'allow-incomplete': true })['allow-incomplete'],
			false,
		));
	it('what was not given replaces nothing', () =>
		assert.is(mergeSettings({ out: undefined } as unknown as Flags, { out: 'there' }).out, 'there'));
});
