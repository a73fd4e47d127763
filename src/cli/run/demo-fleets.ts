import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudFleet, startCloudFleet } from '../../demo/alibaba/fleet.ts';
import { type Fleet, startFleet } from '../../demo/fleet.ts';
import type { CloudFlags } from '../demo.ts';

/** Everything of the demo while it runs. */
export interface Fleets {
	/** Folder of the files below, gone with the process. */
	dir: string;
	plain: Fleet;
	cloud: CloudFleet;
	/** The CA of the cloud's addresses, mode 0600. */
	caFile: string;
}

/** Runs something while the plain clusters and the cloud are up. */
export async function withFleets<T>(flags: CloudFlags, run: (fleets: Fleets) => Promise<T>): Promise<T> {
	const dir = await mkdtemp(join(tmpdir(), 'kubelapse-demo-'));
	// However the process ends: the files hold keys, even if they open nothing any more.
	process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
	const now = () => Math.floor(Date.now() / 1000);
	const plain = await startFleet({ dir, now: now() });
	try {
		const { clusters, identities, 'latency-ms': latencyMs, rate, seed } = flags;
		const cloud = await startCloudFleet({ now, clusters, identities, latencyMs, rate, seed });
		try {
			const caFile = join(dir, 'ca.pem');
			await writeFile(caFile, cloud.authorityPem, { mode: 0o600 });
			return await run({ dir, plain, cloud, caFile });
		} finally {
			await cloud.close();
		}
	} finally {
		await plain.close();
	}
}
