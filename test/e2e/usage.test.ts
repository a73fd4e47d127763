import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Report } from '../../src/model/report.ts';
import type { RbacObject } from '../../src/remediation/suggest-role.ts';
import { assert, describe } from '../helpers/describe.ts';
import { type AuditEvent, CREDENTIAL_ID, readEvents, rewriteLog } from './audit-log.ts';
import { kubelapse, scan } from './cli.ts';
import {
	ADMIN,
	expectedOfCredentials,
	expectedOfIdentities,
	isBy,
	namesOf,
	usageOfCredentials,
	usageOfIdentities,
	windowOf,
} from './expected-usage.ts';
import { type AuditedCluster, startAuditedCluster } from './seed-usage.ts';
import { accessOf, mayDo, replaceGrants, settled } from './suggested-role.ts';

let started: Promise<AuditedCluster> | undefined;

/** The one cluster that all cases share; the last case changes it. */
function audited(): Promise<AuditedCluster> {
	started ??= startAuditedCluster(line => process.stderr.write(`${line}\n`));
	return started;
}

async function scanLogs(logs: string[], as: 'auditor' | 'blind' = 'auditor') {
	const seeded = await audited();
	const { report } = await scan([
		...['--kubeconfig', seeded[as].kubeconfig, '--files', join(seeded.files, '*.kubeconfig')],
		...['--audit-policy', seeded.cluster.auditPolicy, ...logs.flatMap(log => ['--audit-log', log])],
		...['--params', paramsFile(seeded)],
	]);
	return { report, failures: failuresOf(report, seeded), usage: usageOfCredentials(report, seeded) };
}

/** The log is seconds long: what is silent for as long as it reaches is idle. */
function paramsFile({ dir, log }: AuditedCluster): string {
	const { from, to } = windowOf(readEvents(log));
	const path = join(dir, 'params.yaml');
	const usage = { unused: { idle_seconds: to - from }, never_used: { issued_seconds: 1 } };
	writeFileSync(path, JSON.stringify({ usage, issuance: { lineage: { allowed_requesters: [ADMIN] } } }));
	return path;
}

/** What fails of the policies that go by audit logs, as `policy credential`. */
function failuresOf(report: Report, seeded: AuditedCluster): string[] {
	const names = namesOf(seeded);
	return report.findings
		.filter(({ outcome, policyId }) => outcome === 'fail' && /^(usage|issuance)\//.test(policyId))
		.map(({ policyId, subject }) => `${policyId} ${names.get(subject.uid) ?? subject.uid}`)
		.sort(byCodeUnit);
}

const resultsOf = (usage: ReturnType<typeof usageOfCredentials>) =>
	Object.fromEntries(
		Object.entries(usage).map(([name, of]) => [name, `${of?.result} ${of?.evidence} ${of?.grade}`]),
	);
const reasonsOf = ({ gaps }: Report) => gaps.map(({ source, message }) => `${source}: ${message}`);

/** Names in the order of the seed. */
const ALL = [
	...['ursula', 'spare', 'nora', 'ben', 'rita', 'olivia', 'auditor', 'delegate', 'deputy'],
	...['busy', 'idle', 'retired', 'admin'],
];
/** By the day that the API server writes on a token's Secret, also where it refused the token. */
const BY_LABEL = 'used token_label C';
const USED = ['ursula', 'rita', 'olivia', 'auditor', 'busy', 'admin'];

describe('scan --audit-log', it => {
	it('knows of every credential and login whether it was used', async () => {
		const seeded = await audited();
		const { report, usage, failures } = await scanLogs([seeded.log]);
		assert.equal(usage, expectedOfCredentials(seeded));
		assert.equal(usageOfIdentities(report), expectedOfIdentities(report, seeded));
		assert.equal([reasonsOf(report), report.clusters.map(({ status }) => status)], [[], ['assessed']]);
		assert.equal(failures, [
			'issuance/lineage delegate',
			'issuance/lineage deputy',
			'issuance/unlisted_approver delegate',
			'issuance/unlisted_approver deputy',
			'usage/never_used delegate',
			'usage/never_used deputy',
			'usage/quarantined_token_tried retired',
			'usage/unused ben',
			'usage/unused idle',
			'usage/unused nora',
			'usage/unused spare',
		]);
		const issuance = {
			signerName: 'kubernetes.io/kube-apiserver-client',
			requester: 'rita',
			requesterCredentialIds: [`X509SHA256=${seeded.people.rita.sha256}`],
			approver: ADMIN,
			decision: 'approved',
			expirationSeconds: 36_000,
		};
		const issued = new Set(Object.values(seeded.issued).map(({ sha256 }) => `x509:${sha256}`));
		assert.equal(
			report.credentials.filter(({ uid }) => issued.has(uid)).map(credential => credential.issuance),
			[issuance, issuance],
		);
	});

	it('sees further with the rotated file', async () => {
		const { dir, log, earlier } = await audited();
		const { usage, failures } = await scanLogs([join(dir, 'audit-*.log')]);
		const { from } = windowOf(readEvents(earlier));
		const { to } = windowOf(readEvents(log));
		assert.equal(usage.ben?.window, { from, to, complete: true });
		assert.equal([usage.ben?.result, usage.ben?.grade, usage.ben?.allowed], ['used', 'A', 1]);
		assert.equal(
			failures.filter(failure => failure.startsWith('usage/never_used')),
			['delegate', 'deputy', 'idle', 'nora', 'spare'].map(name => `usage/never_used ${name}`),
		);
	});

	it('falls to the user where the log names no credential', async () => {
		const seeded = await audited();
		const { usage, failures } = await scanLogs([rewriteLog(seeded, 'nameless.log', withoutIds)]);
		const byUser = (result: string) => `${result} username B`;
		assert.equal(resultsOf(usage), {
			...Object.fromEntries(
				ALL.filter(name => name !== 'admin').map(name => [
					name,
					byUser(USED.includes(name) ? 'used' : 'unused'),
				]),
			),
			spare: byUser('used'),
			busy: 'used credential_id A',
			idle: 'unused credential_id A',
			retired: 'unused credential_id A',
		});
		assert.equal(
			failures.filter(failure => failure.startsWith('usage/unused')),
			['ben', 'idle', 'nora'].map(name => `usage/unused ${name}`),
		);
	});

	it('takes a copy of the log for no second one', async () => {
		const seeded = await audited();
		const copy = join(seeded.dir, 'copy.log');
		copyFileSync(seeded.log, copy);
		const once = await scanLogs([seeded.log, copy]);
		assert.equal(once.usage, expectedOfCredentials(seeded));
		const { admin } = seeded.cluster;
		await admin.create(LEASES, lease());
		const { report, usage } = await scanLogs([seeded.log, copy]);
		await admin.remove(`${LEASES}/apiserver-other`);
		assert.equal(resultsOf(usage), { ...partly(), retired: BY_LABEL });
		assert.equal(reasonsOf(report), ['usage: 1 audit log for 2 API servers']);
	});

	it('calls nothing unused that it cannot know', async () => {
		const seeded = await audited();
		const { report, usage } = await scanLogs([seeded.log], 'blind');
		assert.equal(resultsOf(usage), { ...partly(), blind: 'unavailable none D', retired: BY_LABEL });
		assert.equal(reasonsOf(report), [
			`usage: HTTP 403: leases.coordination.k8s.io is forbidden: User "${seeded.blind.username}" cannot list resource "leases" in API group "coordination.k8s.io" in the namespace "kube-system"; grant "list leases.coordination.k8s.io in namespace kube-system" to read it`,
			'usage: how many API servers write an audit log is not known',
		]);
	});

	it('takes nothing from the log of another cluster', async () => {
		const seeded = await audited();
		const { report, usage } = await scanLogs([rewriteLog(seeded, 'foreign.log', ofAnother)]);
		const { admin: _, ...others } = partly();
		const nothing = Object.keys(others).map(name => [name, 'unavailable none D']);
		assert.equal(resultsOf(usage), {
			...Object.fromEntries(nothing),
			busy: BY_LABEL,
			retired: BY_LABEL,
		});
		assert.equal(reasonsOf(report), [
			"usage: the audit log is another cluster's: 1 service account in it has another UID here",
		]);
	});
});

describe('usage --suggest-role', it => {
	it('writes roles that the real API server accepts, and that allow what was asked for and no more', async () => {
		const { cluster, log, grants, tokens } = await audited();
		const asked = readEvents(log).filter(isBy('ursula'));
		const decided = (decision: string) =>
			asked.filter(({ annotations }) => annotations?.[DECISION] === decision).map(accessOf);
		const inShop = (verb: string, resource: string, name = '') => ({
			resourceAttributes: { verb, namespace: 'shop', resource, name },
		});
		const granted = [
			inShop('delete', 'configmaps', 'menu'),
			inShop('get', 'secrets', tokens.busy.name),
			inShop('get', 'pods', 'oven'),
		];
		const [yes, no] = [decided('allow'), decided('forbid')];
		assert.equal(
			await mayDo(cluster, 'ursula', [...yes, ...granted]),
			[...yes, ...granted].map(() => true),
		);
		assert.is(yes.length, 13);
		assert.is(no.length, 2);

		const { code, stdout } = await kubelapse(['usage', '--suggest-role', 'ursula', '--audit-log', log]);
		assert.is(code, 0);
		const suggested = parseAllDocuments(stdout).map(document => document.toJS() as RbacObject);
		await replaceGrants(cluster, grants, suggested);
		const [may, mayNot] = [yes.at(-1) ?? {}, inShop('delete', 'configmaps', 'menu')];
		await settled(cluster, 'ursula', { may, mayNot });
		assert.equal(
			await mayDo(cluster, 'ursula', yes),
			yes.map(() => true),
		);
		assert.equal(
			await mayDo(cluster, 'ursula', [...no, ...granted]),
			[...no, ...granted].map(() => false),
		);
	});
});

const DECISION = 'authorization.k8s.io/decision';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';

/** What a second API server writes when it starts. */
function lease() {
	return {
		metadata: { name: 'apiserver-other', labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver' } },
		spec: { holderIdentity: 'other', renewTime: new Date().toISOString().replace('Z', '000Z') },
	};
}

/** What is left where the log may not be whole: only what was seen. */
function partly(): Record<string, string> {
	return Object.fromEntries(
		ALL.map(name => [name, USED.includes(name) ? 'used credential_id C' : 'unavailable none D']),
	);
}

/** As API servers before 1.32 write it. */
function withoutIds(event: AuditEvent): AuditEvent {
	return JSON.parse(
		JSON.stringify(event, (key, value: unknown) => (key === CREDENTIAL_ID ? undefined : value)),
	);
}

function ofAnother(event: AuditEvent): AuditEvent {
	const { user } = withoutIds(event);
	return {
		...withoutIds(event),
		user: user.uid === undefined ? user : { ...user, uid: `${user.uid}-elsewhere` },
	};
}
