import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadBundle } from '../src/evaluate/bundle.ts';
import type { Catalog } from '../src/model/policy.ts';
import { auditEvent, logOf } from './helpers/audit-events.ts';
import { assert, describe } from './helpers/describe.ts';
import { spawnCli } from './helpers/spawn-cli.ts';
import { withTempDir } from './helpers/temp-dir.ts';

const README = new URL('../README.md', import.meta.url);
const DEMO = /(<!-- demo: [^>]*-->\n)[\s\S]*?(<!-- end -->)/;
const USAGE = /(<!-- usage: [^>]*-->\n)[\s\S]*?(<!-- end -->)/;
const TABLE = /(<!-- policies: [^>]*-->\n)[\s\S]*?(<!-- end -->)/;

function policyTable(catalog: Catalog): string {
	const rows = catalog.map(({ id, title, severity, privilegedSeverity }) => {
		const raised = severity === privilegedSeverity ? '' : ` (privileged: ${privilegedSeverity})`;
		return `| \`${id}\` | ${severity}${raised} | ${title} |`;
	});
	return ['| policy | severity | what it finds |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

/** What somebody sees, less what would make it long; ids of findings say nothing here. */
function demoBlock(stdout: string): string {
	const [headline = '', clusters = '', findings = ''] = stdout
		.replace(/ {2}[0-9a-f]{8}$/gm, '')
		.split('\n\n');
	const few = findings.split(/\n(?= {2}\S)/).slice(0, 3);
	const ending = stdout.split('\n').filter(line => /^(Reports|Next) /.test(line));
	const shown = [
		'$ npm ci && npm run demo',
		'…',
		headline,
		'',
		clusters,
		'',
		...few,
		'…',
		ending.join('\n…\n'),
	];
	return `\`\`\`console\n${shown.join('\n')}\n\`\`\`\n`;
}

async function hold(pattern: RegExp, block: string): Promise<void> {
	const text = readFileSync(README, 'utf8');
	const right = text.replace(pattern, (_, begin: string, end: string) => begin + block + end);
	if (process.env.UPDATE === '1') writeFileSync(README, right);
	else assert.fixture(text, right);
	assert.match(right, pattern);
}

describe('README', it => {
	it('shows what the demo prints, all of it within 80 columns and about 60 lines', () =>
		withTempDir(async cwd => {
			const { code, stdout } = await spawnCli(['demo'], { cwd });
			assert.is(code, 0);
			const lines = stdout.split('\n');
			assert.equal(
				lines.filter(line => line.length > 80),
				[],
			);
			assert.ok(lines.length < 65, String(lines.length));
			await hold(DEMO, demoBlock(stdout));
		}));
	it('shows what a user did', () =>
		withTempDir(async cwd => {
			const credentialId = `X509SHA256=${'4f3a9c01'.repeat(8)}`;
			const alice = { credentialId, username: 'alice' };
			const secrets = { resource: 'secrets', namespace: 'shop' };
			const events = [
				auditEvent({ ...alice, verb: 'list' }),
				auditEvent({ ...alice, after: 60, verb: 'list' }),
				auditEvent({ ...alice, after: 90, verb: 'list', objectRef: secrets, decision: 'forbid' }),
				auditEvent({ ...alice, after: 3_600, verb: 'patch', sources: ['198.51.100.1'] }),
				auditEvent({ username: 'ci-bot', after: 3_660, impersonated: { username: 'alice' } }),
			];
			writeFileSync(join(cwd, 'audit.log'), logOf(...events));
			const { code, stdout } = await spawnCli(['usage', 'alice', '--audit-log', 'audit*.log'], { cwd });
			assert.is(code, 0);
			const command = "$ kubelapse usage alice --audit-log 'audit*.log'";
			await hold(USAGE, `\`\`\`console\n${command}\n${stdout}\`\`\`\n`);
		}));
	it('lists the policies that are shipped', async () =>
		hold(TABLE, policyTable((await loadBundle()).catalog)));
});
