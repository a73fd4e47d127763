import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import type { EpochSeconds } from '../model/facts.ts';
import type { RecordKind } from '../model/record.ts';
import { oneOf, policyPageFlags, scanFlags } from './flags.ts';
import type { GlobalFlags } from './settings.ts';

interface FolderFlags extends GlobalFlags {
	/** Left out: the shipped policies. */
	dir: string | undefined;
}
export interface CheckFlags extends FolderFlags {
	fix: boolean;
	format: 'text' | 'json';
}
export interface TestFlags extends FolderFlags {
	coverage: boolean;
	format: 'text' | 'json' | 'junit';
	/** Percent of the lines of each file. */
	'min-coverage': number | undefined;
	mutations: boolean;
}
export interface BuildFlags extends FolderFlags {
	out: string | undefined;
}
export interface NewFlags extends GlobalFlags {
	id: string;
	dir: string;
	kind: RecordKind;
	replace: boolean;
}
export interface PreviewFlags extends GlobalFlags {
	/** Folders of facts, or single files. */
	facts: string[];
	policy: string[];
	params: string | undefined;
	now: EpochSeconds | undefined;
	format: 'text' | 'json';
}
/** Flags of `list` and `explain`. */
export type PageFlags = GlobalFlags & InferredOptionTypes<typeof policyPageFlags>;

const check: CommandModule<GlobalFlags, CheckFlags> = {
	command: 'check [dir]',
	describe: 'Name every mistake in policies and their METADATA',
	builder: yargs =>
		withDir(yargs)
			.option('fix', {
				type: 'boolean',
				default: false,
				describe: 'Format the files that are not',
			})
			.option('format', formatFlag(['text', 'json'])),
	handler: async flags => (await import('./run/policy-check.ts')).runCheck(flags),
};

const test: CommandModule<GlobalFlags, TestFlags> = {
	command: 'test [dir]',
	describe: 'Run the tests and examples beside the policies',
	builder: yargs =>
		withDir(yargs)
			.option('format', formatFlag(['text', 'json', 'junit']))
			.option('coverage', {
				type: 'boolean',
				default: false,
				describe: 'Name the lines that no test reached',
			})
			.option('min-coverage', {
				type: 'number',
				requiresArg: true,
				coerce: percent,
				describe: 'PERCENT: fail where tests reach fewer lines of a file',
			})
			.option('mutations', {
				type: 'boolean',
				default: false,
				describe: 'Change each condition in turn, and name those that no test notices',
			}),
	handler: async flags =>
		flags.mutations
			? (await import('./run/policy-mutations.ts')).runMutations(flags)
			: (await import('./run/policy-test.ts')).runTest(flags),
};

const build: CommandModule<GlobalFlags, BuildFlags> = {
	command: 'build [dir]',
	describe: 'Compile policies to WebAssembly',
	builder: yargs =>
		withDir(yargs).option('out', {
			type: 'string',
			requiresArg: true,
			describe: 'DIR: where to; needed with a folder of your own',
		}),
	handler: async flags => (await import('./run/policy.ts')).runBuild(flags),
};

const list: CommandModule<GlobalFlags, PageFlags> = {
	command: 'list',
	describe: 'Name every policy',
	builder: yargs => yargs.options(policyPageFlags),
	handler: async flags => (await import('./run/policy-pages.ts')).runList(flags),
};

const explain: CommandModule<GlobalFlags, PageFlags & { id: string }> = {
	command: 'explain <id>',
	describe: 'Say what a policy looks for, and what ends it',
	builder: yargs =>
		yargs
			.options(policyPageFlags)
			.positional('id', { type: 'string', demandOption: true, describe: 'As category/name' }),
	handler: async flags => (await import('./run/policy-pages.ts')).runExplain(flags),
};

const create: CommandModule<GlobalFlags, NewFlags> = {
	command: 'new <id>',
	describe: 'Write a policy that works, with test and examples',
	builder: yargs =>
		yargs
			.positional('id', { type: 'string', demandOption: true, describe: 'As category/name' })
			.option('dir', {
				type: 'string',
				default: 'policies',
				requiresArg: true,
				describe: 'DIR: folder of your policies (default policies)',
			})
			.option('kind', {
				choices: recordKinds,
				default: 'credential' as const,
				requiresArg: true,
				coerce: (value: unknown): RecordKind => oneFor('--kind', value, recordKinds),
				describe: `What it judges: ${recordKinds.join(', ')}`,
			})
			.option('replace', {
				type: 'boolean',
				default: false,
				describe: 'Stand in place of the shipped policy of that id',
			}),
	handler: async flags => (await import('./run/policy-new.ts')).runNew(flags),
};

const preview: CommandModule<GlobalFlags, PreviewFlags> = {
	command: 'preview <facts..>',
	describe: 'Say what policies of your own would change',
	builder: yargs =>
		yargs
			.positional('facts', {
				type: 'string',
				array: true,
				demandOption: true,
				describe: 'What scan --save-facts wrote: folders or files',
			})
			.options({ policy: { ...scanFlags.policy, demandOption: true }, params: scanFlags.params })
			.option('now', scanFlags.now)
			.option('format', formatFlag(['text', 'json']))
			.example('$0 policy preview --policy policies facts/', 'before you use them'),
	handler: async flags => (await import('./run/policy-preview.ts')).runPreview(flags),
};

const recordKinds = Object.keys({
	credential: true,
	grant: true,
	identity: true,
	connection: true,
	cluster: true,
	key: true,
	waiver: true,
	finding: true,
} satisfies Record<RecordKind, true>) as RecordKind[]; // the literal has no other keys

/** What stands after `kubelapse policy`. */
// biome-ignore lint/suspicious/noExplicitAny: each has flags of its own, and yargs hands it exactly those
export const policyCommands: Record<string, CommandModule<GlobalFlags, any>> = {
	list,
	explain,
	check,
	test,
	build,
	new: create,
	preview,
};

/** `kubelapse policy` */
export const policy: CommandModule<GlobalFlags, GlobalFlags> = {
	command: 'policy',
	describe: 'List, explain, write, check, test and compile policies (needs no OPA)',
	builder: yargs =>
		Object.values(policyCommands).reduce(
			(all, command) => all.command(command),
			yargs.demandCommand(1, 'name what to do: list, explain, check, test, build, new or preview'),
		),
	handler: () => {},
};

function withDir(yargs: Argv<GlobalFlags>) {
	return yargs.positional('dir', {
		type: 'string',
		describe: 'Folder with <category>/<name>.rego; without it, the shipped policies',
	});
}

function percent(value: unknown): number {
	// yargs makes NaN of a word, and a list of a flag that is given twice.
	if (typeof value === 'number' && value >= 0 && value <= 100) return value;
	throw new Error('--min-coverage: takes one number from 0 to 100');
}

/** yargs makes a list of a flag that is given twice. */
function oneFor<T extends string>(flag: string, value: unknown, choices: readonly T[]): T {
	if (Array.isArray(value)) throw new Error(`${flag}: takes one value, and is given more than once`);
	try {
		return oneOf(value, choices, 'value');
	} catch (error) {
		throw new Error(`${flag}: ${error instanceof Error ? error.message : error}`);
	}
}

function formatFlag<T extends string>(choices: readonly [T, ...T[]]) {
	const describe = `How to print it: ${choices.join(', ')}`;
	const coerce = (value: unknown): T => oneFor('--format', value, choices);
	return { choices, default: choices[0], requiresArg: true, describe, coerce } as const;
}
