import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import { frameworkIds, loadFrameworks } from '../../src/evaluate/frameworks.ts';
import { ScanError } from '../../src/lib/scan-error.ts';
import type { Framework } from '../../src/model/compliance.ts';
import { sources } from '../../src/model/facts.ts';
import type { Control } from '../../src/model/policy.ts';
import { assert, describe } from '../helpers/describe.ts';

const FOLDER = new URL('../../policies/frameworks/', import.meta.url);
const source = z.enum(sources);
const sentence = z.string().regex(/^[^\n]{3,120}$/);
const shape = z.strictObject({
	framework: sentence,
	version: z.string().min(1),
	title: sentence,
	url: z.url({ protocol: /^https$/ }),
	controls: z
		.array(
			z.strictObject({
				id: z.string().regex(/^[A-Za-z0-9.()-]+$/),
				title: sentence,
				needs: z.array(source).min(1).exactOptional(),
				optional: z.array(source).min(1).exactOptional(),
				unseen: sentence.exactOptional(),
				uncited: sentence.exactOptional(),
			}),
		)
		.min(1),
}) satisfies z.ZodType<Omit<Framework, 'id'>>;

const keyOf = ({ framework, version, id }: Omit<Control, 'strength'>) => `${framework} ${version} ${id}`;

async function refused(ids: string[]): Promise<[string, string, string]> {
	try {
		await loadFrameworks(ids);
	} catch (error) {
		if (error instanceof ScanError) return [error.code, error.message, error.hint];
	}
	throw new Error('was taken');
}

describe('policies/frameworks', it => {
	for (const name of readdirSync(FOLDER))
		it(`${name} has the shape, and each control once`, () => {
			const framework = shape.parse(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')));
			const ids = framework.controls.map(({ id }) => id);
			assert.equal(ids, [...new Set(ids)]);
			assert.equal(ids, [...ids].sort(byNumber));
		});

	it('have every control that a policy cites, and a policy or a reason for each of their own', async () => {
		const frameworks = await loadFrameworks(await frameworkIds());
		const { catalog } = await loadBundle();
		const cited = new Set(catalog.flatMap(({ controls }) => controls.map(keyOf)));
		const listed = frameworks.flatMap(framework =>
			framework.controls.map(control => ({ ...control, key: keyOf({ ...framework, id: control.id }) })),
		);
		const keys = new Set(listed.map(({ key }) => key));
		const uncited = listed.filter(({ key }) => !cited.has(key));
		assert.equal(
			{
				unlisted: [...cited].filter(key => !keys.has(key)),
				silent: uncited.filter(control => control.uncited === undefined).map(({ key }) => key),
				contradicted: listed
					.filter(({ key, uncited }) => cited.has(key) && uncited !== undefined)
					.map(({ key }) => key),
			},
			{ unlisted: [], silent: [], contradicted: [] },
		);
	});
});

describe('loadFrameworks', it => {
	it('gives each once, in the order asked for', async () => {
		const found = await loadFrameworks(['soc-2', 'cis-kubernetes-1.12', 'soc-2']);
		assert.equal(
			found.map(({ id, framework, version }) => [id, framework, version]),
			[
				['soc-2', 'SOC 2', '2017'],
				['cis-kubernetes-1.12', 'CIS Kubernetes', '1.12'],
			],
		);
	});
	it('nothing asked for', async () => assert.equal(await loadFrameworks([]), []));
	it('unknown :: names the nearest', async () => {
		const [code, message, hint] = await refused(['soc-2', 'cis-kubernetes-1.21']);
		assert.equal(
			[code, message],
			['USAGE', 'unknown framework "cis-kubernetes-1.21", did you mean cis-kubernetes-1.12?'],
		);
		assert.ok(hint.startsWith('known are cis-ack-1.0, '));
	});
	it('unknown :: the start of one', async () =>
		assert.is((await refused(['PCI']))[1], 'unknown framework "PCI", did you mean pci-dss-4.0?'));
	it('unknown :: hostile, empty, a path', async () => {
		const messages = await Promise.all(
			['../frameworks/soc-2', '', '__proto__', '\u001b[2J'].map(id => refused([id])),
		);
		assert.equal(
			messages.map(([code, message]) => [code, message]),
			[
				['USAGE', 'unknown framework "../frameworks/soc-2"'],
				['USAGE', 'unknown framework ""'],
				['USAGE', 'unknown framework "__proto__"'],
				['USAGE', 'unknown framework "\\\\u{1b}[2J"'],
			],
		);
	});
});

/** `5.1.8` before `5.1.11`. */
function byNumber(a: string, b: string): number {
	return a.localeCompare(b, 'en', { numeric: true });
}
