import type { PolicyRecord } from '../../src/model/record.ts';
import { shippedPolicies, trippingRecords } from './shipped-policies.ts';

const NOW = 1_800_000_000;

/** A number from 0 up to 1, the same ones for the same seed: mulberry32, good enough for tests. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** The part of JSON Schema that policies/schemas/record.json uses. */
interface Schema {
	$ref?: string;
	type?: string | string[];
	anyOf?: Schema[];
	enum?: string[];
	const?: string;
	required?: string[];
	properties?: Record<string, Schema>;
	items?: Schema;
	definitions?: Record<string, Schema>;
}

/**
 * Records of every kind, each member as record.json allows it: half of them made from nothing, half one of
 * policies/all_findings with some members made anew, so that many stand at the edge of a judgement. Each is of a cluster
 * of its own, whose uid is its number.
 */
export function generateRecords(count: number, seed: number): PolicyRecord[] {
	const random = randomFrom(seed);
	const make = makerOf(random);
	const kinds = schema.anyOf ?? [];
	return Array.from({ length: count }, (_, at) => {
		const made =
			random() < 0.5 ? make(pick(random, kinds), '') : changed(pick(random, tripping), random, make);
		const record = made as PolicyRecord; // as the schema has it
		const gaps = random() < 0.5 ? [] : record.gaps;
		return { ...record, gaps, cluster: { ...record.cluster, uid: String(at) } };
	});
}

const policies = shippedPolicies();
const schema: Schema = JSON.parse(policies['policies/schemas/record.json'] ?? '');
const tripping = trippingRecords();

/** What policies compare with, and what would break a careless one. */
const texts = [
	...new Set([
		...literals(),
		'',
		'alice',
		'system:serviceaccount:build:deployer',
		'system:node:worker-1',
		'__proto__',
		'<script>alert(1)</script>',
		'../../etc/passwd',
		'\u001b[31mred\u0007',
		'a\nb\r\n\tc\u0000',
		'"\\\\"',
		'{{a}} $(b) %s',
		'é\u0301\u202e🦊',
		'\ud800',
		'x'.repeat(10_000),
	]),
];

const numbers = [
	0,
	1,
	-1,
	2,
	20,
	100,
	256,
	2048,
	0o600,
	0o644,
	2 ** 31,
	-(2 ** 31),
	2 ** 53 - 1,
	1 - 2 ** 53,
];
const spans = [0, 1, 3600, 86_400, 30 * 86_400, 90 * 86_400, 365 * 86_400, 3650 * 86_400];

function literals(): string[] {
	return Object.entries(policies)
		.filter(([path]) => path.endsWith('.rego'))
		.flatMap(([, text]) => Array.from(text.matchAll(/^(?!#).*?"([^"\\]*)"/gm), found => found[1] ?? ''));
}

type Make = (of: Schema, name: string) => unknown;

function makerOf(random: Random): Make {
	const make: Make = (of, name) => {
		if (of.$ref !== undefined) return make(schema.definitions?.[of.$ref.split('/').at(-1) ?? ''] ?? {}, name);
		if (of.const !== undefined) return of.const;
		if (of.enum) return pick(random, of.enum);
		if (of.anyOf) return make(pick(random, of.anyOf), name);
		const type = typeof of.type === 'string' ? of.type : pick(random, of.type ?? []);
		return makers[type as keyof typeof makers](of, name); // one that is missing ends the test
	};
	const makers = {
		null: () => null,
		boolean: () => random() < 0.5,
		string: () => pick(random, texts),
		integer: (_: Schema, name: string) => (name === 'now' ? NOW : makeInteger(random)),
		array: ({ items = {} }: Schema) => Array.from({ length: lengthOf(random) }, () => make(items, '')),
		object: ({ properties = {} }: Schema) =>
			Object.fromEntries(Object.entries(properties).map(([key, member]) => [key, make(member, key)])),
	};
	return make;
}

function lengthOf(random: Random): number {
	return random() < 0.5 ? 0 : Math.ceil(random() * 3);
}

/** Mostly a time near now, on either side of a round span. */
function makeInteger(random: Random): number {
	if (random() < 0.4) return pick(random, numbers);
	return NOW + pick(random, [-1, 1]) * pick(random, spans) + pick(random, [-1, 0, 0, 1]);
}

/** One to four members, at any depth, made anew. */
function changed(record: PolicyRecord, random: Random, make: Make): unknown {
	const { kind } = record;
	const of = schema.definitions?.[`${kind}Record`] ?? {};
	let value: unknown = record;
	for (let left = Math.ceil(random() * 4); left > 0; left--) value = changeOne(value, of, '', random, make);
	return value;
}

function changeOne(value: unknown, of: Schema, name: string, random: Random, make: Make): unknown {
	const known = of.$ref === undefined ? of : (schema.definitions?.[of.$ref.split('/').at(-1) ?? ''] ?? {});
	const keys = Object.keys(known.properties ?? {});
	const isInner = name === '' || random() < 0.8;
	if (!isInner || keys.length === 0 || typeof value !== 'object' || value === null) return make(known, name);
	const key = pick(random, keys);
	const member = (value as Record<string, unknown>)[key]; // an object of the schema's
	return { ...value, [key]: changeOne(member, known.properties?.[key] ?? {}, key, random, make) };
}

function pick<T>(random: Random, from: readonly T[]): T {
	return from[Math.floor(random() * from.length)] as T; // none of the lists is empty
}
