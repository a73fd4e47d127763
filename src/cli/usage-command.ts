import type { CommandModule, InferredOptionTypes } from 'yargs';
import { usageFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

export type UsageFlags = GlobalFlags &
	InferredOptionTypes<typeof usageFlags> & { subject: string | undefined };

/** `kubelapse usage` */
export const usage: CommandModule<GlobalFlags, UsageFlags> = {
	command: 'usage [subject]',
	describe: 'Tell what one credential or user did, from audit logs',
	builder: yargs =>
		yargs
			.positional('subject', {
				type: 'string',
				describe:
					'A username, system:serviceaccount:NAMESPACE:NAME, secret/NAMESPACE/NAME of a token, X509SHA256=…, x509:…, the SHA-256 of a certificate, JTI=…; with --result also a finding or credential by id',
			})
			.options(usageFlags)
			.conflicts('audit-log', 'facts')
			.example("$0 usage alice --audit-log '/var/log/kubernetes/audit*.log'", 'hour by hour')
			.example("$0 usage --suggest-role alice --audit-log 'audit*.log'", 'roles, as YAML'),
	handler: async flags => (await import('./run/usage.ts')).run(flags),
};
