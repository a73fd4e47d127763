#!/usr/bin/env node
import yargs, { type Argv } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { globalFlags } from './flags.ts';
import { commands } from './index.ts';
import { INTERRUPTED, interruption, watchSignals } from './interrupt.ts';
import { configureLog } from './log.ts';
import { version } from './package-info.ts';
import { printError } from './print-error.ts';
import { type GlobalFlags, logChanges } from './settings.ts';
import { watchStdout } from './stdout.ts';
import { inOurWords, usageHint } from './usage.ts';

const EPILOGUE = `Exit codes:
  0  nothing at or above --fail-on
  1  findings
  2  usage, config or run error
  3  incomplete: something could not be read, or nothing was examined
  4  a remediation stopped, or partly failed
  130  interrupted; what was finished is written`;

watchStdout();
watchSignals();
await main(hideBin(process.argv));

async function main(words: string[]): Promise<void> {
	configureLog(earlyLogChanges(words));
	let isUsage = true;
	let flags: string[] = Object.keys(globalFlags);
	const program = parser(words, () => {
		isUsage = false;
	});
	program.fail((message, error) => {
		flags = flagsOf(program);
		throw error ?? new Error(message);
	});
	try {
		await program.parseAsync();
	} catch (error) {
		const told = isUsage ? inOurWords(error, words) : error;
		printError(told, { isUsage, usageHint: usageHint(words, error, flags) });
		process.exitCode = interruption.aborted ? INTERRUPTED : 2;
	}
	// A socket or worker that somebody else left open must not keep the process from ending.
	process.exit();
}

/** The flags of the command that the parser is in. The types of yargs lack the method. */
function flagsOf(program: Argv<GlobalFlags>): string[] {
	const { key } = (program as Argv<GlobalFlags> & { getOptions: () => { key: object } }).getOptions();
	return Object.keys(key);
}

function parser(words: string[], onParsed: () => void): Argv<GlobalFlags> {
	const program = withoutTypes(yargs(words))
		.scriptName('kubelapse')
		.usage('$0 <command>\n\nFinds Kubernetes credentials that should no longer work.')
		// Messages would follow LANG, and half of them would not be ours.
		.locale('en')
		.parserConfiguration({ 'dot-notation': false, 'boolean-negation': false, 'camel-case-expansion': false })
		.options(globalFlags)
		.version(version())
		.group(['help', 'version'], 'Global:')
		.example('$0 demo', 'see it work')
		.example('$0 doctor', 'see what you may read')
		.example('$0 scan', 'scan the current context')
		.epilogue(EPILOGUE)
		.wrap(Math.min(100, process.stdout.columns || 80))
		.strict()
		.demandCommand(1, 'no command is given')
		.middleware(flags => {
			onParsed();
			configureLog(logChanges(flags));
		});
	return Object.values(commands)
		.reduce((all, command) => all.command(command), program)
		.completion('completion', 'Print a completion script for bash or zsh');
}

/** `[string]` and `[array]` behind every flag say nothing to a person. The types of yargs lack the method. */
function withoutTypes(program: Argv): Argv {
	return (program as Argv & { usageConfiguration: (to: object) => Argv }).usageConfiguration({
		'hide-types': true,
	});
}

/** Errors in the command line itself come before it is parsed, and are wanted in the same format. */
function earlyLogChanges(words: string[]) {
	const isJson = words.includes('--log-format=json') || words[words.indexOf('--log-format') + 1] === 'json';
	return { debug: words.includes('--debug'), format: isJson ? ('json' as const) : ('text' as const) };
}
