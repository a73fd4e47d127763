import type { Account } from '../../../src/providers/alibaba/account.ts';
import { createCaller } from '../../../src/providers/alibaba/call.ts';
import { readDirectory } from '../../../src/providers/alibaba/directory.ts';
import { assert, describe } from '../../helpers/describe.ts';

const ACCOUNT = '1000000000000001';
const ids = {
	active: '200000000000000011',
	frozen: '200000000000000013',
	odd: '200000000000000017',
	recycled: '200000000000000019',
	purged: '200000000000000021',
	role: '300000000000000023',
	sso: '300000000000000029',
	service: '300000000000000031',
	linked: '300000000000000037',
	purgedRole: '300000000000000041',
	otherAccount: '1999999999999991',
	stranger: '900000000000000043',
};

const user = (userId: unknown, name: string, status: string) => ({
	userId,
	userPrincipalName: `${name}@example.onaliyun.com`,
	displayName: `${name} of ours`,
	status,
});
const role = (roleId: unknown, roleName: string) => ({
	roleId,
	roleName,
	description: `${roleName} does it`,
});

const USERS = [
	user(ids.active, 'lee', 'active'),
	user(ids.frozen, 'kim', 'freeze'),
	user(ids.odd, 'bo', 'Sideways'),
];
const ROLES = [
	role(ids.role, 'ci-deployer'),
	role(ids.sso, 'AliyunReservedSSO-Team-1'),
	role(ids.service, 'AliyunCSManagedLogRole'),
	role(ids.linked, 'AliyunServiceRoleForARMS'),
];
const RECYCLED = {
	users: {
		user: [
			{
				userId: ids.recycled,
				userPrincipalName: 'mo@example.onaliyun.com',
				displayName: 'Mo',
				recycleDate: '2026-11-01T00:00:00Z',
			},
		],
	},
	isTruncated: false,
};

type Answers = Record<'listUsers' | 'listUsersInRecycleBin' | 'listRoles' | 'getAccountSummary', unknown>;

const ANSWERS: Answers = {
	listUsers: { users: { user: USERS }, isTruncated: false },
	listUsersInRecycleBin: RECYCLED,
	listRoles: { roles: { role: ROLES }, isTruncated: false },
	getAccountSummary: { summaryMap: { users: USERS.length, roles: ROLES.length } },
};

const denied = Object.assign(new Error('no'), { name: 'ClientError', statusCode: 403, code: 'NoPermission' });

/** A directory of what the SDK is made to answer with; an Error is thrown. */
function directoryOf(changes: Partial<Answers> = {}) {
	const answers = { ...ANSWERS, ...changes };
	const client = Object.fromEntries(
		Object.entries(answers).map(([name, body]) => [
			name,
			async () => {
				if (body instanceof Error) throw body;
				return { body };
			},
		]),
	);
	const get = async () => client;
	// Only the four methods are called.
	const clients = { cs: get, ram: get, ims: get, sts: get } as unknown as Account['clients'];
	const caller = createCaller({ timeoutMs: 1000, signal: new AbortController().signal });
	return readDirectory({ clients, caller, profile: '' }, Promise.resolve(ACCOUNT));
}

const found = async (changes: Partial<Answers> = {}) => {
	const directory = await directoryOf(changes);
	const states = Object.entries(ids).map(([who, uid]) => [who, directory.find(uid).state]);
	return { states: Object.fromEntries(states), gaps: directory.gaps };
};

const STATES = {
	active: 'active',
	frozen: 'disabled',
	odd: 'unknown',
	recycled: 'deleted',
	purged: 'deleted',
	role: 'active',
	sso: 'active',
	service: 'active',
	linked: 'active',
	purgedRole: 'deleted',
	otherAccount: 'unknown',
	stranger: 'unknown',
};
const NO_USER_IS_GONE = { ...STATES, recycled: 'unknown', purged: 'unknown' };
const NO_ROLE_IS_GONE = { ...STATES, purgedRole: 'unknown' };
const NOBODY_IS_GONE = { ...NO_USER_IS_GONE, ...NO_ROLE_IS_GONE, purged: 'unknown', recycled: 'unknown' };

const partial = (message: string) => ({
	source: 'identities',
	code: 'partial',
	message,
	permission: '',
	subject: '',
});
const noPermission = (action: string) => ({
	source: 'identities',
	code: 'forbidden',
	message: `${action} is not allowed (NoPermission); grant "${action}" to read it`,
	permission: action,
	subject: '',
});

describe('readDirectory', it => {
	it('knows twelve identities apart', async () => assert.equal(await found(), { states: STATES, gaps: [] }));

	it('says who they are', async () => {
		const { find } = await directoryOf();
		const base = { stateSince: null, human: 'unknown', cloudService: '', listComplete: true };
		assert.equal(find(ACCOUNT), { ...base, name: 'root', displayName: '', type: 'root', state: 'active' });
		const lee = { ...base, name: 'lee', displayName: 'lee of ours', type: 'ram_user', state: 'active' };
		assert.equal(find(ids.active), lee);
		assert.equal(find(ids.frozen), { ...lee, name: 'kim', displayName: 'kim of ours', state: 'disabled' });
		const mo = { name: 'mo', displayName: 'Mo', state: 'deleted', stateSince: 1793491200 };
		assert.equal(find(ids.recycled), { ...lee, ...mo });
		assert.equal(find(ids.purged), { ...lee, name: '', displayName: '', state: 'deleted' });
		const deployer = {
			name: 'ci-deployer',
			displayName: 'ci-deployer does it',
			type: 'ram_role',
			human: 'no',
		};
		assert.equal(find(ids.role), { ...lee, ...deployer });
		assert.is(find(ids.sso).human, 'yes');
		assert.equal(
			[ids.role, ids.sso, ids.service, ids.linked].map(uid => find(uid).cloudService),
			['', '', 'AliyunCSManagedLogRole', 'AliyunServiceRoleForARMS'],
		);
		const nobody = {
			...base,
			name: '',
			displayName: '',
			type: 'user',
			state: 'unknown',
			listComplete: false,
		};
		assert.equal(find(ids.stranger), nobody);
		assert.equal(find(ids.otherAccount), nobody);
	});

	const half = { users: { user: USERS.slice(0, 2) }, isTruncated: false };
	const USER_FAULTS: [title: string, answer: unknown, message: string][] = [
		['empty', { users: { user: [] }, isTruncated: false }, 'it is empty'],
		['without rows', { isTruncated: false }, 'it is empty'],
		['shorter than its count', half, 'the account counts 3 and the list has 2'],
		['cut off', { ...half, isTruncated: true }, 'it was cut off without a way on'],
		['cut off in silence', { users: half.users }, 'the service does not say whether that is all'],
		['repeating itself', { ...half, isTruncated: true, marker: 'm' }, 'it repeats itself'],
	];
	for (const [title, listUsers, why] of USER_FAULTS)
		it(`a list of users that is ${title} proves nobody gone`, async () => {
			const { states, gaps } = await found({ listUsers });
			for (const who of ['purged', 'recycled'] as const) assert.is(states[who], 'unknown');
			assert.is(states.purgedRole, 'deleted');
			assert.equal(gaps, [partial(`the list of users proves nobody gone: ${why}`)]);
		});

	it('a list of roles that is short proves no role gone', async () => {
		const { states, gaps } = await found({
			listRoles: { roles: { role: ROLES.slice(0, 3) }, isTruncated: false },
		});
		assert.equal(states, { ...NO_ROLE_IS_GONE, linked: 'unknown' });
		assert.equal(gaps, [
			partial('the list of roles proves nobody gone: the account counts 4 and the list has 3'),
		]);
	});

	it('ids that came as numbers are nobody’s, and prove nobody gone', async () => {
		const numbers = USERS.map(each => ({ ...each, userId: String(Number(each.userId)) }));
		const { states, gaps } = await found({ listUsers: { users: { user: numbers }, isTruncated: false } });
		assert.equal(states, { ...NO_USER_IS_GONE, active: 'unknown', frozen: 'unknown' });
		assert.equal(gaps, [
			partial('the list of users proves nobody gone: its ids came as numbers, which lose their last digits'),
		]);
	});

	it('without the account’s own counts no list proves anybody gone', async () => {
		const why = 'nothing says how many there should be';
		const expected = [
			partial(`the list of users proves nobody gone: ${why}`),
			partial(`the list of roles proves nobody gone: ${why}`),
		];
		assert.equal(await found({ getAccountSummary: {} }), { states: NOBODY_IS_GONE, gaps: expected });
		assert.equal(await found({ getAccountSummary: denied }), {
			states: NOBODY_IS_GONE,
			gaps: [noPermission('ram:GetAccountSummary'), ...expected],
		});
	});

	it('lists that may not be read name the permission, and nobody is gone', async () => {
		assert.equal(await found({ listUsers: denied }), {
			states: { ...NO_USER_IS_GONE, active: 'unknown', frozen: 'unknown' },
			gaps: [noPermission('ram:ListUsers')],
		});
		const roles = { role: 'unknown', sso: 'unknown', service: 'unknown', linked: 'unknown' };
		assert.equal(await found({ listRoles: denied }), {
			states: { ...NO_ROLE_IS_GONE, ...roles },
			gaps: [noPermission('ram:ListRoles')],
		});
	});

	it('without the recycle bin who is in no list is gone all the same, since nobody knows when', async () => {
		const { find, gaps } = await directoryOf({ listUsersInRecycleBin: denied });
		const { state, stateSince, name } = find(ids.recycled);
		assert.equal({ state, stateSince, name }, { state: 'deleted', stateSince: null, name: '' });
		assert.equal(gaps, [noPermission('ram:ListUsersInRecycleBin')]);
	});
});
