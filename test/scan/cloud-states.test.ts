import type { CloudFleet } from '../../src/demo/alibaba/fleet.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Report } from '../../src/model/report.ts';
import { withCloud } from '../demo/helpers/cloud.ts';
import { type Holder, holdersOf } from '../demo/helpers/holders.ts';
import { assert, describe } from '../helpers/describe.ts';
import { scanCloud } from './cloud-scan.ts';

/** The seeds' word for what the cloud has on record and the cluster binds; null where no view shows it. */
function stateOf({ record, isBound }: Holder): string | null {
	if (record === undefined) return 'not_issued';
	switch (record.certState) {
		case 'Removed':
			return isBound ? 'deleted' : null;
		case 'Unexpired':
			return 'effective';
		case 'Expired':
			return 'expired';
		case 'Unknown':
			return 'unknown';
	}
}

async function expected({ state }: CloudFleet): Promise<string[]> {
	const lines = await Promise.all(
		state.clusters.map(async cluster =>
			(await holdersOf(cluster)).flatMap(holder => {
				const word = stateOf(holder);
				return word === null ? [] : [`${cluster.name} ${holder.uid} ${word}`];
			}),
		),
	);
	return lines.flat().toSorted(byCodeUnit);
}

function shown({ credentials, clusters }: Report): string[] {
	const names = new Map(clusters.map(({ uid, name }) => [uid, name]));
	return credentials
		.filter(({ kind }) => kind === 'cloud_kubeconfig')
		.map(({ cluster, username, state }) => `${names.get(cluster)} ${username} ${state}`)
		.toSorted(byCodeUnit);
}

describe('scan --alibaba, states of kubeconfigs', it => {
	it('has the one of the seeds for each, with and without RBAC, the deleted file whose RBAC was kept too', () =>
		withCloud({ clusters: 4, identities: 45, bindings: 30 }, async fleet => {
			const lines = await expected(fleet);
			const words = new Set(lines.map(line => line.split(' ')[2]));
			assert.equal(
				[...words].toSorted((a = '', b = '') => byCodeUnit(a, b)),
				['deleted', 'effective', 'expired', 'not_issued', 'unknown'],
			);
			assert.equal(shown((await scanCloud(fleet)).report), lines);
		}));

	it('asks the identity’s own list where the cluster’s says what nobody knows', () =>
		withCloud({ clusters: 2, identities: 30, bindings: 15 }, async fleet => {
			const rewrite = { is: 'rewrite', rewrite: 'unknown_words' } as const;
			const action = 'ListClusterKubeconfigStates';
			fleet.state.faults = [{ action, match: '', times: 10_000, kind: rewrite }];
			const { report } = await scanCloud(fleet);
			assert.equal(shown(report), await expected(fleet));
			// Each is asked once, however many clusters it is in doubt on.
			const asked = fleet.state.calls.filter(call => call.action === 'ListUserKubeConfigStates').length;
			const people = new Set((await expected(fleet)).map(line => line.split(' ')[1]));
			assert.is(asked, people.size);
		}));

	it('sees both certificates of a file that was renewed, as one identity’s', () =>
		withCloud({ clusters: 10, identities: 30, bindings: 8 }, async fleet => {
			const renewed = fleet.state.clusters[9]?.id ?? '';
			const { report } = await scanCloud(fleet, { target: { clusters: [renewed] } });
			const operator = fleet.state.accessKeys[1]?.holder ?? '';
			const both = report.credentials.filter(
				({ kind, username }) => kind === 'client_certificate' && username.startsWith(operator),
			);
			assert.equal(both.map(({ username, state }) => `${username} ${state}`).toSorted(byCodeUnit), [
				`${operator}-1600000001 effective`,
				`${operator}-1690000002 effective`,
			]);
			assert.is(report.identities.filter(({ id }) => id === operator).length, 1);
			const older = report.findings.filter(
				({ policyId, subject }) =>
					policyId === 'credential/superseded' && subject.name.includes(`${operator}-1600000001`),
			);
			assert.is(older.length, 1);
		}));

	it('names a binding by hand that goes on serving revoked files, and only where there is one', () =>
		withCloud({ clusters: 2, identities: 30, bindings: 8 }, async fleet => {
			const { report } = await scanCloud(fleet);
			const found = report.findings.filter(({ policyId }) => policyId === 'privilege/revoked_files_served');
			assert.equal(
				found.map(({ cluster, outcome }) => `${cluster.uid} ${outcome}`),
				[`${fleet.state.clusters[1]?.id} fail`],
			);
		}));
});
