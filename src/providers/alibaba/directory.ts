import { ListUsersInRecycleBinRequest, ListUsersRequest } from '@alicloud/ims20190815';
import { ListRolesRequest } from '@alicloud/ram20150501';
import { areRounded, uidKind } from '../../lib/alibaba-uid.ts';
import { toGap } from '../../lib/api-error.ts';
import { parseRfc3339 } from '../../lib/epoch.ts';
import { oneLine } from '../../lib/text.ts';
import type { DirectoryIdentity, EpochSeconds, Gap } from '../../model/facts.ts';
import type { Account } from './account.ts';
import { type Listing, readMarked } from './pages.ts';
import { DEFAULT_REGION } from './sdk.ts';

/** Everybody of one account, as far as it could be read. */
export interface Directory {
	accountId: string;
	gaps: Gap[];
	/** What the lists say of a uid; never `deleted` where one of them proves nothing. */
	find(uid: string): Found;
}

/** What is known of one uid. */
export type Found = Omit<DirectoryIdentity, 'username' | 'provider' | 'account'>;

interface User {
	id: string;
	name: string;
	displayName: string;
	status: string;
}

interface Role {
	id: string;
	name: string;
	description: string;
}

interface Lists {
	users: Listing<User>;
	recycled: Map<string, { name: string; displayName: string; since: EpochSeconds | null }>;
	roles: Listing<Role>;
}

/** Reads the users, frozen ones too, the recycle bin and the roles, and holds the lists against the account's own counts. */
export async function readDirectory(account: Account, whose: Promise<string>): Promise<Directory> {
	const gaps: Gap[] = [];
	const lose =
		<T>(action: string, otherwise: T) =>
		(error: unknown): T => {
			gaps.push(toGap('identities', action, error));
			return otherwise;
		};
	const unread = { rows: [], fault: 'it could not be read' };
	const [accountId, users, recycled, roles, counts] = await Promise.all([
		whose,
		readUsers(account).catch(lose<Listing<User>>('ram:ListUsers', unread)),
		readRecycled(account).catch(lose<Lists['recycled']>('ram:ListUsersInRecycleBin', new Map())),
		readRoles(account).catch(lose<Listing<Role>>('ram:ListRoles', unread)),
		readCounts(account).catch(lose('ram:GetAccountSummary', null)),
	]);
	const lists: Lists = {
		users: proven(users, 'users', counts?.users, gaps),
		recycled,
		roles: proven(roles, 'roles', counts?.roles, gaps),
	};
	const known = {
		users: new Map(lists.users.rows.map(user => [user.id, user])),
		roles: new Map(lists.roles.rows.map(role => [role.id, role])),
	};
	return { accountId, gaps, find: uid => find(uid, accountId, lists, known) };
}

/** Of an account whose lists nobody waited for. */
export function unreadDirectory(accountId: string, gap: Gap): Directory {
	const unread = { rows: [], fault: 'it could not be read' };
	const lists: Lists = { users: unread, recycled: new Map(), roles: unread };
	const known = { users: new Map(), roles: new Map() };
	return { accountId, gaps: [gap], find: uid => find(uid, accountId, lists, known) };
}

/** A list that is empty, cut, or shorter than its count proves that nobody is gone. */
function proven<T extends { id: string }>(
	list: Listing<T>,
	what: string,
	count: number | undefined,
	gaps: Gap[],
): Listing<T> {
	const { rows } = list;
	const fault =
		list.fault ||
		(rows.length === 0
			? 'it is empty'
			: areRounded(rows.map(({ id }) => id))
				? 'its ids came as numbers, which lose their last digits'
				: count === undefined
					? 'nothing says how many there should be'
					: rows.length < count
						? `the account counts ${count} and the list has ${rows.length}`
						: '');
	if (fault !== '' && fault !== 'it could not be read') {
		const message = `the list of ${what} proves nobody gone: ${fault}`;
		gaps.push({ source: 'identities', code: 'partial', message, permission: '', subject: '' });
	}
	return { rows: areRounded(rows.map(({ id }) => id)) ? [] : rows, fault };
}

function find(
	uid: string,
	accountId: string,
	lists: Lists,
	known: { users: Map<string, User>; roles: Map<string, Role> },
): Found {
	const none = { name: '', displayName: '', stateSince: null, human: 'unknown', cloudService: '' } as const;
	if (uid === accountId) return { ...none, name: 'root', type: 'root', state: 'active', listComplete: true };
	const user = known.users.get(uid);
	if (user !== undefined) {
		const { name, displayName } = user;
		return {
			...none,
			name,
			displayName,
			type: 'ram_user',
			state: userState(user.status),
			listComplete: true,
		};
	}
	const role = known.roles.get(uid);
	if (role !== undefined) {
		const cloudService = /^Aliyun(ServiceRoleFor)?(?!ReservedSSO)/.test(role.name) ? role.name : '';
		const human = role.name.startsWith('AliyunReservedSSO-') ? 'yes' : 'no';
		return {
			...none,
			name: role.name,
			displayName: role.description,
			type: 'ram_role',
			state: 'active',
			listComplete: true,
			cloudService,
			human,
		};
	}
	const recycled = lists.recycled.get(uid);
	const kind = uidKind(uid);
	const list = kind === 'ram_role' ? lists.roles : lists.users;
	const listComplete = list.fault === '';
	if (recycled !== undefined)
		return {
			...none,
			name: recycled.name,
			displayName: recycled.displayName,
			type: 'ram_user',
			state: lists.users.fault === '' ? 'deleted' : 'unknown',
			stateSince: recycled.since,
			listComplete: lists.users.fault === '',
		};
	// Another prefix may be an account of somebody else, or one that nobody has told us of.
	if (kind === 'ram_user' || kind === 'ram_role')
		return { ...none, type: kind, state: listComplete ? 'deleted' : 'unknown', listComplete };
	return { ...none, type: 'user', state: 'unknown', listComplete: false };
}

function userState(status: string): Found['state'] {
	if (status === 'active') return 'active';
	return status === 'freeze' ? 'disabled' : 'unknown';
}

async function readUsers({ clients, caller }: Account): Promise<Listing<User>> {
	const client = await clients.ims();
	return readMarked(
		async marker => {
			// Without a status the service leaves the frozen ones out, who then look deleted.
			const request = new ListUsersRequest({ maxItems: 1000, status: 'active,freeze', marker });
			const { body } = await caller.read({
				product: 'ims',
				region: DEFAULT_REGION,
				action: 'ram:ListUsers',
				run: () => client.listUsers(request),
			});
			const rows = (body?.users?.user ?? []).map(user => ({
				id: user.userId ?? '',
				name: (user.userPrincipalName ?? '').split('@')[0] ?? '',
				displayName: user.displayName ?? '',
				status: user.status ?? '',
			}));
			return { rows, isTruncated: body?.isTruncated, marker: body?.marker };
		},
		({ id }) => id,
	);
}

async function readRecycled({ clients, caller }: Account): Promise<Lists['recycled']> {
	const client = await clients.ims();
	const { rows } = await readMarked(
		async marker => {
			const request = new ListUsersInRecycleBinRequest({ maxItems: 100, marker });
			const { body } = await caller.read({
				product: 'ims',
				region: DEFAULT_REGION,
				action: 'ram:ListUsersInRecycleBin',
				run: () => client.listUsersInRecycleBin(request),
			});
			return { rows: body?.users?.user ?? [], isTruncated: body?.isTruncated, marker: body?.marker };
		},
		({ userId = '' }) => userId,
	);
	return new Map(
		rows.map(({ userId = '', userPrincipalName = '', displayName = '', recycleDate = '' }) => [
			userId,
			{ name: userPrincipalName.split('@')[0] ?? '', displayName, since: parseRfc3339(recycleDate) },
		]),
	);
}

/** There is no role by id: all of them are read. */
async function readRoles({ clients, caller }: Account): Promise<Listing<Role>> {
	const client = await clients.ram();
	return readMarked(
		async marker => {
			const request = new ListRolesRequest({ maxItems: 1000, marker });
			const { body } = await caller.read({
				product: 'ram',
				region: DEFAULT_REGION,
				action: 'ram:ListRoles',
				run: () => client.listRoles(request),
			});
			const rows = (body?.roles?.role ?? []).map(role => ({
				id: role.roleId ?? '',
				name: role.roleName ?? '',
				description: oneLine(role.description ?? '', 200),
			}));
			return { rows, isTruncated: body?.isTruncated, marker: body?.marker };
		},
		({ id }) => id,
	);
}

async function readCounts({
	clients,
	caller,
}: Account): Promise<{ users: number | undefined; roles: number | undefined }> {
	const client = await clients.ims();
	const { body } = await caller.read({
		product: 'ims',
		region: DEFAULT_REGION,
		action: 'ram:GetAccountSummary',
		run: () => client.getAccountSummary(),
	});
	return { users: body?.summaryMap?.users, roles: body?.summaryMap?.roles };
}
