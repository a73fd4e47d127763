import { z } from 'zod';
import { sources } from '../model/facts.ts';
import { severities } from '../model/policy.ts';
import { viewNames } from '../model/views.ts';
import { matchFields } from '../providers/roster/row.ts';
import { formats, logFormats, logLevels, parseAllowedGap, parseMoment, ranges } from './flags.ts';

const path = z.string().min(1);
const name = z.string().min(1);

const target = z.strictObject({
	kubeconfig: path.describe('Kubeconfig file, relative to this config'),
	context: name.optional().describe('Context of that file; the current one where it is left out'),
	'all-contexts': z.boolean().optional().describe('Every context of that file'),
	name: name.optional().describe('What reports call the cluster, in place of file#context; needs context'),
	'audit-log': z
		.array(z.union([path, z.array(path).min(1)]))
		.min(1)
		.optional()
		.describe('Audit logs of the cluster, one for each API server: a glob, or a list of them; needs context'),
	'audit-policy': path.optional().describe('Audit policy of its API servers, which says what is not logged'),
	expect: z.array(name).optional().describe('Clusters that must turn up through this target, by name or uid'),
});

/** `kubelapse.yaml`: every key but `targets` and `trusted-policies` is the long name of a flag, which also says what it does. */
export const configSchema = z.strictObject({
	'log-level': z.enum(logLevels).optional(),
	'log-format': z.enum(logFormats).optional(),
	quiet: z.boolean().optional(),
	'no-color': z.boolean().optional(),
	debug: z.boolean().optional(),
	targets: z.array(target).optional().describe('Live clusters, where one differs from the next'),
	kubeconfig: z.array(path).min(1).optional(),
	context: z.array(name).min(1).optional(),
	'all-contexts': z.boolean().optional(),
	files: z.array(path).min(1).optional(),
	facts: path.optional(),
	expect: z.array(name).optional(),
	alibaba: z.boolean().optional(),
	region: z.array(name).min(1).optional(),
	cluster: z.array(name).min(1).optional(),
	'account-profile': z.array(name).min(1).optional(),
	'endpoint-access': z.enum(['public', 'private']).optional(),
	'no-temporary-kubeconfig': z.boolean().optional(),
	'alibaba-endpoint': z.array(name).min(1).optional(),
	activity: z.boolean().optional(),
	'audit-days': within(ranges['audit-days']),
	'alibaba-ca': path.optional(),
	identities: path.optional(),
	scim: z.url().optional(),
	'scim-token-env': z
		.string()
		.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
		.optional(),
	'identity-field': z.enum(matchFields).optional(),
	'identity-prefix': z.string().min(1).max(200).optional(),
	'group-prefix': z.string().max(200).optional(),
	'identity-pattern': z.string().min(1).max(500).optional(),
	'identity-ignore-case': z.boolean().optional(),
	history: path.optional(),
	'forget-cluster': z.array(name).min(1).optional(),
	'audit-log': z.array(path).min(1).optional(),
	'audit-policy': path.optional(),
	'show-sources': z.boolean().optional(),
	policy: z.array(path).min(1).optional(),
	'trusted-policies': z.array(path).min(1).optional(),
	params: path.optional(),
	waivers: path.optional(),
	'max-waiver-days': within(ranges['max-waiver-days']),
	framework: z.array(name).optional(),
	'read-bootstrap-tokens': z.boolean().optional(),
	view: z.enum(viewNames).optional(),
	out: path.optional(),
	format: z.array(z.enum(formats)).min(1).optional(),
	'save-facts': path.optional(),
	'fail-on': z.enum(severities).optional(),
	require: z.array(z.enum(sources)).optional(),
	'allow-gap': z.array(parsed(parseAllowedGap)).optional(),
	'allow-incomplete': z.boolean().optional(),
	concurrency: within(ranges.concurrency),
	timeout: within(ranges.timeout),
	'request-timeout': within(ranges['request-timeout']),
	threads: within(ranges.threads),
	now: parsed(parseMoment).optional(),
	state: path.optional(),
	'max-age': within(ranges['max-age']),
	'max-objects': within(ranges['max-objects']),
	'require-approval': z.boolean().optional(),
	approvers: z.record(name, z.string().min(1).max(2000)).optional(),
	'journal-keys': z.array(z.string().min(1).max(2000)).optional(),
});

/** A config that was read: checked, times and gaps parsed. */
export type Config = z.output<typeof configSchema>;

/** Right names at a place of the config, for what to suggest in place of a wrong one. */
export function knownKeys(at: PropertyKey[]): string[] {
	return Object.keys(at[0] === 'targets' ? target.shape : configSchema.shape);
}

function within({ min, max }: { min: number; max: number }) {
	return z.int().min(min).max(max).optional();
}

/** Text that a flag's own parser reads, with that parser's words where it cannot. */
function parsed<T>(parse: (value: string) => T) {
	return z.string().transform((value, context): T => {
		try {
			return parse(value);
		} catch (error) {
			context.addIssue(error instanceof Error ? error.message : String(error));
			return z.NEVER;
		}
	});
}
