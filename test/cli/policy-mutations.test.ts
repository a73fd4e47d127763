import { weigh } from '../../src/cli/run/policy-mutations.ts';
import { assert, describe } from '../helpers/describe.ts';

const survivor = { file: 'policies/a/b.rego', row: 3, col: 1, expression: 'x > 0', mutation: 'drop' };
const entry = { file: 'a/b.rego', expression: 'x > 0', mutation: 'drop', reason: 'x counts' } as const;

describe('weigh', it => {
	it('an exception covers one survivor, of its file, expression and mutation', () => {
		const others = [
			{ ...survivor, row: 4 },
			{ ...survivor, file: 'policies/a/c.rego' },
			{ ...survivor, expression: 'x > 1' },
			{ ...survivor, mutation: 'boundary' },
		];
		assert.equal(weigh([survivor, ...others], [entry]), { survivors: others, stale: [] });
		assert.equal(weigh([survivor, ...others], [entry, entry]).survivors, others.slice(1));
	});

	it('an exception that no survivor needs is stale', () => {
		const other = { ...entry, mutation: 'never' as const };
		assert.equal(weigh([survivor], [other, entry, entry]), { survivors: [], stale: [other, entry] });
	});
});
