import { createCluster, type DemoCluster } from '../../src/demo/cluster.ts';
import { createKeyRing } from '../../src/demo/issue.ts';
import { allow } from '../../src/demo/seeds/seed.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { BeforeImage } from '../../src/model/journal.ts';
import type { Step } from '../../src/model/plan.ts';
import type { Workplace } from '../../src/remediation/actions/action.ts';
import { cleanPermissions } from '../../src/remediation/actions/clean-permissions.ts';
import { cleanUserPermissions } from '../../src/remediation/actions/clean-user-permissions.ts';
import type { CloudHands, Hands } from '../../src/remediation/hands.ts';
import { bindingsOf } from '../../src/remediation/kubeconfigs.ts';
import { restoreSteps } from '../../src/remediation/restore.ts';
import { NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ADMIN, directApi } from './direct-api.ts';
import { memoryJournal } from './memory-journal.ts';
import { UID } from './report-of.ts';

const BIN = `the kubeconfig of ${UID} is in the recycle bin of the console for 30 days: no API restores it`;
const keys = createKeyRing();

/** A cluster where somebody has two bindings, of two roles. */
function clusterOf(name: string): Promise<DemoCluster> {
	const bound = ['reader', 'writer'].map(role => ({
		...{ name: `of-${role}`, role: `ClusterRole ${role}` },
		subjects: [`User ${UID}-1600000000`],
	}));
	return createCluster(
		{
			...{ name, gitVersion: 'v1.34.4', created: -100, pageSize: 500, authorizer: 'rbac', hiccups: [] },
			...{ scanner: { kind: 'static_token' }, serviceAccounts: [], secrets: [], requests: [] },
			roles: [
				{ name: 'reader', rules: [allow('get', 'core', 'pods')] },
				{ name: 'writer', rules: [allow('update', 'core', 'pods')] },
			],
			bindings: bound,
		},
		keys,
		NOW,
	);
}

/** What only looks are asked; nothing of it is in the way of a restore. */
const cloud = {
	clusterState: async () => 'running',
	kubeconfig: async () => null,
	caller: async () => 'somebody',
} as unknown as CloudHands;

interface Ended {
	cluster: DemoCluster;
	hands: Hands;
	image: Extract<BeforeImage, { kind: 'kubeconfig' }>;
}

/** The same after the cloud has removed the bindings, and what was on record before. */
async function ended(name: string): Promise<Ended> {
	const cluster = await clusterOf(name);
	const hands: Hands = { cluster: { uid: name, name }, kubernetes: directApi(cluster, ADMIN), cloud };
	const place: Workplace = {
		...{ hands, isDryRun: false, today: '2026-01-01', pause: async () => undefined, handsOf: () => hands },
	};
	const look = await cleanPermissions.look(place, target, null);
	if (look.state !== 'planned' || look.image.kind !== 'kubeconfig') throw new Error(JSON.stringify(look));
	const { objects } = cluster;
	objects.clusterrolebindings = objects.clusterrolebindings.filter(
		({ metadata }) => !metadata.name.startsWith('of-'),
	);
	return { cluster, hands, image: look.image };
}

function dropRole({ cluster: { objects } }: Ended, name: string): void {
	objects.clusterroles = objects.clusterroles.filter(({ metadata }) => metadata.name !== name);
}

const workplace = (all: Ended[]): Workplace => {
	const [first] = all;
	if (first === undefined) throw new Error('no cluster');
	return {
		...{ hands: first.hands, isDryRun: false, today: '2026-01-01', pause: async () => undefined },
		handsOf: uid => all.find(({ image }) => image.cluster === uid)?.hands ?? null,
	};
};
const namesOf = async ({ hands: { kubernetes } }: Ended) =>
	kubernetes === null ? [] : (await bindingsOf(kubernetes, UID)).map(({ name }) => name).sort(byCodeUnit);

const target = { kind: 'kubeconfig', uid: 'k', account: UID, region: '', force: false, bindings: 2 } as const;
const bulk = { kind: 'kubeconfigs', uid: 'k', account: UID, force: false, clusters: [] } as const;
const bulkOf = (all: Ended[]): BeforeImage => ({
	kind: 'kubeconfigs',
	clusters: all.map(({ image }) => image),
});
const restoreBulk = (all: Ended[], reached = all) =>
	cleanUserPermissions.restore(workplace(reached), { ...bulk, clusters: [] }, bulkOf(all), null);

describe('restore of a kubeconfig', it => {
	it('says what was put back in part', async () => {
		const one = await ended('a');
		dropRole(one, 'writer');
		assert.equal(await cleanPermissions.restore(workplace([one]), target, one.image, null), {
			kind: 'partial',
			why: 'ClusterRoleBinding of-writer is not put back: its role is gone',
			notes: [BIN],
		});
		assert.equal(await namesOf(one), ['of-reader']);
	});

	it('is refused where nothing could be put back', async () => {
		const one = await ended('a');
		for (const name of ['reader', 'writer']) dropRole(one, name);
		assert.equal(await cleanPermissions.restore(workplace([one]), target, one.image, null), {
			kind: 'refused',
			why: `ClusterRoleBinding of-reader is not put back: its role is gone; ClusterRoleBinding of-writer is not put back: its role is gone; ${BIN}`,
		});
	});

	it('of several clusters is whole only where each is', async () => {
		const all = [await ended('a'), await ended('b')];
		assert.equal(await restoreBulk(all), { kind: 'restored', after: null, notes: [BIN, BIN] });
		const [c, d, e] = [await ended('c'), await ended('d'), await ended('e')];
		dropRole(d, 'reader');
		// That one is not reached keeps nothing from the others.
		assert.equal(await restoreBulk([e, c, d], [c, d]), {
			kind: 'partial',
			why: 'cluster e is not reached; d: ClusterRoleBinding of-reader is not put back: its role is gone',
			notes: [BIN, BIN],
		});
		assert.equal(
			[await namesOf(c), await namesOf(d), await namesOf(e)],
			[['of-reader', 'of-writer'], ['of-writer'], []],
		);
	});

	it('of several clusters is refused where each refuses', async () => {
		const all = [await ended('a'), await ended('b')];
		for (const one of all) for (const name of ['reader', 'writer']) dropRole(one, name);
		const { kind } = await restoreBulk(all);
		assert.is(kind, 'refused');
	});
});

describe('restoreSteps', it => {
	it('calls unconfirmed what was put back in part', async () => {
		const one = await ended('a');
		dropRole(one, 'writer');
		const step = {
			...{ id: 's', action: 'clean_permissions', cluster: { uid: 'a', name: 'a' }, target },
			preconditions: [],
		} as unknown as Step; // what a restore reads of it
		const results = await restoreSteps({
			steps: [
				{
					step,
					record: {
						...{ step, begun: { before: one.image, at: NOW } },
						ended: { outcome: 'done', reason: '', after: null, at: NOW },
					},
				},
			],
			...{ journal: memoryJournal(), isDryRun: false, isDeleted: () => false, now: () => NOW },
			...{ pause: async () => undefined, signal: new AbortController().signal },
			...{ handsOf: () => one.hands, onStep: () => undefined },
		});
		assert.equal(
			results.map(({ outcome, reason, isFault }) => [outcome, reason, isFault]),
			[
				[
					'unconfirmed',
					`put back in part: ClusterRoleBinding of-writer is not put back: its role is gone; ${BIN}`,
					false,
				],
			],
		);
	});
});
