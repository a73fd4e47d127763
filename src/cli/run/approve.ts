import { formatRfc3339 } from '../../lib/epoch.ts';
import { approve } from '../../remediation/approval.ts';
import { objectsByCluster } from '../../remediation/caps.ts';
import { signerOf } from '../../remediation/journal.ts';
import type { ApproveFlags } from '../approve.ts';
import { readPlan } from '../plan-schema.ts';
import { planText } from '../plan-text.ts';
import { readText } from '../read-text.ts';
import { loadSettings } from '../settings.ts';
import { print } from '../stdout.ts';
import { writeWhole } from '../write-whole.ts';

const MAX_KEY_BYTES = 10_000;

/** Shows a plan and signs it. */
export async function run({ plan: path, key, out: wanted, ...flags }: ApproveFlags): Promise<void> {
	const settings = await loadSettings(flags);
	const plan = await readPlan(path);
	const signer = signerOf(await readText(key, 'key', MAX_KEY_BYTES), key);
	const approval = approve(plan, signer, Math.floor(Date.now() / 1000));
	const out = wanted ?? `${path}.approval`;
	if (!settings.quiet) await print(planText(plan, objectsByCluster(plan.steps)));
	await writeWhole(out, `${JSON.stringify(approval, null, 2)}\n`);
	if (!settings.quiet)
		await print(`\nsigned at ${formatRfc3339(approval.at)} with ${signer.publicKey}\nwrote ${out}\n`);
}
