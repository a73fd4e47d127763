import { isBootstrapDefault } from '../../src/join/bootstrap.ts';
import type { Binding } from '../../src/model/facts.ts';
import { binding, subject } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

const is = (path: string, role: string, who: string, rest: Partial<Binding> = {}) =>
	isBootstrapDefault(binding(path, role, [], { manager: 'bootstrap', ...rest }), subject(who));

describe('isBootstrapDefault', it => {
	const controller = 'system:controller:node-controller';
	const reader = 'extension-apiserver-authentication-reader';

	for (const [path, role, who] of [
		['cluster-admin', 'ClusterRole cluster-admin', 'Group system:masters'],
		['system:public-info-viewer', 'ClusterRole system:public-info-viewer', 'Group system:unauthenticated'],
		[controller, `ClusterRole ${controller}`, 'ServiceAccount kube-system/node-controller'],
		[`kube-system/system::${reader}`, `Role ${reader}`, 'User system:kube-scheduler'],
		[
			'kube-system/system:controller:token-cleaner',
			'Role system:controller:token-cleaner',
			'ServiceAccount kube-system/token-cleaner',
		],
		[
			'kube-public/system:controller:bootstrap-signer',
			'Role system:controller:bootstrap-signer',
			'ServiceAccount kube-system/bootstrap-signer',
		],
	] as const) {
		it(`${path}, ${who} :: the API server's own`, () => assert.is(is(path, role, who), true));
	}

	for (const [why, path, role, who, manager] of [
		['a subject added', 'cluster-admin', 'ClusterRole cluster-admin', 'User mallory'],
		['a subject of another kind', 'cluster-admin', 'ClusterRole cluster-admin', 'User system:masters'],
		['an account added', controller, `ClusterRole ${controller}`, 'ServiceAccount default/node-controller'],
		[
			'another role under a known name',
			'system:basic-user',
			'ClusterRole cluster-admin',
			'Group system:authenticated',
		],
		[
			'a role of another kind',
			`kube-system/system::${reader}`,
			`ClusterRole ${reader}`,
			'User system:kube-scheduler',
		],
		[
			'a controller bound to another role',
			controller,
			'ClusterRole cluster-admin',
			'ServiceAccount kube-system/node-controller',
		],
		[
			'a controller that nobody knows',
			'system:controller:evil',
			'ClusterRole system:controller:evil',
			'ServiceAccount kube-system/evil',
		],
		[
			'a known controller in another namespace',
			`default/${controller}`,
			`ClusterRole ${controller}`,
			'ServiceAccount kube-system/node-controller',
		],
		[
			'a known name in another namespace',
			'default/cluster-admin',
			'ClusterRole cluster-admin',
			'Group system:masters',
		],
		['a name of Object', 'constructor', 'ClusterRole constructor', 'User x'],
		['without the label', 'cluster-admin', 'ClusterRole cluster-admin', 'Group system:masters', 'none'],
	] as const) {
		it(`${why} :: judged like any other`, () =>
			assert.is(is(path, role, who, { manager: manager ?? 'bootstrap' }), false));
	}
});
