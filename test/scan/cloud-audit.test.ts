import { readTrail } from '../../src/cloud-audit.ts';
import type { CloudFleet } from '../../src/demo/alibaba/fleet.ts';
import type { LogStoreTraits } from '../../src/demo/alibaba/state.ts';
import { DAY } from '../../src/lib/epoch.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import { clock, keyOf, type Pair, withCloud } from '../demo/helpers/cloud.ts';
import { assert, describe } from '../helpers/describe.ts';
import { withAccount } from '../providers/alibaba/own-account.ts';
import { cloudTarget, scanCloud } from './cloud-scan.ts';

const AUDIT = { days: 20, isAsked: true };

async function trailOf(
	fleet: CloudFleet,
	{
		key = fleet,
		traits = {},
		...change
	}: { key?: Pair; traits?: LogStoreTraits } & Partial<{
		isEnabled: boolean | null;
		project: string;
		isAsked: boolean;
	}> = {},
) {
	const [cluster] = fleet.state.clusters;
	if (cluster === undefined) throw new Error('the fleet is empty');
	fleet.state.logs.set(cluster.id, traits);
	const { isAsked = true, ...rest } = change;
	const signal = new AbortController().signal;
	return withAccount(fleet, key, account =>
		readTrail(
			{ account, spend: work => work },
			{ ...cluster, ...cluster.audit, ...rest },
			{ ...AUDIT, isAsked, now: clock(), showSources: false, salt: 'salt', signal },
		),
	);
}

const said = ({ trail, status, gaps }: Awaited<ReturnType<typeof readTrail>>) => [
	trail !== null,
	status.status,
	...gaps.map(({ source, code, permission }) => `${source} ${code} ${permission}`.trim()),
];

describe('readTrail', it => {
	it('reads the log, or says why there is none; a gap only where it was asked for', () =>
		withCloud({ clusters: 1, identities: 20, bindings: 6 }, async fleet => {
			const whole = await trailOf(fleet);
			assert.equal(said(whole), [true, 'complete']);
			assert.is(whole.status.count, whole.trail?.streams[0]?.events);
			assert.ok((whole.trail?.streams[0]?.window?.from ?? 0) >= clock() - 20 * DAY - 60);
			const key = keyOf(fleet, fleet.state.accessKeys[0]?.holder ?? '', { allowed: [] });
			const of = async (change: Parameters<typeof trailOf>[1]) => said(await trailOf(fleet, change));
			assert.equal(await of({ isEnabled: false }), [false, 'unavailable', 'usage auditing_off']);
			assert.equal(await of({ project: '' }), [false, 'unavailable', 'usage partial']);
			assert.equal(await of({ traits: { isMissing: 'logstore' } }), [
				false,
				'unavailable',
				'usage auditing_off',
			]);
			assert.equal(await of({ traits: { isMissing: 'project' } }), [
				false,
				'unavailable',
				'usage auditing_off',
			]);
			assert.equal(await of({ traits: { unindexed: ['auditID'] } }), [true, 'partial', 'usage partial']);
			const [none, status, gap = ''] = await of({ key });
			assert.equal([none, status], [false, 'denied']);
			assert.match(String(gap), /^usage forbidden log:Get/);
			for (const change of [{ key }, { isEnabled: false }, { project: '' }]) {
				const [trail, state, word = ''] = await of({ ...change, isAsked: false });
				assert.equal([trail, state], [false, 'not_configured']);
				assert.match(String(word), /^usage not_configured( log:Get\w+)?$/);
			}
		}));

	it('is part of a scan, whose gaps it joins', () =>
		withCloud({ clusters: 4, identities: 20, bindings: 6 }, async fleet => {
			const target = { audit: AUDIT, clusters: fleet.state.clusters.map(({ id }) => id) };
			const { report } = await scanCloud(fleet, { target });
			const usage = report.clusters.map(
				({ sources }) => sources.find(({ source }) => source === 'usage')?.status,
			);
			// Of the fourth, auditing is off.
			assert.equal(
				report.gaps.filter(({ source }) => source === 'usage').map(({ code }) => code),
				['auditing_off'],
			);
			assert.equal(usage.map(String).toSorted(byCodeUnit), [
				'complete',
				'complete',
				'complete',
				'unavailable',
			]);
			assert.is(fleet.state.calls.filter(({ action }) => action === 'GetLogsV2').length, 6);
			const before = fleet.state.calls.length;
			await scanCloud(fleet, { clouds: [cloudTarget(fleet, { target: { audit: null } })] });
			assert.ok(fleet.state.calls.slice(before).every(({ product }) => product !== 'sls'));
		}));
});
