import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './control-plane.ts';
import { waitFor } from './kube-client.ts';

/** What the tests themselves read of an event. */
export interface AuditEvent {
	auditID: string;
	stage: string;
	verb: string;
	requestURI: string;
	objectRef?: Partial<Record<'namespace' | 'apiGroup' | 'resource' | 'subresource' | 'name', string>>;
	annotations?: Record<string, string>;
	user: { username?: string; uid?: string; extra?: Record<string, string[]> };
	impersonatedUser?: { username?: string };
	userAgent?: string;
	responseStatus?: { code?: number };
	requestReceivedTimestamp: string;
	stageTimestamp: string;
}

/** Where an event has the id of the credential that it came with. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Cuts the log of a running cluster into files, as rotation does; each cut is after all that came before it. */
export function openAuditLog(cluster: Cluster, dir: string) {
	let [from, count] = [0, 0];
	return {
		/** @returns the file with what was written since the last cut */
		rotate: async (): Promise<string> => {
			await caughtUp(cluster);
			const bytes = readFileSync(cluster.auditLog);
			const to = bytes.lastIndexOf('\n') + 1;
			const path = join(dir, `audit-${count}.log`);
			writeFileSync(path, bytes.subarray(from, to), { mode: 0o600 });
			[from, count] = [to, count + 1];
			return path;
		},
	};
}

/** Events are written when the answer is already out: the last one shows that those before it are there. */
async function caughtUp({ admin, auditLog }: Cluster): Promise<void> {
	const marker = `cut-${Date.now()}`;
	await admin.ask('GET', `/api/v1/namespaces/${marker}`);
	await waitFor('the audit log', async () => readFileSync(auditLog).includes(marker) || undefined);
}

/** The events of a log, read as plainly as can be. */
export function readEvents(path: string): AuditEvent[] {
	const lines = readFileSync(path, 'utf8').split('\n');
	return lines.filter(line => line !== '').map(line => JSON.parse(line) as AuditEvent);
}

/** A log whose events are changed one by one, in a file of its own. */
export function rewriteLog(
	{ log, dir }: { log: string; dir: string },
	name: string,
	change: (event: AuditEvent) => AuditEvent,
): string {
	const path = join(dir, name);
	const lines = readEvents(log).map(event => JSON.stringify(change(event)));
	writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
	return path;
}
