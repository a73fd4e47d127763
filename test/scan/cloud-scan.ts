import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CloudFleet } from '../../src/demo/alibaba/fleet.ts';
import type { Report } from '../../src/model/report.ts';
import type { CloudTarget, ScanRequest } from '../../src/model/scan.ts';

/** What the other process is asked to scan. */
export interface CloudOrder {
	env: Record<string, string>;
	request: Partial<ScanRequest>;
}

/** What it came to. */
export interface CloudScan {
	report: Report;
	notices: string[];
	tookMs: number;
}

interface Order {
	target?: Partial<CloudTarget>;
	access?: Partial<CloudTarget['access']>;
	request?: Partial<ScanRequest>;
	/** In place of the fleet as one account. */
	clouds?: CloudTarget[];
	/** In place of the scanner's own. */
	key?: { accessKeyId: string; accessKeySecret: string };
}

let worker: Promise<ChildProcess> | null = null;

/** Scans a fleet in a process whose environment holds its access key; one for all tests of a run. */
export async function scanCloud(
	fleet: CloudFleet,
	{ target, access, request, clouds, key = fleet }: Order = {},
): Promise<CloudScan> {
	worker ??= startWorker();
	const child = await worker;
	child.ref();
	child.channel?.ref();
	const env = {
		ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId,
		ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret,
	};
	const order: CloudOrder = {
		env,
		request: {
			concurrency: 16,
			requestTimeoutSeconds: 5,
			...request,
			clouds: clouds ?? [cloudTarget(fleet, { ...(target && { target }), ...(access && { access }) })],
		},
	};
	const { signal: _, ...sent } = order.request;
	child.send({ env, request: sent });
	const [answer] = (await once(child, 'message')) as [CloudScan | { error: string }];
	child.unref();
	child.channel?.unref();
	if ('error' in answer) throw new Error(answer.error);
	return answer;
}

/** The account of a fleet as a scan is told of it. */
export function cloudTarget(
	{ endpoints, authorityPem }: Pick<CloudFleet, 'endpoints' | 'authorityPem'>,
	{ target, access }: Pick<Order, 'target' | 'access'> = {},
): CloudTarget {
	return {
		access: { profile: null, endpoints, authorities: authorityPem, timeoutMs: 5000, ...access },
		regions: [],
		clusters: [],
		endpointAccess: 'public',
		kubeconfigMinutes: 30,
		activity: 'none',
		audit: null,
		...target,
	};
}

async function startWorker(): Promise<ChildProcess> {
	const child = fork(fileURLToPath(new URL('cloud-worker.ts', import.meta.url)), {
		execArgv: ['--import', 'tsx'],
		env: { PATH: process.env.PATH, ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' },
	});
	await once(child, 'message');
	return child;
}
