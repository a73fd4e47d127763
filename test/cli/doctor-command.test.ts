import { doctorCommand } from '../../src/cli/doctor-command.ts';
import { mergeSettings } from '../../src/cli/settings.ts';
import { assert, describe } from '../helpers/describe.ts';

describe('doctorCommand', it => {
	const { files, facts } = { files: ['a'], facts: 'dir' };
	for (const [name, config, path, expected] of [
		['where kubectl looks', {}, undefined, 'kubelapse doctor'],
		['the config that was named', {}, 'my config.yaml', "kubelapse doctor --config 'my config.yaml'"],
		[
			'files and contexts, as a shell reads them',
			{ kubeconfig: ['a.yaml', "b'$(id)"], context: ['x@y'] },
			undefined,
			"kubelapse doctor --kubeconfig a.yaml 'b'\\''$(id)' --context x@y",
		],
		[
			'every context',
			{ kubeconfig: ['a'], 'all-contexts': true },
			undefined,
			'kubelapse doctor --kubeconfig a --all-contexts',
		],
		['saved facts', { facts }, undefined, ''],
		['files alone', { files }, undefined, ''],
		['files beside a cluster', { files, kubeconfig: ['a'] }, undefined, 'kubelapse doctor --kubeconfig a'],
	] as const) {
		it(name, () =>
			assert.is(doctorCommand(mergeSettings({} as never, structuredClone(config) as never), path), expected),
		);
	}
});
