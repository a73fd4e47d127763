import { json } from '../../src/reporters/json.ts';
import { assert, describe } from '../helpers/describe.ts';
import { render } from './fixtures/render.ts';
import { report } from './fixtures/report.ts';
import { fleet, hostile, many } from './fixtures/samples.ts';

function text(of: Parameters<typeof json>[0]): string {
	return render(json, of)['result.json'] ?? '';
}

/** The same value with the keys of every object the other way round. */
function reversed<T>(value: T): T {
	if (Array.isArray(value)) return value.map(reversed) as T;
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.reverse()
			.map(([key, inner]) => [key, reversed(inner)]),
	) as T;
}

describe('json', it => {
	it('is one file that says all of the report', () => {
		assert.equal(Object.keys(render(json, fleet())), ['result.json']);
		assert.equal(JSON.parse(text(fleet())), JSON.parse(JSON.stringify(fleet())));
	});
	it('reads back whole :: hostile names', () =>
		assert.equal(JSON.parse(text(hostile())), JSON.parse(JSON.stringify(hostile()))));
	it('does not depend on how the report was built', () => assert.is(text(reversed(fleet())), text(fleet())));
	it('is safe to print', () =>
		assert.not.match(text(hostile()), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/));
	it('comes in parts :: none near the limit of a string', () => {
		const [file] = json(many(5000));
		const lengths = [...(file?.text ?? [])].map(part => part.length);
		assert.ok(lengths.length > 5 && Math.max(...lengths) < 2_000_000, `${lengths.length} parts`);
	});
	it('can be read twice', () => {
		const [file] = json(fleet());
		assert.equal([...(file?.text ?? [])], [...(file?.text ?? [])]);
	});
	it('keeps a finding on one line', () => {
		const lines = text(fleet())
			.split('\n')
			.filter(line => line.includes('"policyId"'));
		assert.is(lines.length, fleet().findings.length + fleet().suppressed.length);
	});
	it('is valid without anything', () =>
		assert.equal(JSON.parse(text(report({ clusters: [], policies: [], credentials: [] }))).clusters, []));
});
