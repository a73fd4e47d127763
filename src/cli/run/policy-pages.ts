import { nearest } from '../../lib/nearest.ts';
import { ScanError } from '../../lib/scan-error.ts';
import { oneLine } from '../../lib/text.ts';
import { stableJson } from '../../reporters/stable-json.ts';
import { loadPolicies } from '../load-policies.ts';
import type { PageFlags } from '../policy.ts';
import { inForce, type PolicyInForce, policyList, policyPage } from '../policy-page.ts';
import { configPath, loadSettings } from '../settings.ts';
import { print } from '../stdout.ts';

/** Prints every policy: id, severity, title. */
export async function runList(flags: PageFlags): Promise<void> {
	const policies = await readPolicies(flags);
	await print(flags.format === 'json' ? `${stableJson(policies, 2)}\n` : lines(policyList(policies)));
}

/** Prints the page of one policy. @throws {ScanError} USAGE naming the nearest id. */
export async function runExplain({ id, ...flags }: PageFlags & { id: string }): Promise<void> {
	const policies = await readPolicies(flags);
	const policy = policies.find(each => each.id === id);
	if (policy === undefined) throw unknownPolicy(id, policies);
	await print(flags.format === 'json' ? `${stableJson(policy, 2)}\n` : lines(policyPage(policy)));
}

/** As a scan with the same flags and config would judge by them. */
async function readPolicies({ format: _, ...flags }: PageFlags): Promise<PolicyInForce[]> {
	const settings = await loadSettings(flags);
	const { params } = settings;
	const config = flags.params === undefined ? configPath(flags) : null;
	return inForce(await loadPolicies(settings), params === undefined ? null : { file: params, config });
}

function unknownPolicy(id: string, policies: PolicyInForce[]): ScanError {
	const close = nearest(
		id,
		policies.map(each => each.id),
	);
	const hint = close === null ? 'kubelapse policy list names them' : `did you mean ${close}?`;
	return new ScanError('USAGE', `there is no policy ${oneLine(id)}`, { hint });
}

function lines(all: string[]): string {
	return all.map(line => `${line}\n`).join('');
}
