import type { CommandModule } from 'yargs';
import { apply } from './apply.ts';
import { approve } from './approve.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { init } from './init.ts';
import { journal } from './journal.ts';
import { offboard } from './offboard.ts';
import { plan } from './plan.ts';
import { policy } from './policy.ts';
import { report } from './report.ts';
import { restore } from './restore.ts';
import { scan } from './scan.ts';
import { schema } from './schema.ts';
import type { GlobalFlags } from './settings.ts';
import { usage } from './usage-command.ts';
import { waive } from './waive.ts';

/** Every command, in the order that `--help` lists them. Each loads what it does only when it runs. */
// biome-ignore lint/suspicious/noExplicitAny: each command has flags of its own, and yargs hands it exactly those
export const commands: Record<string, CommandModule<GlobalFlags, any>> = {
	scan,
	report,
	usage,
	waive,
	plan,
	approve,
	apply,
	restore,
	journal,
	offboard,
	doctor,
	policy,
	demo,
	init,
	schema,
};
