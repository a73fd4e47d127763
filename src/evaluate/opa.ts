import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ScanError } from '../lib/scan-error.ts';
import { byCodeUnit, oneLine, plural } from '../lib/text.ts';

const CAPABILITIES = new URL('../../tools/opa/capabilities.json', import.meta.url);
const PAGES_PER_MIB = 16; // WebAssembly's pages have 64 KiB

/** Rego sources by relative path with `/`; the paths become part of the compiled policy. */
export type PolicyFiles = Readonly<Record<string, string>>;

/** What a source says about itself. */
export interface Module {
	file: string;
	/** Without the leading `data`. */
	package: string[];
	/** Row of the package clause. */
	row: number;
	rules: string[];
	annotations: Annotation[];
}

/** One METADATA block; nothing in it is checked yet. */
export interface Annotation {
	scope: string;
	title: string;
	description: string;
	custom: Record<string, unknown> | null;
	/** By what they describe: `input` is `schema.record`. */
	schemas: Record<string, string>;
	row: number;
}

/** A place where a source reads `input` or `data`; what names a rule is left out, for it is right. */
export interface Read {
	/** Root first, the constant part, aliases resolved; several where an alias has several values. */
	paths: string[][];
	/** Something that is no constant follows. */
	open?: boolean;
	/** The place only gives it another name; or is such a name alone, which was made elsewhere. */
	by?: 'alias' | 'again';
	file: string;
	row: number;
	col: number;
}

export interface TestCase {
	name: string;
	outcome: 'pass' | 'fail' | 'error' | 'skip';
	file: string;
	row: number;
	error?: Problem;
	/** What the test printed. */
	output?: string;
}

/** Lines of one source that no test reached, as ranges of rows. */
export interface Coverage {
	file: string;
	covered: number;
	notCovered: number;
	rows: [number, number][];
}

/** A source whose conditions are changed, and the test files that should notice. */
export interface MutationTarget {
	file: string;
	tests: string[];
}

/** What became of the changes of one source. */
export interface MutatedFile {
	file: string;
	killed: number;
	refused: number;
	cut: number;
	survivors: { row: number; col: number; expression: string; mutation: string }[];
}

/** An error of OPA's compiler. */
export interface Problem {
	code: string;
	message: string;
	details?: string[];
	file: string;
	row: number;
	col: number;
}

/** What tools/opa/main.go takes. */
interface Request {
	command: 'build' | 'check' | 'test' | 'mutate' | 'fmt' | 'inspect' | 'eval' | 'capabilities';
	files?: PolicyFiles;
	/** JSON Schemas by the name that METADATA uses: `record` is `schema.record`. */
	schemas?: Record<string, unknown>;
	data?: Record<string, unknown>;
	entrypoints?: string[];
	coverage?: boolean;
	targets?: MutationTarget[];
	query?: string;
	input?: unknown;
	/** For our own questions: every built-in of OPA, also what the runtime of the policies lacks. */
	hasEveryBuiltin?: boolean;
}

/** What it gives back: errors, or what the command makes. */
interface Answer {
	errors?: Problem[];
	modules?: Module[];
	reads?: Read[];
	/** base64 */
	wasm?: string;
	formatted?: Record<string, string>;
	tests?: TestCase[];
	coverage?: Coverage[];
	mutations?: MutatedFile[];
	result?: unknown;
	defined?: boolean;
	capabilities?: unknown;
}

/** Where the compiler is stopped. */
export interface Limits {
	timeoutSeconds?: number;
	memoryMiB?: number;
}

/**
 * Asks OPA's compiler. What is wrong with the sources comes back as `errors`, for `refuse`.
 * @throws {ScanError} COMPILER_FAILED when it ran out of time or memory, or did not answer.
 */
export async function ask(request: Request, limits: Limits = {}): Promise<Answer> {
	const { timeoutSeconds = 60, memoryMiB = 256 } = limits;
	const { hasEveryBuiltin = false, ...asked } = request;
	const capabilities: unknown = hasEveryBuiltin
		? undefined
		: JSON.parse(await readFile(CAPABILITIES, 'utf8'));
	const run = await runChild(JSON.stringify({ ...asked, capabilities }), timeoutSeconds, memoryMiB);
	if (run.code === 0) return JSON.parse(run.stdout) as Answer; // our own program wrote it
	const hint = `it compiles, checks and tests policies under ${memoryMiB} MiB and ${timeoutSeconds} s; look for a rule that never ends`;
	if (run.isLate) throw failed(`was stopped after ${timeoutSeconds} s`, hint);
	if (/out of memory|cannot allocate/i.test(run.stderr))
		throw failed(`needs more than ${memoryMiB} MiB`, hint);
	const end = run.signal ?? `code ${run.code}`;
	throw failed(`ended with ${end}: ${oneLine(run.stderr.trim() || 'no message', 500)}`, '');
}

/** Names of what the runtime of the policies has built in. */
export async function builtins(): Promise<string[]> {
	// Made by tools/opa/build.sh.
	const capabilities = JSON.parse(await readFile(CAPABILITIES, 'utf8')) as { builtins: { name: string }[] };
	return capabilities.builtins.map(({ name }) => name).filter(name => !name.startsWith('internal.'));
}

/** @throws {ScanError} POLICY_INVALID with the first mistake, when there is one. */
export function refuse(mistakes: string[]): void {
	const [first, ...rest] = mistakes;
	if (first === undefined) return;
	const more = rest.length === 0 ? '' : ` (and ${plural(rest.length, 'more mistake')})`;
	const hint = 'kubelapse policy check lists every mistake of a folder';
	throw new ScanError('POLICY_INVALID', `${first}${more}`, { hint });
}

/** Runs the rules named `test_…`, in the order of the files; `data` is the base document they see. */
export async function test(
	request: Pick<Request, 'files' | 'schemas' | 'data' | 'coverage'>,
	limits?: Limits,
): Promise<{ tests: TestCase[]; coverage: Coverage[] }> {
	const answer = await ask({ command: 'test', ...request }, limits);
	refuse((answer.errors ?? []).map(line));
	const tests = (answer.tests ?? []).sort((a, b) => byCodeUnit(a.file, b.file) || a.row - b.row);
	return { tests, coverage: answer.coverage ?? [] };
}

/** The files that are not as `opa fmt` writes them, with their text as it does. */
export async function format(files: PolicyFiles, limits?: Limits): Promise<PolicyFiles> {
	const answer = await ask({ command: 'fmt', files }, limits);
	refuse((answer.errors ?? []).map(line));
	return answer.formatted ?? {};
}

/** One line for an error or a failed test: where, then what. */
export function line(problem: Pick<Problem, 'file' | 'row' | 'message'> & Partial<Problem>): string {
	const { file, row, col, message, details = [] } = problem;
	const where = file === '' ? '' : `${file}:${row}${col === undefined ? '' : `:${col}`}: `;
	return oneLine([`${where}${message}`, ...details.map(detail => detail.trim())].join(' '), 600);
}

interface Ended {
	stdout: string;
	stderr: string;
	code: number | null;
	signal: NodeJS.Signals | null;
	isLate: boolean;
}

async function runChild(stdin: string, timeoutSeconds: number, memoryMiB: number): Promise<Ended> {
	const child = spawn(process.execPath, childArguments(memoryMiB), { stdio: 'pipe' });
	let isLate = false;
	const timer = setTimeout(() => {
		isLate = true;
		// The guest has one thread and cannot be interrupted.
		child.kill('SIGKILL');
	}, timeoutSeconds * 1000);
	child.stdin.on('error', () => {}); // it ended before it had read everything; its exit says why
	child.stdin.end(stdin);
	try {
		const [stdout, stderr, [code, signal]] = await Promise.all([
			text(child.stdout),
			text(child.stderr),
			// `once` rejects on an error event: a process that could not be started.
			once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
		]);
		return { stdout, stderr, code, signal, isLate };
	} catch (cause) {
		throw new ScanError('COMPILER_FAILED', 'the policy compiler could not be started', { cause });
	} finally {
		clearTimeout(timer);
	}
}

function childArguments(memoryMiB: number): string[] {
	const isSource = import.meta.url.endsWith('.ts');
	return [
		'--liftoff-only', // the optimising compiler would work on 41 MB for seconds, and the exit waits for it
		'--disable-warning=ExperimentalWarning',
		`--wasm-max-mem-pages=${memoryMiB * PAGES_PER_MIB}`,
		...(isSource ? ['--import', import.meta.resolve('tsx')] : []),
		fileURLToPath(new URL(isSource ? './opa-child.ts' : './opa-child.js', import.meta.url)),
	];
}

function failed(what: string, hint: string): ScanError {
	return new ScanError('COMPILER_FAILED', `the policy compiler ${what}`, { hint });
}
