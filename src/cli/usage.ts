import { nearest } from '../lib/nearest.ts';
import { ScanError } from '../lib/scan-error.ts';
import { commands } from './index.ts';
import { policyCommands } from './policy.ts';

/** The command that a command line names, as far as it names one. */
interface Named {
	/** `policy explain` */
	name: string;
	/** What may stand after it; empty where nothing more is to be named. */
	below: string[];
	/** What it cannot do without, as `<id>`. */
	required: string[];
}

/** An error in the command line in our words: those of the parser name neither command nor flag. */
export function inOurWords(error: unknown, words: readonly string[]): unknown {
	if (!(error instanceof Error) || error instanceof ScanError) return error;
	const { name, required } = namedBy(words);
	if (/^Not enough non-option arguments/.test(error.message) && required.length > 0)
		return new Error(`${name} needs ${required.join(' ')}`, { cause: error });
	const missing = /^Missing required arguments?: (.+)$/.exec(error.message)?.[1];
	if (missing === undefined) return error;
	const flags = missing.split(', ').map(flag => `--${flag}`);
	return new Error(`${name} needs ${flags.join(', ')}`, { cause: error });
}

/**
 * What to do about an error in the command line.
 * @param flags those of the command.
 */
export function usageHint(words: readonly string[], error: unknown, flags: readonly string[]): string {
	const { name, below } = namedBy(words);
	const help = `kubelapse ${name === '' ? '' : `${name} `}--help lists what there is`;
	const wrong = /^Unknown \w+: ([^\s,]+)/.exec(error instanceof Error ? error.message : '')?.[1];
	if (wrong === undefined) return help;
	if (words.some(word => word.startsWith(`--${wrong}`))) {
		const near = nearest(wrong, flags);
		return didYouMean(near === null ? null : `--${near}`, help);
	}
	if (below.length > 0) return didYouMean(nearest(wrong, below), help);
	return `no flag stands before ${wrong}; ${help}`;
}

function namedBy(words: readonly string[]): Named {
	const at = words.findIndex(word => Object.hasOwn(commands, word));
	const first = words[at];
	if (first === undefined) return { name: '', below: Object.keys(commands), required: [] };
	if (first !== 'policy') return { name: first, below: [], required: requiredBy(commands[first]?.command) };
	const second = words.slice(at + 1).find(word => Object.hasOwn(policyCommands, word));
	if (second === undefined) return { name: first, below: Object.keys(policyCommands), required: [] };
	const { command } = policyCommands[second] ?? {};
	return { name: `${first} ${second}`, below: [], required: requiredBy(command) };
}

function requiredBy(command: string | readonly string[] | undefined): string[] {
	return [command ?? []].flat().flatMap(form => form.match(/<[^>]+>/g) ?? []);
}

function didYouMean(near: string | null, help: string): string {
	return near === null ? help : `did you mean ${near}? ${help}`;
}
