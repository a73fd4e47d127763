import { existsSync } from 'node:fs';
import type { InferredOptionTypes } from 'yargs';
import type { Config } from './config.ts';
import type { globalFlags, runFlags, scanFlags, targetFlags } from './flags.ts';
import { formats } from './flags.ts';
import { configureLog } from './log.ts';

export type GlobalFlags = InferredOptionTypes<typeof globalFlags>;
export type TargetFlags = InferredOptionTypes<typeof targetFlags & typeof runFlags>;
type ScanFlags = InferredOptionTypes<typeof scanFlags>;
/** What a command line may say; what it does not say is undefined or absent. */
export type Flags = GlobalFlags & Partial<TargetFlags & ScanFlags>;

const DEFAULT_CONFIG = 'kubelapse.yaml';

const defaults = {
	quiet: false,
	out: 'kubelapse-report',
	format: formats,
	'fail-on': 'high',
	require: [],
	'allow-gap': [],
	'allow-incomplete': false,
	'read-bootstrap-tokens': false,
	expect: [],
	framework: [],
	files: [],
	'max-waiver-days': 180,
	policy: [],
	'trusted-policies': [],
	concurrency: 16,
	timeout: 300,
	'request-timeout': 30,
	'max-age': 24,
	'require-approval': false,
	approvers: {},
	'journal-keys': [],
} satisfies Config;

/** Everything that a run goes by: flags over config over defaults. */
export type Settings = Config & { [K in keyof typeof defaults]: NonNullable<Config[K]> };

/** A target on the command line replaces all targets of the config, not only those of its own kind. */
const TARGETS = ['kubeconfig', 'files', 'facts', 'targets', 'alibaba'] as const;
const CONTEXTS = ['context', 'all-contexts'] as const;

/** The config that is read, or null. */
export function configPath({ config }: Pick<Flags, 'config'>): string | null {
	return config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null);
}

/** Reads the config (if there is one), lays the flags over it and sets the log accordingly. */
export async function loadSettings(flags: Flags): Promise<Settings> {
	const path = configPath(flags);
	const config = path === null ? {} : await (await import('./config.ts')).readConfig(path);
	const settings = mergeSettings(flags, config);
	configureLog(logChanges(settings));
	return settings;
}

/** Flags over config over defaults. */
export function mergeSettings(flags: Flags, config: Config): Settings {
	const given = Object.fromEntries(Object.entries(flags).filter(isSetting));
	const replaced: readonly string[] = TARGETS.some(key => key in given)
		? [...TARGETS, ...CONTEXTS]
		: CONTEXTS.some(key => key in given)
			? CONTEXTS
			: [];
	const kept = Object.entries(config).filter(([key]) => !replaced.includes(key));
	return { ...defaults, ...Object.fromEntries(kept), ...given };
}

/** yargs hands over what was not given as undefined, and two names of its own. */
function isSetting([key, value]: [string, unknown]): boolean {
	return value !== undefined && !['_', '$0', 'config'].includes(key);
}

/** What flags or settings say about the log. */
export function logChanges(from: Pick<Config, 'log-level' | 'log-format' | 'quiet' | 'debug'>) {
	return {
		...(from['log-level'] === undefined ? {} : { level: from['log-level'] }),
		...(from['log-format'] === undefined ? {} : { format: from['log-format'] }),
		...(from.quiet ? { level: 'error' as const } : {}),
		...(from.debug ? { debug: true } : {}),
	};
}
