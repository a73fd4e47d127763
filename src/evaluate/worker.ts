import { parentPort, workerData } from 'node:worker_threads';
import type { Job, Reply, WorkerSetup } from './job.ts';
import { judgeRecords } from './judge-records.ts';
import { instantiate } from './policy-instance.ts';

// Only seats.ts starts this file, and with nothing else.
const setup = workerData as WorkerSetup;

const reply = (message: Reply, moved: ArrayBuffer[] = []) => parentPort?.postMessage(message, moved);
const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));

try {
	const instance = await instantiate(setup.module, setup.data, setup.maximumPages);
	const needed = setup.policies.flatMap(({ id, kind }) => [`main/${kind}`, `policies/${id}`]);
	const missing = needed.find(entrypoint => !instance.entrypoints.includes(entrypoint));
	if (missing !== undefined) throw new Error(`the compiled policies have no entrypoint ${missing}`);
	parentPort?.on('message', (job: Job) => {
		judgeRecords(instance, setup.policies, job).then(
			judged => reply({ kind: 'done', judged, inputs: job.inputs }, [job.inputs]),
			error => reply({ kind: 'broken', message: describe(error) }),
		);
	});
	reply({ kind: 'ready' });
} catch (error) {
	reply({ kind: 'broken', message: describe(error) });
}
