import { ApiError } from '../../src/lib/api-error.ts';
import type { BeforeImage } from '../../src/model/journal.ts';
import type { Deed, Step } from '../../src/model/plan.ts';
import type { Action, Look } from '../../src/remediation/actions/action.ts';
import { runStep } from '../../src/remediation/run-step.ts';
import { binding, clusterFacts, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { memoryJournal } from './memory-journal.ts';
import { planOf, reportOf } from './report-of.ts';

const facts = clusterFacts({
	roles: [role('view', ['get,list core pods'])],
	bindings: [binding('ops', 'ClusterRole view', ['ServiceAccount ci/gone'])],
});
const step = planOf(await reportOf([facts])).steps.find(({ action }) => action === 'delete_binding') as Step;
const image: BeforeImage = {
	kind: 'kubeconfig',
	cluster: 'uid-1',
	account: 'x',
	certState: '',
	bindings: [],
};
const there: Look = { state: 'planned', image };
const over: Look = { state: 'done', after: null };
const moved: Look = { state: 'moved', why: 'it is another' };
const noAnswer = new ApiError('unreachable', 0, 'no answer');

interface Script {
	name?: Deed;
	/** What each look shows. */
	looks: Look[];
	/** What each deed ends with. */
	acts: (Error | null)[];
	/** What each fresh look at everything else says. */
	bars?: string[];
	begun?: boolean;
}

/** How a step ends, and what the journal says of it. */
async function ended({ name = 'delete_binding', looks, acts, bars = [], begun = false }: Script) {
	const next = <T>(list: T[], what: string): T => {
		if (list.length === 0) throw new Error(`one ${what} too many`);
		return list.shift() as T; // just counted
	};
	const action: Action = {
		...{ name, floor: 'B', sources: [], permissions: () => [], undoPermissions: () => [] },
		...{ undo: () => '', objects: () => 1, access: async () => [] },
		look: async () => next(looks, 'look'),
		act: async () => {
			const error = next(acts, 'deed');
			if (error !== null) throw error;
		},
		restore: async () => ({ kind: 'refused', why: '' }),
	};
	const hands = { cluster: { uid: 'uid-1', name: 'prod' }, kubernetes: null, cloud: null };
	const journal = memoryJournal();
	const { outcome, reason } = await runStep({
		...{ step, action, journal, by: 'me', bar: async () => bars.shift() ?? '' },
		place: { hands, handsOf: () => null, isDryRun: false, today: '', pause: async () => undefined },
		record: begun ? { step, begun: { before: image, at: 0 }, ended: null } : undefined,
	});
	const lines = journal.lines.map(({ entry }) => entry.kind);
	return [outcome, reason, lines.join(' ')];
}

describe('runStep', it => {
	it('looks again after a deed', async () =>
		assert.equal(await ended({ looks: [there, over], acts: [null] }), ['done', '', 'begin end']));

	it('calls what is done already somebody else’s, unless it had begun', async () =>
		assert.equal(
			[await ended({ looks: [over], acts: [] }), await ended({ looks: [over], acts: [], begun: true })],
			[
				['skipped', 'it is as it should be already: somebody else has done it', 'end'],
				['done', 'an earlier run had done it, and was cut short before it said so', 'end'],
			],
		));

	it('finds what was done without an answer', async () =>
		assert.equal(await ended({ looks: [there, over], acts: [noAnswer] }), ['done', '', 'begin end']));

	it('says that it cannot tell where a request without an answer may be under way', async () =>
		assert.equal(
			[
				await ended({ looks: [there, there], acts: [noAnswer], bars: ['', 'it is used again'] }),
				await ended({ looks: [there, moved], acts: [noAnswer] }),
			],
			[
				['unconfirmed', 'it is used again', 'begin end'],
				['unconfirmed', 'it is another', 'begin end'],
			],
		));

	it('leaves alone what moved, and what something speaks against', async () =>
		assert.equal(
			[
				await ended({ looks: [moved], acts: [] }),
				await ended({ looks: [there], acts: [], bars: ['it is used again'] }),
				await ended({ looks: [there, there], acts: [new ApiError('partial', 409, 'x')], bars: ['', 'no'] }),
			],
			[
				['skipped', 'it is another', 'end'],
				['skipped', 'it is used again', 'end'],
				['skipped', 'no', 'begin end'],
			],
		));

	it('asks five times, and no more', async () => {
		const looks = Array.from({ length: 6 }, () => there);
		const acts = Array.from({ length: 5 }, () => noAnswer);
		assert.equal(await ended({ looks, acts }), [
			'unconfirmed',
			'asked for 5 times, and it is still there',
			'begin begin begin begin begin end',
		]);
	});
});
