import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { CloudFleet } from '../../demo/alibaba/fleet.ts';
import { plural } from '../../lib/text.ts';
import type { CloudFlags } from '../demo.ts';
import { interruption } from '../interrupt.ts';
import { print } from '../stdout.ts';
import { type Fleets, withFleets } from './demo-fleets.ts';

/** Where everything is, as `--json` prints it. */
interface Place {
	cs: string;
	ram: string;
	ims: string;
	sts: string;
	sls: string;
	caFile: string;
	accessKeyId: string;
	accessKeySecret: string;
	kubeconfig: string;
}

/** Keeps the plain clusters and the cloud up until the process is told to end, which is no failure. */
export async function serve({ json, ...shape }: CloudFlags & { json: boolean | undefined }): Promise<void> {
	await withFleets(shape, async fleets => {
		const place = await writePlace(fleets);
		await print(json === true ? `${JSON.stringify(place)}\n` : guide(place, fleets.cloud));
		// Whoever comes first need not wait for all of them.
		await Promise.all([interrupted(), warmUp(fleets.cloud)]);
	});
	process.exitCode = 0;
}

async function writePlace({ dir, plain, cloud, caFile }: Fleets): Promise<Place> {
	const kubeconfig = join(dir, 'kubeconfig');
	const texts = await Promise.all(plain.kubeconfigs.map(path => readFile(path, 'utf8')));
	await writeFile(kubeconfig, merged(texts), { mode: 0o600 });
	// There is but one key in it, and who tries other tools tries removing things too.
	return { ...cloud.endpoints, caFile, ...cloud.administrator, kubeconfig };
}

/** One file of a context each, its user under a name of its own. */
function merged(texts: string[]): string {
	const blocks = texts.map(text => {
		const { clusters, users, contexts } = parse(text) as Kubeconfig; // written a moment ago, by ourselves
		const name = contexts[0]?.name ?? '';
		return {
			clusters,
			users: users.map(({ user }) => ({ name: `kubelapse@${name}`, user })),
			contexts: contexts.map(({ context }) => ({
				name,
				context: { ...context, user: `kubelapse@${name}` },
			})),
		};
	});
	return stringify({
		apiVersion: 'v1',
		kind: 'Config',
		clusters: blocks.flatMap(({ clusters }) => clusters),
		users: blocks.flatMap(({ users }) => users),
		contexts: blocks.flatMap(({ contexts }) => contexts),
		'current-context': blocks[0]?.contexts[0]?.name ?? '',
	});
}

interface Kubeconfig {
	clusters: { name: string; cluster: object }[];
	users: { name: string; user: object }[];
	contexts: { name: string; context: { cluster: string; user: string } }[];
}

function guide({ cs, caFile, kubeconfig }: Place, cloud: CloudFleet): string {
	const { accessKeyId, accessKeySecret, administrator, state, http } = cloud;
	const endpoints = ['cs', 'ram', 'ims', 'sts', 'sls'].map(product => `${product}=${cs}`).join(' ');
	return `An Alibaba Cloud account with ${plural(state.clusters.length, 'cluster')} is up on this machine, until Ctrl-C.
Every product answers at the same address, told apart by its version:
  TLS    ${cs}, trust ${caFile}
  plain  ${http}

Who may scan, and nothing else:
  export ALIBABA_CLOUD_ACCESS_KEY_ID=${accessKeyId}
  export ALIBABA_CLOUD_ACCESS_KEY_SECRET=${accessKeySecret}
Who may do everything, removing permissions and assuming roles too:
  ${administrator.accessKeyId} ${administrator.accessKeySecret}

kubelapse:
  kubelapse scan --alibaba --alibaba-ca ${caFile} \\
    --alibaba-endpoint ${endpoints}
The aliyun CLI:
  aliyun sts GetCallerIdentity --region cn-hangzhou --endpoint ${http} --insecure \\
    --access-key-id "$ALIBABA_CLOUD_ACCESS_KEY_ID" --access-key-secret "$ALIBABA_CLOUD_ACCESS_KEY_SECRET"
An SDK: endpoint ${cs} with protocol https and that CA, or endpoint ${http} with protocol http.
The plain clusters:
  kubelapse scan --kubeconfig ${kubeconfig} --all-contexts
`;
}

/** Until it is done, or the servers are closed. */
async function warmUp({ warm }: CloudFleet): Promise<void> {
	await Promise.race([warm(), interrupted()]);
}

function interrupted(): Promise<void> {
	return new Promise(resolve => {
		if (interruption.aborted) return resolve();
		// Servers alone keep the process up, but whoever embeds it may have none.
		const awake = setInterval(() => {}, 1 << 30);
		interruption.addEventListener('abort', () => {
			clearInterval(awake);
			resolve();
		});
	});
}
