import { toCaller } from '../../../src/providers/alibaba/account.ts';
import { assert, describe } from '../../helpers/describe.ts';

const ROOT = '1234567890123456';
const USER = '212345678901234567';
const ROLE = '312345678901234567';

/** As an answer is once its JSON was read: a number of so many digits has lost the last ones. */
const caller = (json: string) => toCaller({ body: JSON.parse(json) });

describe('toCaller', it => {
	it('is the account, a user or a role', () => {
		assert.equal(caller(`{"AccountId":"${ROOT}","UserId":"${ROOT}"}`), { accountId: ROOT, uid: ROOT });
		assert.equal(caller(`{"AccountId":"${ROOT}","UserId":"${USER}"}`), { accountId: ROOT, uid: USER });
		assert.equal(caller(`{"AccountId":"${ROOT}","RoleId":"${ROLE}"}`), { accountId: ROOT, uid: ROLE });
	});

	it('an id that came as a number and lost digits is nobody’s, and no other id stands in for it', () => {
		const numbers = `{"AccountId":${ROOT},"UserId":${USER}}`;
		assert.equal(caller(numbers), { accountId: ROOT, uid: '' });
		assert.equal(caller(`{"AccountId":"${ROOT}","RoleId":${ROLE}}`), { accountId: ROOT, uid: '' });
		assert.equal(caller('{"AccountId":91234567890123456,"UserId":91234567890123456}'), {
			accountId: '',
			uid: '',
		});
		// One that looks like a rounded one, and is none.
		assert.equal(caller('{"AccountId":"1","UserId":"212345678901234560"}').uid, '212345678901234560');
	});

	it('an answer that is none', () => {
		for (const json of ['null', '[]', '{}', '{"UserId":{}}', '{"UserId":true,"AccountId":null}'])
			assert.equal(caller(json), { accountId: '', uid: '' }, json);
		assert.equal(toCaller(undefined), { accountId: '', uid: '' });
	});
});
