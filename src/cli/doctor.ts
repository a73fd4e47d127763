import type { CommandModule, InferredOptionTypes } from 'yargs';
import { doctorFlags, runFlags, targetFlags } from './flags.ts';
import type { GlobalFlags, TargetFlags } from './settings.ts';

export type DoctorFlags = GlobalFlags & TargetFlags & InferredOptionTypes<typeof doctorFlags>;

/** `kubelapse doctor` */
export const doctor: CommandModule<GlobalFlags, DoctorFlags> = {
	command: 'doctor',
	describe: 'Say what may and may not be read, with the missing permission',
	builder: yargs =>
		yargs.options({ ...targetFlags, ...doctorFlags, ...runFlags }).conflicts('context', 'all-contexts'),
	handler: async flags => (await import('./run/doctor.ts')).run(flags),
};
