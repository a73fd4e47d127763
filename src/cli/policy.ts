import type { Argv, CommandModule, InferredOptionTypes } from 'yargs';
import { policyPageFlags } from './flags.ts';
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

/** `kubelapse policy` */
export const policy: CommandModule<GlobalFlags, GlobalFlags> = {
	command: 'policy',
	describe: 'List, explain, check, test and compile policies (needs no OPA)',
	builder: yargs =>
		[list, explain, check, test, build].reduce(
			// biome-ignore lint/suspicious/noExplicitAny: each has flags of its own, and yargs hands it exactly those
			(all, command: CommandModule<GlobalFlags, any>) => all.command(command),
			yargs.demandCommand(1, 'name what to do: list, explain, check, test or build'),
		),
	handler: () => {},
};

function withDir(yargs: Argv<GlobalFlags>) {
	return yargs.positional('dir', {
		type: 'string',
		describe: 'Folder with <category>/<name>.rego; without it, the shipped policies',
	});
}

function formatFlag<T extends string>(choices: readonly [T, ...T[]]) {
	return { choices, default: choices[0], requiresArg: true, describe: 'How to print it' } as const;
}
