import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFleet } from '../../src/demo/fleet.ts';
import { formatDay } from '../../src/lib/epoch.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { assert, describe } from '../helpers/describe.ts';
import { spawnCli } from '../helpers/spawn-cli.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const inDays = (days: number) => formatDay(now() + days * DAY);

/** Runs with `facts` of the embedded fleet, saved by a first scan, and its result. */
function withFacts(work: (cwd: string, report: Report) => Promise<void>): Promise<void> {
	return withTempDir(async cwd => {
		const fleet = await startFleet({ dir: join(cwd, 'fleet'), now: now() });
		const { stderr } = await spawnCli(
			[
				'scan',
				'--kubeconfig',
				...fleet.kubeconfigs,
				'--files',
				...fleet.files,
				'--save-facts',
				'facts',
				'--format',
				'json',
			],
			{ cwd },
		).finally(fleet.close);
		assert.match(stderr, /payments-prod/);
		await work(cwd, await result(cwd));
	});
}

const result = async (cwd: string): Promise<Report> =>
	JSON.parse(await readFile(join(cwd, 'kubelapse-report/result.json'), 'utf8'));
interface SarifResult {
	ruleId: string;
	locations: [{ physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }];
}

const sarifOf = async (
	cwd: string,
	name: string,
): Promise<{ ruleId: string; uri: string; line: number }[]> => {
	const { runs } = JSON.parse(await readFile(join(cwd, `kubelapse-report/sarif/${name}.sarif`), 'utf8'));
	return runs[0].results.map(({ ruleId, locations }: SarifResult) => {
		const [{ physicalLocation }] = locations;
		return {
			ruleId,
			uri: physicalLocation.artifactLocation.uri,
			line: physicalLocation.region.startLine,
		};
	});
};
const WORDS = ['--reason', 'moves in May', '--owner', 'ops@example.com'];
const waive = (cwd: string, id: string, ...rest: string[]) =>
	spawnCli(['waive', id, ...WORDS, '--expires', inDays(30), ...rest], { cwd });
const scan = (cwd: string, ...rest: string[]) =>
	spawnCli(['scan', '--facts', 'facts', '--waivers', 'waivers.yaml', ...rest], { cwd });

const failOf = ({ findings }: Report, policyId: string): Finding => {
	const found = findings.find(finding => finding.policyId === policyId && finding.outcome === 'fail');
	if (found === undefined) throw new Error(`the fleet has no ${policyId}`);
	return found;
};

describe('[cli] waive', it => {
	it('takes a finding out of the count until its end, and leaves it visible', () =>
		withFacts(async (cwd, before) => {
			const { id, severity, cluster } = failOf(before, 'privilege/system_masters_certificate');
			const file = `# ours, keep\nwaivers:\n  - { id: old, selector: { policy: "orphan/*", cluster: "*" }, reason: r, owner: o, expires: 2020-01-31 } # done\n`;
			await writeFile(join(cwd, 'shared.yaml'), file);
			await chmod(join(cwd, 'shared.yaml'), 0o640);
			await symlink('shared.yaml', join(cwd, 'waivers.yaml'));

			const added = await waive(cwd, id.slice(0, 10), '--ticket', '1234');
			assert.equal([added.code, added.stderr], [0, '']);
			assert.match(added.stdout, /^added to waivers\.yaml:5\n\n- id: system_masters_certificate-/);
			assert.ok((await readFile(join(cwd, 'shared.yaml'), 'utf8')).startsWith(file));
			assert.is((await stat(join(cwd, 'shared.yaml'))).mode & 0o777, 0o640);

			const { stdout } = await scan(cwd);
			const after = await result(cwd);
			assert.match(stdout, /^Waivers {2}1 finding accepted by waivers \(1 \w+\); 1 waiver expired/m);
			assert.equal(
				after.suppressed.map(({ id, suppression }) => [id, suppression.reason, suppression.ticket]),
				[[id, 'moves in May', '1234']],
			);
			assert.is(after.summary.findings[severity], before.summary.findings[severity] - 1);
			assert.is(
				after.findings.find(finding => finding.id === id),
				undefined,
			);
			assert.equal(
				after.waivers.map(({ id, state }) => [id.slice(0, 6), state]),
				[
					['old', 'expired'],
					['system', 'active'],
				],
			);
			const page = await readFile(join(cwd, 'kubelapse-report/report.html'), 'utf8');
			assert.match(page, /id="suppressed"[\s\S]*moves in May/);
			const slug = `${cluster.name}`.replace(/[^a-z0-9]+/g, '-').slice(0, 40);
			const name = `${slug.replace(/-$/, '')}-${cluster.uid.slice(0, 8)}`;
			const rules = (await sarifOf(cwd, name)).filter(({ ruleId }) =>
				ruleId.startsWith('privilege/system_masters'),
			);
			assert.equal(rules, []);
			assert.equal(
				(await sarifOf(cwd, '_coverage')).filter(({ ruleId }) => ruleId === 'governance/waiver_expired'),
				[{ ruleId: 'governance/waiver_expired', uri: 'waivers.yaml', line: 3 }],
			);

			const end = after.suppressed[0]?.suppression.expires ?? 0;
			const at = async (seconds: number) => {
				await scan(cwd, '--format', 'json', '--now', new Date(seconds * 1000).toISOString());
				return (await result(cwd)).suppressed.length;
			};
			assert.equal([await at(end - 1), await at(end)], [1, 0]);
		}));

	it('refuses what cannot be accepted, and leaves the file alone', () =>
		withFacts(async (cwd, report) => {
			const { id } = failOf(report, 'privilege/anonymous_grant');
			const unknown = report.findings.find(({ outcome }) => outcome === 'unknown')?.id ?? '';
			assert.is((await waive(cwd, id)).code, 0);
			const file = await readFile(join(cwd, 'waivers.yaml'), 'utf8');
			const wrong = `${id.slice(0, 15)}${id.endsWith('0') ? '1' : '0'}`;
			const other = failOf(report, 'orphan/role_missing').id;
			const cases: [words: string[], error: string][] = [
				[[id], 'is waived already, by anonymous_grant-'],
				[[wrong], `no finding "${wrong}" in that result`],
				[['0'], '"0" is too short for a finding\'s id'],
				[[unknown], 'is unknown: what could not be judged cannot be accepted'],
			];
			const answers = await Promise.all(cases.map(([words]) => waive(cwd, ...(words as [string]))));
			assert.equal(
				answers.map(({ code, stderr }, at) => [code, stderr.includes(cases[at]?.[1] ?? '-')]),
				cases.map(() => [2, true]),
			);
			assert.match(answers[1]?.stderr ?? '', new RegExp(`hint: did you mean ${id}\\?`));
			const ends = [
				[inDays(181), 'it lasts longer than 180 days'],
				['2020-01-31', '2020-01-31 is over'],
				['tomorrow', 'no time: "tomorrow"'],
				['181d', 'it lasts longer than 180 days'],
				['0d', ' is over'],
			] as const;
			const refused = await Promise.all(
				ends.map(([expires]) => spawnCli(['waive', other, ...WORDS, '--expires', expires], { cwd })),
			);
			assert.equal(
				refused.map(({ code, stderr }, at) => [
					code,
					stderr.includes('--expires: ') && stderr.includes(ends[at]?.[1] ?? '-'),
				]),
				ends.map(() => [2, true]),
			);
			assert.is(await readFile(join(cwd, 'waivers.yaml'), 'utf8'), file);
		}));

	it('an end so many days from now is written as a time', () =>
		withFacts(async (cwd, report) => {
			const { id } = failOf(report, 'privilege/anonymous_grant');
			const begun = now();
			const added = await spawnCli(['waive', id, ...WORDS, '--expires', '180d'], { cwd });
			assert.equal([added.code, added.stderr], [0, '']);
			const end = /expires: (\S+)/.exec(await readFile(join(cwd, 'waivers.yaml'), 'utf8'))?.[1] ?? '';
			const days = (Date.parse(end) / 1000 - begun) / DAY;
			assert.ok(days >= 180 && days < 180.01, end);
			await scan(cwd, '--format', 'json');
			assert.equal(
				(await result(cwd)).waivers.map(({ state }) => state),
				['active'],
			);
		}));

	it('lists what a beginning could mean', () =>
		withFacts(async (cwd, report) => {
			const [a, b, ...others] = report.findings;
			const findings = [{ ...a, id: 'abcd000000000001' }, { ...b, id: 'abcd000000000002' }, ...others];
			await writeFile(join(cwd, 'two.json'), JSON.stringify({ ...report, findings }));
			const { code, stderr } = await waive(cwd, 'ABCD', '--result', 'two.json');
			assert.equal([code, stderr.split('\n')[0]], [2, 'kubelapse: error: 2 findings begin with ABCD']);
			assert.match(stderr, /hint: write more of it: abcd000000000001 \(\S+: .+ on \S+\); abcd000000000002 /);
		}));

	it('a malformed file ends the scan before it begins; an invalid waiver is told, and suppresses nothing', () =>
		withFacts(async (cwd, before) => {
			await writeFile(join(cwd, 'waivers.yaml'), 'waivers:\n  - id: x\n    ownr: y\n');
			const malformed = await scan(cwd);
			assert.is(malformed.code, 2);
			assert.match(
				malformed.stderr,
				/^kubelapse: error: waivers\.yaml:3: unknown key "ownr", did you mean owner\?/,
			);
			assert.equal(await result(cwd), before);

			const certificate = failOf(before, 'credential/lifetime_too_long');
			const text = (extra: string) =>
				`waivers:\n  - id: all\n    selector: { policy: "*" }\n    reason: r\n    owner: o\n    expires: ${inDays(9)}\n${extra}`;
			await writeFile(
				join(cwd, 'waivers.yaml'),
				`${text('')}  - id: name\n    selector: { policy: ${certificate.policyId}, subject: ${certificate.subject.identity} }\n    reason: r\n    owner: o\n    expires: ${inDays(9)}\n`,
			);
			const { stderr } = await scan(cwd, '--format', 'json');
			const { waivers, suppressed } = await result(cwd);
			assert.equal(
				[waivers.map(({ state, matches }) => [state, matches]), suppressed],
				[
					[
						['invalid', 0],
						['invalid', 0],
					],
					[],
				],
			);
			assert.match(
				stderr,
				/waiver all \(waivers\.yaml:2\) suppresses nothing: its policy is not kept to one category: name a policy/,
			);
			await writeFile(join(cwd, 'waivers.yaml'), text('    broad: true\n'));
			await scan(cwd, '--format', 'json');
			const after = await result(cwd);
			assert.equal(
				after.waivers.map(({ state }) => state),
				['too_broad'],
			);
			assert.equal(
				after.findings
					.filter(({ outcome }) => outcome === 'fail')
					.map(({ policyId, cluster }) => [policyId, cluster]),
				[['governance/waiver_too_broad', { uid: 'fleet', name: 'all clusters' }]],
			);
		}));
});
