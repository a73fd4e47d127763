import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { redact } from '../lib/redact.ts';
import { oneLine } from '../lib/text.ts';

/** What one evaluation gave: a value, undefined for an undefined result, or why it was given up. */
export type Asked = { kind: 'value'; value: unknown } | { kind: 'aborted'; message: string };

/** One WASM instance of the compiled policies, good for any number of evaluations. */
export interface PolicyInstance {
	entrypoints: string[];
	/** `input` is exactly one JSON text: opa-wasm takes anything else for "no input" without a word. */
	ask(entrypoint: string, input: ArrayBuffer): Promise<Asked>;
}

/** A WebAssembly.Module: can be posted to a worker and instantiated any number of times. */
export type CompiledPolicies = object;

// TypeScript lists WebAssembly among the browser's types, which this project does not load.
const { WebAssembly } = globalThis as unknown as {
	WebAssembly: { compile(wasm: Uint8Array): Promise<CompiledPolicies> };
};

/** Compiles policy.wasm once for all workers. */
export function compilePolicies(wasm: Uint8Array): Promise<CompiledPolicies> {
	return WebAssembly.compile(wasm);
}

const INITIAL_PAGES = 5;

/** Instantiates the policies over `data` (params and kinds) with at most `maximumPages` of 64 KiB. */
export async function instantiate(
	module: CompiledPolicies,
	data: object,
	maximumPages: number,
): Promise<PolicyInstance> {
	const load = async () => {
		const loaded = await loadPolicy(module, { initial: INITIAL_PAGES, maximum: maximumPages });
		loaded.setData(data);
		return loaded;
	};
	let policy = await load();
	return {
		entrypoints: Object.keys(policy.entrypoints),
		async ask(entrypoint, input) {
			try {
				const answer: [{ result?: unknown }?] = policy.evaluate(input, entrypoint);
				return { kind: 'value', value: answer[0]?.result };
			} catch (error) {
				// A throw leaves the shadow stack of the WASM where it was: after some 500 of them every
				// evaluation of the instance traps. A new one takes a quarter of a millisecond.
				policy = await load();
				return { kind: 'aborted', message: describeThrow(error) };
			}
		},
	};
}

/** opa-wasm throws strings, plain `{ message }` objects, and the engine's own errors. */
function describeThrow(error: unknown): string {
	const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
	return oneLine(redact(String(message)), 300);
}
