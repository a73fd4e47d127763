import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFleet } from '../../src/demo/fleet.ts';
import { compileBundle, loadBundle } from '../../src/evaluate/bundle.ts';
import { byCodeUnit } from '../../src/lib/text.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Report } from '../../src/model/report.ts';
import type { ScanRequest } from '../../src/model/scan.ts';
import { json } from '../../src/reporters/json.ts';
import { scan } from '../../src/scan.ts';
import {
	binding,
	certificate,
	clusterFacts,
	credentialOf,
	forbidden,
	role,
} from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { NOW } from '../helpers/kubeconfig-fixtures.ts';
import { oneUser } from '../helpers/kubeconfig-folder.ts';
import { scanRequest } from '../helpers/scan-request.ts';
import { status, withServer } from '../helpers/stub-server.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const bundle = await loadBundle();

/** Runs with the demo's fleet and the request that scans it. */
function withFleet(run: (request: ScanRequest, dir: string) => Promise<void>): Promise<void> {
	return withTempDir(async dir => {
		const fleet = await startFleet({ dir, now: NOW });
		const kubeconfigs = fleet.kubeconfigs.map(path => ({ path, contexts: 'all' as const, names: {} }));
		await run(scanRequest({ now: NOW, kubeconfigs, files: fleet.files }), dir).finally(fleet.close);
	});
}

async function* each(facts: Facts[]): AsyncGenerator<Facts> {
	yield* facts;
}

const scanFacts = (facts: Facts[], rest: Partial<ScanRequest> = {}) =>
	scan(scanRequest({ now: NOW, savedFacts: each(facts), ...rest }), bundle);

const shortName = (name: string) => name.replace(/^.*#/, '');
const failed = ({ findings }: Report) =>
	[
		...new Set(
			findings
				.filter(({ outcome }) => outcome === 'fail')
				.map(({ policyId, cluster }) => `${shortName(cluster.name)} ${policyId}`),
		),
	].sort(byCodeUnit);
const clusters = (report: Report) => report.clusters.map(({ name, status }) => [shortName(name), status]);
const bytes = (report: Report) =>
	json(report)
		.flatMap(({ text }) => [...text])
		.join('');

const EXPECTED = [
	'192.0.2.15:8080 kind/tls_not_verified',
	'analytics-staging coverage/authorizer_unseen',
	'analytics-staging credential/expired',
	'analytics-staging credential/lifetime_too_long',
	'analytics-staging credential/shared_key',
	'analytics-staging credential/weak_key',
	'analytics-staging governance/no_owner',
	'analytics-staging governance/shared_user_name',
	'analytics-staging kind/exposed_file',
	'analytics-staging kind/long_lived_token_secret',
	'analytics-staging kind/person_certificate',
	'analytics-staging kind/static_credential',
	'analytics-staging orphan/service_account_missing',
	'analytics-staging orphan/token_secret_owner_missing',
	'analytics-staging privilege/anonymous_grant',
	'analytics-staging privilege/certificate_groups',
	'analytics-staging privilege/reads_secrets',
	'edge-legacy coverage/source_unreadable',
	'edge-legacy credential/lifetime_too_long',
	'edge-legacy governance/no_owner',
	'edge-legacy governance/shared_user_name',
	'edge-legacy kind/exposed_file',
	'edge-legacy kind/person_certificate',
	'edge-legacy kind/static_credential',
	'edge-legacy kind/tls_not_verified',
	'edge-legacy orphan/role_missing',
	'edge-legacy privilege/cluster_admin_person',
	'edge-legacy privilege/system_masters_certificate',
	'payments-prod credential/expired',
	'payments-prod credential/expires_soon',
	'payments-prod credential/lifetime_too_long',
	'payments-prod credential/shared_key',
	'payments-prod governance/no_owner',
	'payments-prod governance/shared_user_name',
	'payments-prod issuance/lineage',
	'payments-prod issuance/unlisted_approver',
	'payments-prod kind/exec_plugin_from_path',
	'payments-prod kind/long_lived_token_secret',
	'payments-prod kind/person_certificate',
	'payments-prod orphan/role_missing',
	'payments-prod orphan/service_account_missing',
	'payments-prod privilege/certificate_groups',
	'payments-prod privilege/cluster_admin_person',
	'payments-prod privilege/mints_credentials',
	'payments-prod privilege/reads_secrets',
	'payments-prod privilege/system_masters_certificate',
	'payments-prod usage/token_idle',
];

describe('scan', it => {
	it('the fleet :: every seeded trouble, the same bytes again, and the same from saved facts', () =>
		withFleet(async request => {
			const saved: Facts[] = [];
			const report = await scan(
				{ ...request, onFacts: async facts => void saved.push(structuredClone(facts)) },
				bundle,
			);
			assert.equal(failed(report), EXPECTED);
			assert.equal(clusters(report), [
				['192.0.2.15:8080', 'partial'],
				['analytics-staging', 'partial'],
				['edge-legacy', 'partial'],
				['payments-prod', 'assessed'],
			]);
			assert.is(report.run.verdict.exitCode, 1);
			// What went wrong once (429, 500, 410) is over by now and was retried before: nobody can tell.
			assert.is(bytes(await scan(request, bundle)), bytes(report));
			const replayed = await scanFacts(saved.reverse());
			assert.is(bytes(replayed), bytes(report));
			assert.not.match(JSON.stringify(saved), /PRIVATE KEY|eyJ/);
		}));

	it('bad targets beside good ones :: are told, and lose nothing', () =>
		withServer(
			(_, response) => status(response, 404, 'page not found'),
			server =>
				withFleet(async (request, dir) => {
					const { writeFile } = await import('node:fs/promises');
					const bad = {
						dark: oneUser('{token: t}').replace('https://h:6443', server.url),
						dangling: oneUser('{token: t}').replace('cluster: k,', 'cluster: gone,'),
						binary: '\u0000',
					};
					for (const [name, text] of Object.entries(bad)) await writeFile(join(dir, name), text);
					const others = Object.keys(bad).map(name => ({
						path: join(dir, name),
						contexts: 'all' as const,
						names: {},
					}));
					const report = await scan(
						{
							...request,
							kubeconfigs: [...others, ...request.kubeconfigs],
							files: [...request.files, join(dir, 'binary')],
							expect: ['lost', 'lost'],
						},
						bundle,
					);
					const own = [
						'coverage/source_unreadable',
						'kind/exposed_file',
						'kind/static_credential',
						'kind/tls_not_verified',
					];
					assert.equal(
						failed(report)
							.map(line => line.replace(dir, 'DIR'))
							.sort(byCodeUnit),
						[...EXPECTED, 'DIR/binary coverage/source_unreadable', ...own.map(id => `c ${id}`)].sort(
							byCodeUnit,
						),
					);
					const found = report.clusters.map(({ name, status }) => [
						shortName(name).replace(dir, 'DIR'),
						status,
					]);
					assert.equal(
						found.filter(([, status]) => status === 'unreachable' || status === 'not_assessed'),
						[
							['DIR/binary', 'unreachable'],
							['DIR/binary', 'unreachable'],
							['c', 'unreachable'],
							['c', 'unreachable'],
							['lost', 'not_assessed'],
						],
					);
					// Zero records are no pass: not one policy passes there.
					const dark = report.clusters.find(({ name }) => name === 'dark#c')?.uid;
					const rows = report.policies.flatMap(({ id, byCluster }) =>
						byCluster.filter(({ cluster }) => cluster === dark).map(({ outcomes }) => ({ id, ...outcomes })),
					);
					assert.equal(
						rows.filter(({ unknown, fail, pass }) => pass > 0 || unknown + fail === 0).map(({ id }) => id),
						[],
					);
					assert.is(rows.length, bundle.catalog.length);
				}),
		));

	it('a kubeconfig that cannot be read beside files that can :: stops nothing', () =>
		withTempDir(async dir => {
			const { writeFile } = await import('node:fs/promises');
			await writeFile(join(dir, 'f'), oneUser('{token: t}'));
			const request = scanRequest({
				kubeconfigs: [{ path: join(dir, 'missing'), contexts: 'current', names: {} }],
				files: [join(dir, 'f')],
			});
			assert.equal((await scan(request, bundle)).clusters.map(({ status }) => status).sort(byCodeUnit), [
				'partial',
				'unreachable',
			]);
			const alone = await scan({ ...request, files: [] }, bundle).catch((cause: Error) => cause.name);
			assert.is(alone, 'ScanError');
		}));

	it('a cluster that our own code fails on :: is told, and loses no other', async () => {
		// Not what the types promise: whatever goes wrong within one cluster stays there.
		const odd = { ...small('odd'), credentials: [null] } as unknown as Facts;
		const report = await scanFacts([small('a'), odd, small('b')]);
		assert.equal(clusters(report), [
			['a', 'assessed'],
			['b', 'assessed'],
			['odd', 'unreachable'],
		]);
		assert.equal(
			report.gaps.map(({ cluster, source, code }) => [cluster.name, source, code]),
			[['odd', 'cluster', 'partial']],
		);
		assert.match(
			report.gaps[0]?.message ?? '',
			/^kubelapse failed on this cluster \(.*\); please report it$/,
		);
	});

	it('nothing but a file that cannot be used :: is the user’s mistake', () =>
		withTempDir(async dir => {
			const error = await scan(scanRequest({ files: [dir] }), bundle).then(
				() => null,
				(cause: Error) => cause.name,
			);
			assert.is(error, 'ScanError');
		}));

	it('nothing at all :: is never clean', async () => {
		const report = await scanFacts([]);
		assert.equal(report.run.verdict, { exitCode: 3, reasons: ['nothing was examined'] });
	});
});

/** A cluster with one person who is cluster-admin. */
const small = (name: string): Facts => {
	const facts = clusterFacts({
		bindings: [binding('admins', 'ClusterRole cluster-admin', ['User ann'])],
		roles: [role('cluster-admin', ['* * *'])],
		// A key of its own: one that is shared is a finding of the whole fleet.
		credentials: [
			credentialOf('ann', { notAfter: NOW - 3600, certificate: { ...certificate, publicKeySha256: name } }),
		],
	});
	return { ...facts, cluster: { ...facts.cluster, name, uid: `uid-${name}` } };
};
const SMALL = ['credential/expired', 'governance/no_owner', 'privilege/cluster_admin_person'];

/** Until what follows a cluster's end is under way, and before a worker can have answered. */
async function manyTurns(): Promise<void> {
	for (let turn = 0; turn < 50; turn++) await null;
}

describe('scan :: interrupted', it => {
	const all = ['a', 'b', 'c'];

	async function interrupted(after: string, how: (stop: () => void) => void, expect: string[] = []) {
		const controller = new AbortController();
		const stop = () => controller.abort(new Error('interrupted'));
		const onEvent: ScanRequest['onEvent'] = event => {
			if (event.kind === 'cluster_finished' && event.cluster === after) how(stop);
		};
		return scanFacts(all.map(small), { onEvent, signal: controller.signal, expect });
	}

	it('midway :: what is finished is kept, the rest is not assessed', async () => {
		const report = await interrupted('a', stop => stop(), ['b', 'lost']);
		assert.equal(clusters(report), [
			['a', 'assessed'],
			['b', 'not_assessed'],
			['c', 'not_assessed'],
			['lost', 'not_assessed'],
		]);
		assert.equal(
			failed(report),
			SMALL.map(id => `a ${id}`),
		);
		assert.equal([report.run.interrupted, report.run.verdict.exitCode], [true, 130]);
	});

	it('while the fleet’s keys are judged :: every cluster is kept', async () => {
		const report = await interrupted('c', stop => void manyTurns().then(stop));
		assert.equal(
			clusters(report),
			all.map(name => [name, 'assessed']),
		);
		assert.equal(
			failed(report),
			all.flatMap(name => SMALL.map(id => `${name} ${id}`)),
		);
		assert.equal([report.run.interrupted, report.run.verdict.exitCode], [true, 130]);
	});

	it('before it began :: nothing is assessed', async () => {
		const report = await scanFacts([small('a')], { signal: AbortSignal.abort(new Error('interrupted')) });
		assert.equal([clusters(report), report.run.verdict.exitCode], [[['a', 'not_assessed']], 130]);
	});

	it('a live cluster that hangs :: stops at once', () =>
		withServer(
			() => undefined,
			server =>
				withTempDir(async dir => {
					const { writeFile } = await import('node:fs/promises');
					await writeFile(join(dir, 'f'), oneUser('{token: t}').replace('https://h:6443', server.url));
					const controller = new AbortController();
					setTimeout(() => controller.abort(new Error('interrupted')), 100);
					const started = performance.now();
					const report = await scan(
						scanRequest({
							kubeconfigs: [{ path: join(dir, 'f'), contexts: 'all', names: {} }],
							signal: controller.signal,
						}),
						bundle,
					);
					assert.equal([clusters(report), report.run.verdict.exitCode], [[['c', 'not_assessed']], 130]);
					assert.ok(performance.now() - started < 2000);
				}),
		));
});

describe('scan :: findings', it => {
	it('gaps :: allowed by source and cluster, each with its own message', async () => {
		const blind = (name: string): Facts => ({
			...small(name),
			gaps: [forbidden('token_secrets', { message: `no secrets in ${name}` })],
		});
		const allowGaps = [{ source: 'token_secrets' as const, cluster: 'a' }];
		const report = await scanFacts([blind('a'), blind('b')], { allowGaps, failOn: 'critical' });
		assert.equal(
			report.gaps.map(({ cluster, isAllowed }) => [cluster.name, isAllowed]),
			[
				['a', true],
				['b', false],
			],
		);
		assert.equal(report.run.verdict, { exitCode: 3, reasons: ['1 gap: token_secrets could not be read'] });
		const unknown = report.findings.find(
			({ policyId, cluster }) => policyId === 'usage/token_idle' && cluster.name === 'b',
		);
		assert.equal(
			[unknown?.outcome, unknown?.message],
			['unknown', 'cluster b on b: cannot be judged (no secrets in b).'],
		);
	});

	it('a credential’s gap :: tells of this credential, not of another', async () => {
		const token = (name: string) =>
			credentialOf(name, {
				uid: `secret:${name}`,
				kind: 'bootstrap_token',
				certificate: null,
				notAfter: null,
			});
		const gap = (name: string) =>
			forbidden('bootstrap_tokens', {
				code: 'partial',
				message: `the end of ${name}`,
				permission: '',
				subject: `secret:${name}`,
			});
		const names = ['t1', 't2'];
		const report = await scanFacts([{ ...small('a'), credentials: names.map(token), gaps: names.map(gap) }]);
		const messages = report.findings
			.filter(({ policyId, outcome }) => policyId === 'credential/expired' && outcome === 'unknown')
			.map(({ message }) => message);
		assert.equal(
			messages,
			names.map(name => `bootstrap token of ${name} on a: cannot be judged (the end of ${name}).`),
		);
	});

	it('hostile names :: one safe line in every text, as they are in the data', async () => {
		const name = `: cannot be judged <script>\u202e\n\u001b[2J../${'x'.repeat(10_000)}`;
		const hostile = small('a');
		hostile.cluster.name = name;
		const live = { uid: 'x509:live', notAfter: NOW + 45 * 86_400 };
		const key = { ...certificate, publicKeySha256: 'another' };
		hostile.credentials = [
			credentialOf(name, { notAfter: NOW - 3600 }),
			credentialOf(name, { ...live, certificate: key }),
		];
		hostile.bindings = [binding('b', 'ClusterRole cluster-admin', [`User ${name}`, `Group ${name}`])];
		hostile.gaps = [forbidden('authorizer', { code: 'partial', permission: '' })];
		const report = await scanFacts([hostile]);
		const expected = [
			...SMALL,
			'coverage/authorizer_unseen',
			'credential/lifetime_too_long',
			'kind/person_certificate',
		].sort(byCodeUnit);
		assert.equal(
			failed(report),
			expected.map(id => `${name} ${id}`),
		);
		for (const { message, subject } of report.findings)
			for (const text of [message, subject.name]) {
				assert.not.match(text, /[\u0000-\u001f\u202e]/);
				assert.ok(text.length < 2000, text);
			}
		assert.ok(report.identities.some(({ id }) => id === name));
		assert.ok(
			report.findings.some(({ outcome, message }) => outcome === 'unknown' && message.includes('<script>')),
		);
	});
});

describe('scan :: facts that contradict themselves', it => {
	it('a source that was not read whole is a gap, whether or not they say so', async () => {
		const facts = small('a');
		facts.sources = facts.sources.map(each =>
			each.source === 'bindings' ? { ...each, status: 'denied' as const } : each,
		);
		const report = await scanFacts([facts]);
		assert.equal(clusters(report), [['a', 'partial']]);
		assert.equal(
			report.gaps.map(({ source, code, message }) => [source, code, message]),
			[['bindings', 'partial', 'bindings is denied, and the facts do not say why']],
		);
	});
});

describe('scan :: one bad policy', it => {
	it('is unknown by name, every other result is kept', async () => {
		const policy = (name: string, body: string) => `# METADATA
# title: ${name}
# description: For this test.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   {kind: credential, severity: low, needs: [], remediation: None.}
package policies.test.${name}

${body}
`;
		const text = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
		const files = {
			'policies/main.rego': await text('policies/main.rego'),
			'policies/schemas/record.json': await text('policies/schemas/record.json'),
			'policies/test/bad.rego': policy(
				'bad',
				'_twice[key] := value if { key := "x"; some value in [1, 2] }\ndeny contains {"twice": _twice} if count(_twice) > 0',
			),
			'policies/test/good.rego': policy('good', 'deny contains {"who": input.credential.username}'),
		};
		const report = await scan(
			scanRequest({ now: NOW, savedFacts: each([small('a')]) }),
			await compileBundle(files),
		);
		assert.equal(
			report.findings.map(({ policyId, outcome, gaps }) => [
				policyId,
				outcome,
				gaps.map(({ source, code }) => [source, code]),
			]),
			[
				['test/good', 'fail', []],
				['test/bad', 'unknown', [['evaluation', 'policy_error']]],
			],
		);
		assert.is(report.run.verdict.exitCode, 2);
		assert.match(report.run.verdict.reasons[0] ?? '', /^policy test\/bad could not be evaluated on 1 record/);
	});
});
