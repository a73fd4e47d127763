import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudFleet } from '../../src/demo/alibaba/fleet.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Report } from '../../src/model/report.ts';
import { clients, withCloud } from '../demo/helpers/cloud.ts';
import { assert, describe } from '../helpers/describe.ts';
import { withTempDir } from '../helpers/temp-dir.ts';
import { cloudTarget, scanCloud } from './cloud-scan.ts';

const SMALL = { clusters: 3, identities: 30, bindings: 12 };

/** A kubeconfig of one's own for the first cluster, issued by the official SDK. */
async function ownKubeconfig(fleet: CloudFleet, dir: string): Promise<string> {
	const [{ id } = { id: '' }] = fleet.state.clusters;
	const { DescribeClusterUserKubeconfigRequest } = await import('@alicloud/cs20151215');
	const request = new DescribeClusterUserKubeconfigRequest({ temporaryDurationMinutes: 60 });
	const { body } = await clients(fleet, fleet).cs.describeClusterUserKubeconfig(id, request);
	const path = join(dir, 'own.yaml');
	await writeFile(path, body?.config ?? '', { mode: 0o600 });
	return path;
}

const issued = ({ state }: CloudFleet) =>
	state.calls.splice(0).filter(({ action }) => action === 'DescribeClusterUserKubeconfig').length;
const byName = ({ clusters }: Report) =>
	clusters.map(({ name, status, provider }) => `${name} ${provider} ${status}`).toSorted(byCodeUnit);

describe('scan --alibaba, which clusters', it => {
	it('every one of the account, each with its uid, its place and its states', () =>
		withCloud(SMALL, async fleet => {
			const { report } = await scanCloud(fleet);
			for (const listed of fleet.state.clusters) {
				const cluster = report.clusters.find(({ uid }) => uid === listed.id);
				assert.is(cluster?.name, listed.name);
				assert.is(cluster?.cloud?.region, listed.region);
				assert.is(cluster?.cloud?.accountId, fleet.state.accountId);
				assert.is(cluster?.auditing.state, 'on');
				assert.is(cluster?.cloud?.auditProject, listed.audit.project);
				const files = report.credentials.filter(
					({ kind, cluster: of }) => kind === 'cloud_kubeconfig' && of === listed.id,
				);
				const holders = new Set(files.map(({ username }) => username));
				for (const { accountId, certState } of listed.kubeconfigs)
					if (certState !== 'Removed') assert.ok(holders.has(accountId), accountId);
			}
			assert.is(report.clusters.length, 3);
			assert.not.match(JSON.stringify(report), new RegExp(fleet.accessKeySecret));
			assert.not.match(JSON.stringify(report), /PRIVATE KEY/);
		}));

	it('those that are named, by name or id, and those of a region', () =>
		withCloud(SMALL, async fleet => {
			const [first, second, third] = fleet.state.clusters;
			const clusters = [first?.name ?? '', second?.id ?? ''];
			const named = await scanCloud(fleet, { target: { clusters } });
			assert.equal(
				named.report.clusters.map(({ uid }) => uid).toSorted(byCodeUnit),
				[first?.id, second?.id].toSorted((a = '', b = '') => byCodeUnit(a, b)),
			);
			const regional = await scanCloud(fleet, { target: { regions: [third?.region ?? ''] } });
			assert.equal(
				regional.report.clusters.map(({ uid }) => uid),
				[third?.id],
			);
		}));

	it('one that is expected and is not listed is not assessed', () =>
		withCloud(SMALL, async fleet => {
			const request = { expect: ['retired-prod', fleet.state.clusters[0]?.name ?? ''] };
			const { report } = await scanCloud(fleet, { target: { clusters: ['retired-prod'] }, request });
			assert.equal(
				report.clusters.map(({ status }) => status),
				['not_assessed', 'not_assessed'],
			);
			assert.is(report.run.verdict.exitCode, 3);
		}));

	it('two profiles of one account are one account', () =>
		withCloud(SMALL, async fleet => {
			const clouds = [cloudTarget(fleet), cloudTarget(fleet)];
			const { report } = await scanCloud(fleet, { clouds });
			assert.is(report.clusters.length, 3);
		}));
});

describe('scan --alibaba, how clusters are reached', it => {
	it('by a kubeconfig of one’s own, and then none is issued for it; it is scanned once', () =>
		withCloud(SMALL, fleet =>
			withTempDir(async dir => {
				const path = await ownKubeconfig(fleet, dir);
				issued(fleet);
				const kubeconfigs = [{ path, contexts: 'all' as const, names: {} }];
				const { report } = await scanCloud(fleet, { request: { kubeconfigs } });
				assert.is(issued(fleet), 2);
				assert.equal(
					byName(report),
					fleet.state.clusters.map(({ name }) => `${name} alibaba assessed`).toSorted(byCodeUnit),
				);
				const [first] = fleet.state.clusters;
				const cluster = report.clusters.find(({ uid }) => uid === first?.id);
				assert.equal(cluster?.contexts.length, 1);
				const target = { kubeconfigMinutes: null };
				const none = await scanCloud(fleet, { request: { kubeconfigs }, target });
				assert.is(issued(fleet), 0);
				const statusOf = (uid = '') => none.report.clusters.find(each => each.uid === uid)?.status;
				assert.equal(
					fleet.state.clusters.map(({ id }) => statusOf(id)),
					['assessed', 'partial', 'partial'],
				);
			}),
		));

	it('without any, what the cloud says is all, and the gap says why', () =>
		withCloud(SMALL, async fleet => {
			const { report } = await scanCloud(fleet, { target: { kubeconfigMinutes: null } });
			assert.is(issued(fleet), 0);
			assert.equal(
				[...new Set(report.gaps.map(({ source, message }) => `${source}: ${message}`))],
				[
					'cluster: no kubeconfig of your own leads to it, and --no-temporary-kubeconfig forbids to issue one',
				],
			);
			assert.ok(report.credentials.some(({ kind }) => kind === 'cloud_kubeconfig'));
		}));

	it('where one’s own no longer works, a temporary one does', () =>
		withCloud(SMALL, fleet =>
			withTempDir(async dir => {
				const path = await ownKubeconfig(fleet, dir);
				const [first] = fleet.state.clusters;
				const url = first?.kubernetes?.url ?? '';
				// A token that nobody knows, for the very same server.
				const server = `{server: "${url}", insecure-skip-tls-verify: true}`;
				const text = `apiVersion: v1\nkind: Config\ncurrent-context: x\nclusters: [{name: x, cluster: ${server}}]\nusers: [{name: x, user: {token: nobody-knows-it}}]\ncontexts: [{name: x, context: {cluster: x, user: x}}]\n`;
				await writeFile(path, text, { mode: 0o600 });
				issued(fleet);
				const kubeconfigs = [{ path, contexts: 'all' as const, names: {} }];
				const { report } = await scanCloud(fleet, { request: { kubeconfigs } });
				assert.is(issued(fleet), 3);
				assert.is(report.clusters.length, 3);
				assert.equal(
					report.clusters.map(({ status }) => status),
					['assessed', 'assessed', 'assessed'],
				);
			}),
		));

	it('a kubeconfig file of a cluster is judged with it', () =>
		withCloud(SMALL, fleet =>
			withTempDir(async dir => {
				const path = await ownKubeconfig(fleet, dir);
				const { report } = await scanCloud(fleet, { request: { files: [path] } });
				assert.is(report.clusters.length, 3);
				const [first] = fleet.state.clusters;
				const found = report.credentials.filter(({ locations }) =>
					locations.some(each => each.path === path),
				);
				assert.equal(
					found.map(({ kind, cluster }) => [kind, cluster]),
					[['client_certificate', first?.id]],
				);
			}),
		));

	it('an address that two clusters have is nobody’s, unless the file names the cluster', () =>
		withCloud({ ...SMALL, clusters: 2 }, fleet =>
			withTempDir(async dir => {
				const path = await ownKubeconfig(fleet, dir);
				const [first, second] = fleet.state.clusters;
				if (second?.kubernetes && first?.kubernetes) second.kubernetes.url = first.kubernetes.url;
				const scanFile = async () => {
					const { report, notices } = await scanCloud(fleet, { request: { files: [path] } });
					const found = report.credentials.filter(({ locations }) =>
						locations.some(each => each.path === path),
					);
					assert.is(found.length, 1);
					return { cluster: found[0]?.cluster ?? '', notices: notices.join('\n') };
				};
				const named = await scanFile();
				assert.is(named.cluster, first?.id);
				assert.not.match(named.notices, 'several clusters have the address');
				const text = await readFile(path, 'utf8');
				await writeFile(path, text.replaceAll(`-${first?.id}`, ''), { mode: 0o600 });
				const unnamed = await scanFile();
				assert.match(unnamed.cluster, /^file:/);
				assert.match(unnamed.notices, 'several clusters have the address https://127.0.0.1:');
			}),
		));

	it('an address that clusters of two accounts have is nobody’s: no file, and no live cluster, goes by it', () =>
		withCloud(SMALL, one =>
			withCloud({ ...SMALL, clusters: 1, seed: 2 }, other =>
				withTempDir(async dir => {
					const path = await ownKubeconfig(one, dir);
					const [first] = one.state.clusters;
					const [theirs] = other.state.clusters;
					const [scanner] = one.state.accessKeys;
					assert.ok(first?.kubernetes && theirs?.kubernetes && scanner);
					theirs.kubernetes.url = first.kubernetes.url;
					other.state.accessKeys.push({ ...scanner, holder: other.state.accessKeys[0]?.holder ?? '' });
					const text = await readFile(path, 'utf8');
					await writeFile(path, text.replaceAll(`-${first.id}`, ''), { mode: 0o600 });
					const clouds = [one, other].map(fleet =>
						cloudTarget(fleet, { target: { kubeconfigMinutes: null } }),
					);
					const kubeconfigs = [{ path, contexts: 'all' as const, names: {} }];
					const live = await scanCloud(one, { clouds, request: { kubeconfigs } });
					// Read as a plain cluster, beside those of the clouds.
					assert.is(live.report.clusters.filter(({ provider }) => provider === 'kubernetes').length, 1);
					for (const { uid, contexts } of live.report.clusters)
						if (uid === first.id || uid === theirs.id) assert.equal(contexts, []);
					const { report } = await scanCloud(one, { clouds, request: { files: [path] } });
					const found = report.credentials.filter(({ locations }) =>
						locations.some(each => each.path === path),
					);
					assert.is(found.length, 1);
					assert.match(found[0]?.cluster ?? '', /^file:/);
				}),
			),
		));

	it('a private address is asked for where that is wanted', () =>
		withCloud({ ...SMALL, clusters: 12 }, async fleet => {
			const hidden = fleet.state.clusters.find(({ hasPublicEndpoint }) => !hasPublicEndpoint);
			const clusters = [hidden?.id ?? ''];
			const open = await scanCloud(fleet, { target: { clusters } });
			assert.equal(
				open.report.clusters.map(({ status }) => status),
				['partial'],
			);
			assert.ok(open.report.gaps.some(({ message }) => /--endpoint-access private/.test(message)));
			assert.is(issued(fleet), 0);
			const inside = await scanCloud(fleet, { target: { clusters, endpointAccess: 'private' } });
			assert.equal(
				inside.report.gaps.filter(({ source }) => source === 'cluster'),
				[],
			);
		}));
});
