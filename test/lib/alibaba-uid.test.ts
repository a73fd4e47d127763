import { areRounded, readSubjectUid, uidKind } from '../../src/lib/alibaba-uid.ts';

import { assert, describe } from '../helpers/describe.ts';

describe('readSubjectUid', it => {
	it('reads a uid, with a suffix of digits or of anything else', () => {
		assert.equal(readSubjectUid('200000000000000001'), { uid: '200000000000000001', suffix: '' });
		assert.equal(readSubjectUid('200000000000000001-1673419473'), {
			uid: '200000000000000001',
			suffix: '1673419473',
		});
		assert.equal(readSubjectUid('1000000000000001-aB9'), { uid: '1000000000000001', suffix: 'aB9' });
	});

	for (const name of [
		'',
		'alice',
		'123456789',
		'123456789012345678901',
		'200000000000000001-',
		'200000000000000001-a-b',
		'200000000000000001\n',
		' 200000000000000001',
		'200000000000000001-a b',
		'２0000000000000001',
		'system:serviceaccount:a:200000000000000001',
		'200000000000000001-<script>',
	])
		it(`leaves any other name :: ${JSON.stringify(name)}`, () => assert.is(readSubjectUid(name), null));
});

describe('uidKind', it => {
	it('goes by the first digit, and says nothing of others', () => {
		const kinds = ['1', '2', '3', '5', '9', ''].map(digit =>
			uidKind(`${digit}00000000000000001`.slice(digit === '' ? 17 : 0)),
		);
		assert.equal(kinds, ['root', 'ram_user', 'ram_role', null, null, null]);
	});
});

describe('areRounded', it => {
	const TRUE_IDS = ['200000000000000001', '234567890123456789', '300000000000000123'];

	it('tells ids that a double has held from those that none can hold', () => {
		assert.is(areRounded(TRUE_IDS), false);
		// As JSON.parse and String give them.
		assert.is(areRounded(TRUE_IDS.map(id => String(Number(id)))), true);
		assert.is(areRounded(TRUE_IDS.map(id => BigInt(Number(id)).toString())), true);
	});

	it('one that no double can be proves all of them whole', () =>
		assert.is(areRounded(['200000000000000000', '200000000000000001']), false));

	it('says nothing of ids that a double holds, or of none', () => {
		assert.is(areRounded(['1000000000000001']), false);
		assert.is(areRounded([]), false);
	});
});
