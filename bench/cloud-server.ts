import { type CloudFleetOptions, startCloudFleet } from '../src/demo/alibaba/fleet.ts';

/** What it is asked for: a fleet, then the calls that it had since they were last asked for, and the seconds of processor since the fleet was made. */
export type CloudOrder = { shape: Omit<CloudFleetOptions, 'now'> } | 'calls' | 'cpu' | 'end';

// A cloud that shares the scan's process would share its processor.
/** One call that was let in. */
export interface Seen {
	action: string;
	/** Milliseconds. */
	at: number;
}

const seen: Seen[] = [];
let warmed = process.cpuUsage();
let fleet: Awaited<ReturnType<typeof startCloudFleet>> | null = null;

process.on('message', async (order: CloudOrder) => {
	if (order === 'end') {
		await fleet?.close();
		return process.disconnect();
	}
	if (order === 'calls') {
		process.send?.(seen.splice(0));
		return;
	}
	if (order === 'cpu') {
		const { user, system } = process.cpuUsage(warmed);
		process.send?.((user + system) / 1e6);
		return;
	}
	fleet = await startCloudFleet({ now: () => Math.floor(Date.now() / 1000), ...order.shape });
	await fleet.warm();
	warmed = process.cpuUsage();
	const { calls } = fleet.state;
	calls.push = ({ action } = { product: 'cs', action: '', caller: '', target: '' }) =>
		seen.push({ action, at: performance.now() });
	const { endpoints, authorityPem, accessKeyId, accessKeySecret } = fleet;
	process.send?.({ endpoint: endpoints.cs, authorityPem, accessKeyId, accessKeySecret });
});
