import { HOUR } from '../../lib/epoch.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';
import type { PlanOptions } from '../../model/plan.ts';
import type { Report } from '../../model/report.ts';
import type { ScanRequest } from '../../model/scan.ts';
import { breakGlassOf, preparePlan } from '../../remediate.ts';
import { objectsByCluster } from '../../remediation/caps.ts';
import { type Holdings, holdingsOf, isWhole, remaining } from '../../remediation/holdings.ts';
import { scan } from '../../scan.ts';
import { INTERRUPTED, interruption } from '../interrupt.ts';
import { loadPolicies } from '../load-policies.ts';
import { log } from '../log.ts';
import type { OffboardFlags } from '../offboard.ts';
import { endStateText, holdingsText } from '../offboard-text.ts';
import { planText } from '../plan-text.ts';
import { createProgress } from '../progress.ts';
import { loadSettings } from '../settings.ts';
import { print } from '../stdout.ts';
import { writeWhole } from '../write-whole.ts';
import { applyFile, liveRequest } from './apply.ts';

const FINDINGS = 1;
const INCOMPLETE = 3;

/** Shows what a person holds, plans its end, and with `--apply` carries it out and looks again. */
export async function run({ user, ...flags }: OffboardFlags): Promise<void> {
	const { out = 'offboard-plan.json', apply, journal, yes, 'dry-run': isDryRun, ...rest } = flags;
	const { only, exclude, bulk, 'no-restore': noRestore, 'quarantine-days': quarantine, ...others } = rest;
	const settings = await loadSettings(others);
	const request = await liveRequest(settings);
	const { bundle } = await loadPolicies(settings);
	const look = async (): Promise<Report> =>
		withProgress({ ...request, now: Math.floor(Date.now() / 1000) }, all => scan(all, bundle));
	const report = await look();
	const holdings = holdingsOf(report, user);
	refuseAmbiguous(holdings);
	await print(holdingsText(holdings));
	if (holdings.holdings.length === 0) {
		log(
			'warn',
			`nobody is called ${oneLine(user, 100)} on the clusters that were read, as far as they were: write a username, an id or a name as a report shows it`,
		);
		process.exitCode = isWhole(holdings) ? 0 : INCOMPLETE;
		return;
	}
	const options: PlanOptions = {
		...{ only: only ?? [], exclude: exclude ?? [], policies: [], clusters: [], identities: [] },
		...{ force: false, noRestore: noRestore === true, revokeOwn: false, bulk: bulk === true },
		...{ quarantineDays: quarantine ?? 14, offboard: user, denyPack: false },
	};
	const ask = {
		...{ options, now: Math.floor(Date.now() / 1000), maxAgeSeconds: settings['max-age'] * HOUR },
		...{ breakGlass: breakGlassOf(report, bundle), grace: () => null },
	};
	const { plan, notices } = await preparePlan(report, ask, request);
	for (const notice of notices) log('warn', notice);
	await print(`\n${planText(plan, objectsByCluster(plan.steps))}`);
	if (out !== '-') {
		await writeWhole(out, `${JSON.stringify(plan, null, 2)}\n`);
		await print(`\nwrote ${out}\n`);
	}
	process.exitCode = interruption.aborted ? INTERRUPTED : isWhole(holdings) ? 0 : INCOMPLETE;
	if (!apply) return;
	if (out === '-')
		throw new ScanError('USAGE', '--apply needs the plan in a file, and --out - writes none', {
			hint: 'leave --out away',
		});
	const code = await applyFile(out, settings, {
		...{ journal: journal ?? `${out}.journal`, approval: `${out}.approval` },
		...{ isAsked: yes !== true, isDryRun: isDryRun === true },
	});
	if (isDryRun || interruption.aborted) {
		process.exitCode = code;
		return;
	}
	const after = holdingsOf(await look(), user);
	const left = remaining(after);
	await print(endStateText(after, left));
	process.exitCode = code !== 0 ? code : !isWhole(after) ? INCOMPLETE : left.length > 0 ? FINDINGS : 0;
}

async function withProgress(
	request: ScanRequest,
	run: (request: ScanRequest) => Promise<Report>,
): Promise<Report> {
	const progress = createProgress(process.env.TERM);
	return run({ ...request, onEvent: progress.onEvent }).finally(progress.end);
}

/** A name that two people have is none to act on. */
function refuseAmbiguous({ name, holdings }: Holdings): void {
	const accounts = new Map<string, string>();
	for (const { identities } of holdings)
		for (const { provider, account, id } of identities)
			accounts.set(`${provider} ${account || id}`, account || id);
	const byProvider = new Map<string, string[]>();
	for (const [key, id] of accounts) {
		const provider = key.split(' ')[0] ?? '';
		byProvider.set(provider, [...(byProvider.get(provider) ?? []), id]);
	}
	const many = [...byProvider.values()].find(ids => ids.length > 1);
	if (many === undefined) return;
	throw new ScanError(
		'USAGE',
		`${oneLine(name, 100)} is the name of several: ${many
			.slice(0, 5)
			.map(id => oneLine(id, 60))
			.join(', ')}`,
		{ hint: 'name one of them by the id' },
	);
}
