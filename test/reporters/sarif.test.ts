import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { DAY } from '../../src/lib/epoch.ts';
import type { Report } from '../../src/model/report.ts';
import type { Notification, Result, Rule } from '../../src/reporters/sarif/log.ts';
import { sarif } from '../../src/reporters/sarif.ts';
import { assert, describe } from '../helpers/describe.ts';
import { render } from './fixtures/render.ts';
import {
	cluster,
	credential,
	finding,
	gap,
	NOW,
	policy,
	report,
	subject,
	suppressed,
} from './fixtures/report.ts';
import { fleet, hostile, many } from './fixtures/samples.ts';

interface Run {
	tool: { driver: { rules: Rule[] } };
	automationDetails: { id: string };
	invocations: { executionSuccessful: boolean; toolExecutionNotifications: Notification[] }[];
	results: Result[];
}

/** The run of each file, by its name. */
function runs(of: Report): Record<string, Run> {
	const files = Object.entries(render(sarif, of));
	return Object.fromEntries(files.map(([path, text]) => [path, JSON.parse(text).runs[0]]));
}

const OWN = 'sarif/prod-eu-11111111.sarif';
const COVERAGE = 'sarif/_coverage.sarif';

/** The one run of a report with these findings. */
function run(findings: Report['findings'], over: Partial<Report> = {}): Run {
	const found = runs(report({ findings, ...over }))[OWN];
	if (found === undefined) throw new Error('no file of the cluster');
	return found;
}

function uris(results: Result[]): string[] {
	return results.map(r => r.locations[0]?.physicalLocation.artifactLocation.uri ?? '');
}

function hashes(results: Result[]): string[] {
	return results.map(r => r.partialFingerprints.primaryLocationLineHash);
}

const SAMPLES = {
	fleet,
	hostile,
	'five thousand': () => many(5000),
	'thirty thousand': () => many(30_000),
	empty: report,
};

describe('sarif', it => {
	it('one file for each cluster that was read, and one for what was not', () =>
		assert.equal(Object.keys(render(sarif, fleet())), [
			OWN,
			'sarif/prod-us-22222222.sarif',
			'sarif/staging-44444444.sarif',
			COVERAGE,
		]));
	it('a clean cluster has an empty run, which closes its alerts', () => assert.equal(run([]).results, []));
	it('an unreachable cluster has no file, which keeps them', () =>
		assert.equal(Object.keys(runs(report({ clusters: [cluster({ status: 'not_assessed' })] }))), [COVERAGE]));
	it('category is fleet and cluster, then the run', () =>
		assert.is(run([]).automationDetails.id, 'kubelapse/default/prod-eu-11111111/20260301T000000Z'));
	it('a run with gaps is successful: the upload would be refused', () =>
		assert.is(run([], { gaps: [gap()] }).invocations[0]?.executionSuccessful, true));
	it('leaves out what is suppressed or unknown', () =>
		assert.equal(run([finding({ outcome: 'unknown' })], { suppressed: [suppressed()] }).results, []));
});

describe('sarif :: result', it => {
	it('says what, where and why in its first sentence', () =>
		assert.equal(run([finding({ grade: 'C' })]).results, [
			{
				ruleId: 'sample/first',
				level: 'warning',
				message: {
					text: 'certificate of alice in cluster prod-eu: Certificate still opens the door. The certificate of alice works for 20 more days. Evidence of use: grade C. What ends it: Remove every binding of the user; deleting the file ends nothing.',
				},
				locations: [
					{
						physicalLocation: {
							artifactLocation: {
								uri: 'clusters/prod-eu-11111111/credentials/client_certificate/alice-d3956b0a',
							},
							region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
						},
					},
				],
				partialFingerprints: run([finding()]).results[0]?.partialFingerprints,
			},
		]));
	it('privileged subject :: the rule that carries the raised severity', () => {
		const [result] = run([finding({ severity: 'high', isPrivileged: true })]).results;
		assert.equal([result?.ruleId, result?.level], ['sample/first.privileged', 'error']);
	});
	it('in a file :: its path and line', () => {
		const location = {
			origin: 'kubeconfig',
			path: './fleet/eu west.kubeconfig',
			line: 17,
			namespace: '',
			name: 'a',
			mode: 0,
			ownerUid: 0,
		} as const;
		const [result] = run([finding({ subject: subject({ location }) })]).results;
		assert.equal(result?.locations[0]?.physicalLocation, {
			artifactLocation: { uri: 'fleet/eu%20west.kubeconfig' },
			region: { startLine: 17, startColumn: 1, endLine: 17, endColumn: 2 },
		});
	});
	for (const [path, uri] of Object.entries({
		'/home/a/.kube/config': 'files/home/a/.kube/config',
		'../up/config': 'files/__/up/config',
		'a/../../config': 'files/__/config',
		'a/./b//c/../config': 'a/b/config',
		'C:\\Users\\a\\config': 'files/C%3A/Users/a/config',
		'~/config': 'files/%7E/config',
		'http://h/config': 'http%3A/h/config',
		'ü[1]?#.yaml': '%C3%BC%5B1%5D%3F%23.yaml',
	})) {
		it(`path of a file :: ${path}`, () => {
			const location = {
				origin: 'kubeconfig',
				path,
				line: 0,
				namespace: '',
				name: 'a',
				mode: 0,
				ownerUid: 0,
			} as const;
			assert.equal(uris(run([finding({ subject: subject({ location }) })]).results), [uri]);
		});
	}
	it('object :: kind, namespace and name', () => {
		const object = { kind: 'ClusterRoleBinding', namespace: '', name: 'system:a/b' };
		const found = finding({ subject: subject({ kind: 'grant', uid: 'g', object }) });
		assert.equal(uris(run([found]).results), [
			'clusters/prod-eu-11111111/ClusterRoleBinding/_/system%3Aa%2Fb',
		]);
	});
	it('never places a link', () => {
		const [result] = run([finding({ title: '[x](https://evil.example/)', message: '[y](1)' })]).results;
		assert.not.match(result?.message.text ?? '](', /\]\(/);
	});
	it('comes with the worst first', () => {
		const levels = run(
			(['low', 'critical', 'high'] as const).map(severity => finding({ severity, policyId: severity })),
		).results;
		assert.equal(
			levels.map(r => r.ruleId),
			['critical', 'high', 'low'],
		);
	});
});

describe('sarif :: fingerprint', it => {
	it('does not follow clock, severity, words, counts or other clusters', () => {
		const later = { now: NOW + 400 * DAY, version: '9.9.9', policyDigest: 'ff' };
		const changed = finding({
			severity: 'critical',
			title: 't',
			message: 'm',
			details: { secondsLeft: 1 },
			status: 'unchanged',
		});
		const before = run([finding()]).results;
		const after = runs(
			report({
				findings: [changed],
				run: later,
				clusters: [cluster({ name: 'prod-eu' }), cluster({ uid: 'other' })],
			}),
		);
		assert.equal(hashes(after[OWN]?.results ?? []), hashes(before));
	});
	it('a renewed certificate keeps it', () => {
		const uid = `x509:${'77'.repeat(32)}`;
		const renewed = run([finding({ subject: subject({ uid }) })], { credentials: [credential({ uid })] });
		assert.equal(hashes(renewed.results), hashes(run([finding()]).results));
	});
	it('two certificates of one bearer have two', () => {
		const uids = [`x509:${'77'.repeat(32)}`, `x509:${'88'.repeat(32)}`];
		const both = run(
			uids.map(uid => finding({ subject: subject({ uid }) })),
			{ credentials: uids.map(uid => credential({ uid })) },
		);
		assert.is(new Set(hashes(both.results)).size, 2);
	});
	it('one object removed closes exactly one', () => {
		const all = runs(many(60));
		const { findings, ...rest } = many(60);
		const fewer = runs({ ...rest, findings: findings.slice(1) });
		const missing = Object.keys(all).map(path => {
			const left = new Set(hashes(fewer[path]?.results ?? []));
			return hashes(all[path]?.results ?? []).filter(hash => !left.has(hash)).length;
		});
		assert.equal(
			missing.sort((a, b) => a - b),
			[0, 0, 1],
		);
	});
	it('differs between clusters, policies and subjects', () => {
		const other = { uid: 'other', name: 'other' };
		const findings = [
			finding(),
			finding({ policyId: 'sample/x' }),
			finding({ cluster: other }),
			finding({ subject: subject({ kind: 'grant', uid: 'g' }) }),
		];
		const files = runs(report({ findings, clusters: [cluster(), cluster(other)] }));
		assert.is(new Set(Object.values(files).flatMap(f => hashes(f.results))).size, 4);
	});
});

describe('sarif :: rules', it => {
	it('carry the score, and a sibling where it is raised', () =>
		assert.equal(
			run([]).tool.driver.rules.map(r => [
				r.id,
				r.name,
				r.defaultConfiguration.level,
				r.properties['security-severity'],
			]),
			[
				['sample/first', 'SampleFirst', 'warning', '5.5'],
				['sample/first.privileged', 'SampleFirstPrivileged', 'error', '8.0'],
			],
		));
	it('info :: no score', () =>
		assert.equal(
			run([], { policies: [policy({ severity: 'info', privilegedSeverity: 'info' })] }).tool.driver.rules.map(
				r => r.properties,
			),
			[
				{
					precision: 'high',
					tags: ['security', 'kubernetes', 'credential', 'sample', 'CIS Kubernetes/1.12/5.1.1'],
				},
			],
		));
	it('an analogy is no tag, and is called one in the help', () =>
		assert.match(
			run([]).tool.driver.rules[0]?.help.markdown ?? '',
			/NIST 800-53 r5 AC-2\(3\) \(by analogy\)/,
		));
	it('the same in every run of one catalogue', () =>
		assert.equal(run([finding()]).tool.driver.rules, run([]).tool.driver.rules));
});

describe('sarif :: coverage', it => {
	it('a result for each cluster that was not read, and each coverage finding', () => {
		const results = runs(fleet())[COVERAGE]?.results ?? [];
		assert.equal(
			results.map((r, i) => [r.ruleId, uris(results)[i]]),
			[
				['coverage/source_unreadable', 'clusters/lab-33333333/coverage/cluster'],
				['coverage/source_unreadable', 'clusters/prod-us-22222222/Cluster/_/prod-us'],
			],
		);
	});
	it('not twice where a finding says it', () => {
		const clusters = [cluster({ status: 'unreachable' })];
		const findings = [finding({ policyId: 'coverage/source_unreadable' })];
		assert.is(runs(report({ clusters, findings }))[COVERAGE]?.results.length, 1);
	});
	it('what is about a waiver is the fleet’s, on the line of the waivers file', () => {
		const id = 'governance/waiver_expired';
		const about = (name: string) =>
			finding({
				policyId: id,
				cluster: { uid: 'fleet', name: 'all clusters' },
				title: 'Waiver has expired',
				subject: subject({
					kind: 'waiver',
					uid: name,
					name: 'waiver w',
					object: { kind: 'Waiver', namespace: '', name },
				}),
			});
		const files = runs(
			report({
				findings: ['waivers.yaml:7', '/etc/../a b/w.yaml:12', ''].map(about),
				policies: [policy(), policy({ id, kind: 'waiver' })],
			}),
		);
		const results = files[COVERAGE]?.results ?? [];
		const places = results.map((r, i) => [
			r.ruleId,
			`${uris(results)[i]}:${r.locations[0]?.physicalLocation.region.startLine}`,
		]);
		assert.equal(places.sort(), [
			[id, '_:1'],
			[id, 'files/a%20b/w.yaml:12'],
			[id, 'waivers.yaml:7'],
		]);
		assert.match(results[0]?.message.text ?? '', /^waiver w: Waiver has expired\./);
		const others = Object.entries(files).filter(([path]) => path !== COVERAGE);
		assert.equal(
			others.map(([, run]) => [run.results, run.tool.driver.rules.some(rule => rule.id === id)]),
			[[[], false]],
		);
	});
	it('gaps and unknown answers are notifications', () =>
		assert.equal(
			runs(fleet())[COVERAGE]?.invocations[0]?.toolExecutionNotifications.map(n => [
				n.level,
				n.descriptor.id,
			]),
			[
				['warning', 'gap/cluster'],
				['warning', 'gap/token_secrets'],
				['warning', 'policy/unknown'],
				['note', 'gap/usage'],
			],
		));
	it('a thousand gaps of one kind are one notification', () => {
		const gaps = Array.from({ length: 1000 }, (_, i) => gap({ subject: `c${i}` }));
		assert.is(run([], { gaps }).invocations[0]?.toolExecutionNotifications.length, 1);
	});
	it('says how many findings of an unreachable cluster have no file', () => {
		const silent = runs(report({ clusters: [cluster({ status: 'unreachable' })], findings: [finding()] }));
		const texts = silent[COVERAGE]?.invocations[0]?.toolExecutionNotifications.map(n => n.message.text);
		assert.match(texts?.join() ?? '', /could not be read: 1 finding from files/);
	});
});

describe('sarif :: too many results', it => {
	it('a category for each family, and an empty one of the cluster', () => {
		const findings = Array.from({ length: 5000 }, (_, i) =>
			finding({
				policyId: i % 2 === 0 ? 'sample/first' : 'other/one',
				subject: subject({ kind: 'grant', uid: `g${i}` }),
			}),
		);
		const files = runs(
			report({ findings, policies: [policy(), policy({ id: 'other/one' }), policy({ id: 'quiet/one' })] }),
		);
		assert.equal(
			Object.entries(files).map(([path, f]) => [
				path,
				f.automationDetails.id.replace(/[^/]*$/, ''),
				f.results.length,
			]),
			[
				[OWN, 'kubelapse/default/prod-eu-11111111/', 0],
				['sarif/prod-eu-11111111-other.sarif', 'kubelapse/default/prod-eu-11111111/other/', 2500],
				['sarif/prod-eu-11111111-quiet.sarif', 'kubelapse/default/prod-eu-11111111/quiet/', 0],
				['sarif/prod-eu-11111111-sample.sarif', 'kubelapse/default/prod-eu-11111111/sample/', 2500],
				[COVERAGE, 'kubelapse/default/_coverage/', 0],
			],
		);
	});
	it('one family over the limit :: the rest is counted by rule', () => {
		const findings = Array.from({ length: 5000 }, (_, i) =>
			finding({ subject: subject({ kind: 'grant', uid: `g${i}` }) }),
		);
		const results = runs(report({ findings }))['sarif/prod-eu-11111111-sample.sarif']?.results ?? [];
		assert.equal(
			[results.length, results.at(-1)?.message.text],
			[
				4901,
				'100 more findings of sample/first left out here. result.json and report.html have all of them.',
			],
		);
	});
});

describe('sarif :: limits of GitHub', it => {
	const isReference = new Ajv({ formats: { reference: isUriReference } }).compile({
		type: 'string',
		format: 'reference',
	});
	for (const [name, made] of Object.entries(SAMPLES)) {
		it(name, () => {
			for (const [path, text] of Object.entries(render(sarif, made()))) {
				assert.match(path, /^sarif\/(_coverage|[a-z0-9][a-z0-9-]{0,100})\.sarif$/);
				assert.ok(gzipSync(text).length < 10_000_000, 'size');
				const { tool, results, automationDetails } = JSON.parse(text).runs[0] as Run;
				const { rules } = tool.driver;
				assert.ok(results.length < 5000, 'results');
				assert.is(new Set(rules.map(r => r.id)).size, rules.length);
				assert.is(new Set(results.map(r => r.ruleId + hashes([r]))).size, results.length);
				assert.equal(
					results.filter(r => !rules.some(({ id }) => id === r.ruleId)).map(r => r.ruleId),
					[],
				);
				assert.equal(
					uris(results).filter(uri => !isReference(uri) || uri.length > 1100),
					[],
				);
				assert.match(automationDetails.id, /^kubelapse\/default\/[a-z0-9_/-]+\/\d{8}T\d{6}Z$/);
				for (const rule of rules) assert.equal(faultsOf(rule), []);
				assert.not.match(text, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
			}
		});
	}
});

/** RFC 3986 relative-ref that is a plain path: no scheme, no dot segment, no empty segment. */
function isUriReference(text: string): boolean {
	const segments = text.split('/');
	const isPath = segments.every(
		s => /^([A-Za-z0-9._-]|%[0-9A-F]{2})+$/.test(s) && !/^(\.|%2E){1,2}$/i.test(s),
	);
	return isPath && new URL(text, 'file:///w/').pathname === `/w/${text}` && decodeURIComponent(text) !== '';
}

function faultsOf(rule: Rule): string[] {
	const texts = [rule.shortDescription.text, rule.fullDescription.text];
	return [
		...(rule.properties.tags.length > 9 ? ['tags'] : []),
		...(new Set(rule.properties.tags).size < rule.properties.tags.length ? ['tags twice'] : []),
		...(texts.some(text => text === '' || text.length > 1024) ? ['description'] : []),
		...(rule.help.text === '' || rule.help.markdown === '' ? ['help'] : []),
		...(rule.name.length > 255 || !/^[A-Z]/.test(rule.name) ? ['name'] : []),
	];
}
