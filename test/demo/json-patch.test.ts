import { applyPatch, readPatch } from '../../src/demo/json-patch.ts';
import { assert, describe } from '../helpers/describe.ts';

const DOCUMENT = { kind: 'X', labels: { a: '1', 'b/c': '2', 'd~e': '3' }, list: ['x', 'y', 'z'] };

/** The document after a patch as it is sent; null where none was read, undefined where it was refused. */
function patched(patch: unknown, document: object = DOCUMENT): unknown {
	const operations = readPatch(typeof patch === 'string' ? patch : JSON.stringify(patch));
	return operations && applyPatch(document, operations);
}

describe('readPatch', it => {
	it('refuses what is no list of steps', () => {
		const bodies = ['', '{', '{}', '"x"', '["x"]', '[[]]', '[{"op":1}]', '[{"op":"add","path":1}]'];
		assert.equal(
			bodies.map(body => readPatch(body)),
			bodies.map(() => null),
		);
	});

	it('takes null for no step, as the real server does', () => assert.equal(readPatch('null'), []));

	it('refuses what is nested like nothing of the API', () => {
		const value = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
		assert.is(readPatch(`[{"op":"add","path":"/a","value":${value}}]`), null);
	});
});

describe('applyPatch', it => {
	it('adds, removes and replaces', () => {
		const steps = [
			{ op: 'test', path: '/labels/a', value: '1' },
			{ op: 'add', path: '/labels/f', value: '4' },
			{ op: 'add', path: '/labels/a', value: '5' },
			{ op: 'remove', path: '/labels/b~1c' },
			{ op: 'replace', path: '/labels/d~0e', value: '6' },
			{ op: 'add', path: '/list/1', value: 'w' },
			{ op: 'add', path: '/list/-', value: 'end' },
			{ op: 'remove', path: '/list/0' },
			{ op: 'replace', path: '/list/1', value: { deep: [null] } },
		];
		assert.equal(patched(steps), {
			kind: 'X',
			labels: { a: '5', 'd~e': '6', f: '4' },
			list: ['w', { deep: [null] }, 'z', 'end'],
		});
	});

	it('leaves the document that it is given as it was', () => {
		const document = structuredClone(DOCUMENT);
		patched(
			[
				{ op: 'remove', path: '/list/0' },
				{ op: 'remove', path: '/nothing' },
			],
			document,
		);
		assert.equal(document, DOCUMENT);
	});

	it('tests by value, whatever the order of members', () => {
		const labels = { 'd~e': '3', 'b/c': '2', a: '1' };
		const steps = [
			{ op: 'test', path: '/labels', value: labels },
			{ op: 'test', path: '', value: { ...DOCUMENT, labels } },
			{ op: 'test', path: '/list/-1', value: 'z' },
			{ op: 'test', path: '/missing', value: null },
		];
		assert.equal(patched(steps), DOCUMENT);
	});

	it('refuses what is not so, or not there', () => {
		const steps = [
			{ op: 'test', path: '/kind', value: 'Y' },
			{ op: 'test', path: '/kind' },
			{ op: 'test', path: '/kind', value: null },
			{ op: 'test', path: '/missing', value: 'x' },
			{ op: 'test', path: '/missing/x', value: null },
			{ op: 'test', path: '/list', value: ['x', 'y'] },
			{ op: 'test', path: '/list/3', value: null },
			{ op: 'remove', path: '/missing' },
			{ op: 'remove', path: '/list/3' },
			{ op: 'remove', path: '/list/-4' },
			{ op: 'remove', path: '/list/-' },
			{ op: 'remove', path: '' },
			{ op: 'replace', path: '/list/3', value: 'x' },
			{ op: 'replace', path: '', value: 'x' },
			{ op: 'add', path: '/missing/x', value: 'x' },
			{ op: 'add', path: '/list/4', value: 'x' },
			{ op: 'add', path: '/list/one', value: 'x' },
			{ op: 'add', path: '/kind/x', value: 'x' },
			{ op: 'add', path: '', value: {} },
			{ op: 'add', path: 'kind', value: 'x' },
			{ op: 'add', value: 'x' },
			{ op: 'move', from: '/kind', path: '/x' },
			{ path: '/kind' },
			null,
		];
		assert.equal(
			steps.map(step => [step, patched([step])]),
			steps.map(step => [step, undefined]),
		);
	});

	it('does no step where a later one cannot be done', () => {
		assert.is(
			patched([
				{ op: 'remove', path: '/kind' },
				{ op: 'remove', path: '/kind' },
			]),
			undefined,
		);
	});

	it('adds with replace what an object lacks, as the real server does', () => {
		assert.equal(patched([{ op: 'replace', path: '/more', value: 1 }]), { ...DOCUMENT, more: 1 });
	});

	it('compares text as it is written, as the real server does', () => {
		const document = { name: 'r&d <x>' };
		const plainly = JSON.stringify([{ op: 'test', path: '/name', value: document.name }]);
		const escaped = plainly.replace(/[<>&]/g, each => `\\u00${each.charCodeAt(0).toString(16)}`);
		assert.equal([patched(plainly, document), patched(escaped, document)], [undefined, document]);
		const changed = [{ op: 'replace', path: '/name', value: 'q&a' }];
		assert.equal(patched(changed, document), { name: 'q&a' });
	});

	it('reaches nothing but members of its own', () => {
		const steps = ['/__proto__/x', '/constructor/prototype/x', '/labels/__proto__/x', '/list/length'].map(
			path => [{ op: 'add', path, value: 'polluted' }],
		);
		assert.equal(
			steps.map(step => patched(step)),
			[undefined, undefined, undefined, undefined],
		);
		const member = patched([{ op: 'add', path: '/__proto__', value: { x: 'own' } }]) as object;
		assert.equal([Object.keys(member).includes('__proto__'), 'x' in member, 'x' in {}], [true, false, false]);
	});
});
