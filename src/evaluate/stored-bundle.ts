import { createHash } from 'node:crypto';
import type { Catalog } from '../model/policy.ts';
import type { Bundle } from './bundle.ts';

/** What compiled a bundle. */
export interface Stamp {
	/** Version of kubelapse. */
	tool: string;
	/** SHA-256 over the compiler and over the built-ins that it lets through. */
	compiler: string;
}

/** The files that a bundle is kept in. */
export type BundleFile = 'policy.wasm' | 'catalog.json' | 'data.json';

/** Those files as they are on disk. */
export type StoredBundle = Record<BundleFile, Uint8Array>;

/** A bundle as files, for `unpackBundle`. */
export function packBundle(
	{ wasm, catalog, params, libraries, kinds, digest }: Bundle,
	{ tool, compiler }: Stamp,
): StoredBundle {
	return {
		'policy.wasm': wasm,
		'catalog.json': json(catalog),
		'data.json': json({ tool, compiler, digest, params, libraries, kinds }),
	};
}

/** What `packBundle` made, and by which version; a stamp that is missing is empty. @throws {Error} for what is no JSON. */
export function unpackBundle(files: StoredBundle): { bundle: Bundle; stamp: Stamp } {
	// Our own build wrote them.
	const catalog = parse(files['catalog.json']) as Catalog;
	const data = parse(files['data.json']) as Omit<Bundle, 'wasm' | 'catalog'> & Partial<Stamp>;
	const { tool = '', compiler = '', ...rest } = data;
	return { bundle: { wasm: files['policy.wasm'], catalog, ...rest }, stamp: { tool, compiler } };
}

/** SHA-256 in hex. */
export function digestOf(content: string | Uint8Array): string {
	return createHash('sha256').update(content).digest('hex');
}

function json(value: unknown): Uint8Array {
	return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function parse(content: Uint8Array): unknown {
	return JSON.parse(Buffer.from(content).toString('utf8'));
}
