import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ScanError } from '../lib/scan-error.ts';
import { byCodeUnit, oneLine } from '../lib/text.ts';
import type { Catalog } from '../model/policy.ts';
import { type Kinds, kindsOf, type Metadata, type Params, placeOf, readMetadata } from './catalog.ts';
import { toMistake } from './compile-hints.ts';
import { type Example, type ExampleResult, judgeExamples, unfitExamples } from './examples.ts';
import { type Libraries, librariesOf } from './libraries.ts';
import { recordKinds } from './metadata.ts';
import { misreads, namesOf } from './misreads.ts';
import { inOrder, type Mistake, mistakeLine } from './mistake.ts';
import {
	ask,
	builtins,
	type Coverage,
	format,
	type Limits,
	type PolicyFiles,
	type Problem,
	refuse,
	type TestCase,
	test,
} from './opa.ts';
import { misshapen } from './rule-shapes.ts';
import { type BundleFile, digestOf, packBundle, type Stamp, unpackBundle } from './stored-bundle.ts';
import { schemaless, unknownFacts } from './unknown-facts.ts';
import { unroll } from './unroll.ts';

/** Policies ready to be evaluated. */
export interface Bundle {
	/**
	 * Entrypoints: `main/<record kind>` gives tuples `[category, name, outcome, details]` of every policy of the
	 * kind; `policies/<category>/<name>` is that policy's package as an object, with what it has of `deny`, `unknown` and
	 * `not_applicable` among its rules.
	 */
	wasm: Uint8Array;
	catalog: Catalog;
	/** Defaults of all thresholds, those of `lib` too: the shape and the types of `data.params`. */
	params: Params;
	/** The libraries that have some of them. */
	libraries: Libraries;
	kinds: Kinds;
	/** SHA-256 of sources, defaults and compiler: equal digests judge alike. */
	digest: string;
}

/** Where `npm run build` puts the shipped policies: the same place seen from src and from dist. */
export const SHIPPED = new URL('../../dist/policies/', import.meta.url);

/**
 * Checks and compiles policies, as strictly as `checkPolicies`; tests are left out.
 * @throws {ScanError} POLICY_INVALID with the first mistake; COMPILER_FAILED.
 */
export async function compileBundle(files: PolicyFiles, limits?: Limits): Promise<Bundle> {
	const sources = pick(files, path => isSource(path) && placeOf(path).kind !== 'test');
	const unrolled = await examine('build', files, await unroll(sources, limits), limits);
	// What is wrong is told of the sources as they were written.
	if (unrolled.problems.length > 0) demand(await examine('check', files, sources, limits));
	const { wasm, catalog, params, libraryParams, kinds } = demand(unrolled);
	const libraries = librariesOf(libraryParams, sources);
	return { wasm, catalog, params, libraries, kinds, digest: await bundleDigest(sources, params) };
}

/** Every mistake in policies, their tests, and examples of good ones, by place; empty when all are good. */
export async function checkPolicies(
	files: PolicyFiles,
	examples: readonly Example[] = [],
	limits?: Limits,
): Promise<Mistake[]> {
	const sources = pick(files, isSource);
	const examined = await examine('check', files, sources, limits);
	if (examined.problems.length > 0 || examples.length === 0) return examined.problems;
	return unfitExamples(examples, sources, examined, limits);
}

/** Runs the policies' tests and examples over the defaults of all thresholds. @throws {ScanError} POLICY_INVALID. */
export async function testPolicies(
	files: PolicyFiles,
	{ coverage, examples = [] }: { coverage: boolean; examples?: Example[] },
	limits?: Limits,
): Promise<{ tests: TestCase[]; coverage: Coverage[]; examples: ExampleResult[] }> {
	const sources = pick(files, isSource);
	const examined = demand(await examine('check', files, sources, limits));
	const { params, kinds, schemas } = examined;
	const ran = await test({ files: sources, schemas, data: { params, kinds }, coverage }, limits);
	return { ...ran, examples: await judgeExamples(examples, sources, examined, limits) };
}

/** The policies and tests that are not formatted as they should be, with their text as it should be. */
export function formatPolicies(files: PolicyFiles, limits?: Limits): Promise<PolicyFiles> {
	return format(pick(files, isSource), limits);
}

/** Writes a bundle for `loadBundle` into a folder that is there. */
export async function writeBundle(bundle: Bundle, directory: URL): Promise<void> {
	for (const [name, content] of Object.entries(packBundle(bundle, await stamp())))
		await writeFile(new URL(name, directory), content);
}

/**
 * Reads what `writeBundle` wrote.
 * @throws {ScanError} POLICY_LOAD_FAILED, also for what another version or another compiler wrote.
 */
export async function loadBundle(directory: URL = SHIPPED): Promise<Bundle> {
	const stored = await readStored(directory).catch(cause => {
		const message = `cannot read the compiled policies in ${fileURLToPath(directory)}`;
		throw new ScanError('POLICY_LOAD_FAILED', message, { hint: REBUILD, cause });
	});
	const [theirs, ours] = [stored.stamp, await stamp()];
	if (theirs.tool === ours.tool && theirs.compiler === ours.compiler) return stored.bundle;
	const by =
		theirs.tool === ours.tool ? 'another compiler' : `kubelapse ${theirs.tool || 'of another version'}`;
	const file = fileURLToPath(new URL('data.json', directory));
	const message = `${file} was compiled by ${oneLine(by)}, and this is kubelapse ${ours.tool}`;
	throw new ScanError('POLICY_LOAD_FAILED', message, { hint: REBUILD });
}

const REBUILD = 'run `npm run build` in a clone; install the package again otherwise';

async function readStored(directory: URL): Promise<ReturnType<typeof unpackBundle>> {
	const read = (name: BundleFile) => readFile(new URL(name, directory));
	const [wasm, catalog, data] = await Promise.all([
		read('policy.wasm'),
		read('catalog.json'),
		read('data.json'),
	]);
	return unpackBundle({ 'policy.wasm': wasm, 'catalog.json': catalog, 'data.json': data });
}

/** This version of the tool and of its compiler: what one compiled, another cannot vouch for. */
export async function stamp(): Promise<Stamp> {
	const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
	const [manifest, compiler, capabilities] = await Promise.all([
		read('package.json'),
		read('tools/opa/opa.wasm.sha256'),
		read('tools/opa/capabilities.json'),
	]);
	const { version } = JSON.parse(manifest) as { version: string }; // our own package.json
	return { tool: version, compiler: digestOf(JSON.stringify([compiler.trim(), capabilities])) };
}

interface Examined {
	catalog: Catalog;
	params: Params;
	libraryParams: Metadata['libraryParams'];
	kinds: Kinds;
	schemas: Record<string, unknown>;
	wasm: Uint8Array;
	problems: Mistake[];
}

async function examine(
	command: 'build' | 'check',
	files: PolicyFiles,
	sources: PolicyFiles,
	limits: Limits | undefined,
): Promise<Examined> {
	const { schemas, problems } = readSchemas(files);
	const entrypoints = command === 'build' ? entrypointsOf(sources) : [];
	const answer = await ask({ command, files: sources, schemas, entrypoints }, limits);
	const metadata = readMetadata(answer.modules ?? [], sources);
	const { catalog, params, libraryParams } = metadata;
	const { modules = [], reads = [], errors = [] } = answer;
	const ours = [
		...misreads(reads, namesOf(modules, params, kindsOf(catalog))),
		...(schemas.record === undefined ? [] : unknownFacts(reads, schemas.record, kindByFile(catalog))),
	];
	problems.push(...metadata.problems, ...(await compileMistakes(errors, ours)));
	problems.push(...schemaless(reads, modules), ...misshapen(sources, modules));
	if (problems.length === 0 && catalog.length === 0) problems.push(NO_POLICY);
	const wasm = Buffer.from(answer.wasm ?? '', 'base64');
	const kinds = kindsOf(catalog);
	return { catalog, params, libraryParams, kinds, schemas, wasm, problems: inOrder(problems) };
}

const NO_POLICY: Mistake = {
	file: 'policies/',
	row: 0,
	col: 0,
	message: 'there is no policy',
	hint: 'write <category>/<name>.rego, or run kubelapse policy new <category>/<name>',
};

function kindByFile(catalog: Catalog): (file: string) => string | undefined {
	const kinds = new Map<string, string>(catalog.map(({ id, kind }) => [`policies/${id}.rego`, kind]));
	return file => kinds.get(file);
}

/** With ours in place of what OPA says of the same reference: ours know what there is, and which record is judged. */
async function compileMistakes(errors: Problem[], ours: Mistake[]): Promise<Mistake[]> {
	const known = errors.length === 0 ? [] : await builtins();
	const place = ({ file, row, col }: Pick<Mistake, 'file' | 'row' | 'col'>) => `${file}:${row}:${col}`;
	const places = new Set(ours.map(place));
	const others = errors.filter(
		error => !(/^undefined (ref|function)/.test(error.message) && places.has(place(error))),
	);
	return [...ours, ...others.map(error => toMistake(error, known))];
}

function demand(examined: Examined): Examined {
	refuse(examined.problems.map(mistakeLine));
	return examined;
}

/** A package as entrypoint has all its rules: one evaluation answers for one policy alone. */
function entrypointsOf(sources: PolicyFiles): string[] {
	const policies = Object.keys(sources)
		.filter(path => placeOf(path).kind === 'policy')
		.map(path => path.slice(0, -'.rego'.length));
	return [...recordKinds.map(kind => `main/${kind}`), ...policies.sort(byCodeUnit)];
}

const SCHEMA = /^policies\/schemas\/([a-z][a-z0-9_]*)\.json$/;

/** `policies/schemas/record.json` is what METADATA calls `schema.record`. */
function readSchemas(files: PolicyFiles): { schemas: Record<string, unknown>; problems: Mistake[] } {
	const schemas: Record<string, unknown> = {};
	const problems: Mistake[] = [];
	for (const [path, text] of Object.entries(files)) {
		const name = SCHEMA.exec(path)?.[1];
		if (name === undefined) continue;
		try {
			schemas[name] = JSON.parse(text);
		} catch (error) {
			const message = error instanceof Error ? error.message : String(error);
			problems.push({ file: path, row: 1, col: 1, message, hint: 'write JSON' });
		}
	}
	return { schemas, problems };
}

async function bundleDigest(sources: PolicyFiles, params: Params): Promise<string> {
	return digestOf(JSON.stringify([sorted(sources), params, (await stamp()).compiler]));
}

/** One word for sources and what compiles them: equal words stand for equal bundles. */
export async function sourcesKey(files: PolicyFiles): Promise<string> {
	return digestOf(JSON.stringify([sorted(files), await stamp()]));
}

function sorted(files: PolicyFiles): [string, string][] {
	return Object.entries(files).sort(([a], [b]) => byCodeUnit(a, b));
}

function isSource(path: string): boolean {
	return path.endsWith('.rego');
}

function pick(files: PolicyFiles, keep: (path: string) => boolean): PolicyFiles {
	return Object.fromEntries(Object.entries(files).filter(([path]) => keep(path)));
}
