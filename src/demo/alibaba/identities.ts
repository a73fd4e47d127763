import { formatRfc3339 } from '../../lib/epoch.ts';
import { type Call, type CloudAnswer, count, type Operation, ok, requestId, rpcError } from './answer.ts';
import { assumeRole, assumeRoleWithOidc } from './assume-role.ts';
import type { CloudRole, CloudState, CloudUser, RecycledUser } from './state.ts';

/** What RAM of version 2015-05-01 serves. */
export const ram: Record<string, Operation> = {
	ListUsers: call =>
		paged(call, 100, 1000, 'Users', 'User', call.state.users, user => ({
			UserId: user.id,
			UserName: user.name,
			DisplayName: user.displayName,
			CreateDate: formatRfc3339(user.createdAt),
			UpdateDate: formatRfc3339(user.createdAt),
		})),
	GetUser: ({ state, get }) => {
		const user = state.users.find(({ name }) => name === get('UserName'));
		if (user === undefined) return noUser();
		const { id: UserId, name: UserName, displayName: DisplayName, createdAt } = user;
		return ok({
			RequestId: requestId(),
			User: { UserId, UserName, DisplayName, CreateDate: formatRfc3339(createdAt) },
		});
	},
	ListRoles: call =>
		paged(call, 100, 1000, 'Roles', 'Role', call.state.roles, role => roleBody(call.state, role)),
	GetRole: ({ state, get }) => {
		const role = state.roles.find(({ name }) => name === get('RoleName'));
		return role === undefined
			? rpcError(404, 'EntityNotExist.Role', 'The role does not exist.')
			: ok({
					RequestId: requestId(),
					Role: { ...roleBody(state, role), AssumeRolePolicyDocument: trustPolicy(state) },
				});
	},
};

/** What IMS of version 2019-08-15 serves. */
export const ims: Record<string, Operation> = {
	ListUsers: call =>
		withStatus(call, users =>
			paged(call, 1000, 1000, 'Users', 'User', users, user => userBody(call.state, user)),
		),
	ListUserBasicInfos: call =>
		withStatus(call, users =>
			paged(
				call,
				100,
				1000,
				'UserBasicInfos',
				'UserBasicInfo',
				users,
				({ id, name, displayName, status }) => ({
					UserId: id,
					UserPrincipalName: principal(call.state, name),
					DisplayName: displayName,
					Status: status,
				}),
			),
		),
	GetUser: ({ state, get }) => {
		const user = state.users.find(
			({ id, name }) => id === get('UserId') || principal(state, name) === get('UserPrincipalName'),
		);
		if (user === undefined) return noUser();
		const { Status: _, ...body } = userBody(state, user);
		return ok({ RequestId: requestId(), User: body });
	},
	ListUsersInRecycleBin: call =>
		paged(call, 100, 100, 'Users', 'User', call.state.recycled, user => recycledBody(call.state, user)),
	GetUserInRecycleBin: ({ state, get }) => {
		const user = state.recycled.find(({ id }) => id === get('UserId'));
		return user === undefined ? noUser() : ok({ RequestId: requestId(), User: recycledBody(state, user) });
	},
	RestoreUserFromRecycleBin: ({ state, get }) => {
		const user = state.recycled.find(({ id }) => id === get('UserId'));
		if (user === undefined) return noUser();
		const { recycledAt: _, ...restored } = user;
		state.recycled = state.recycled.filter(other => other !== user);
		state.users.push({ ...restored, status: 'active' });
		return ok({ RequestId: requestId() });
	},
	GetAccountSummary: ({ state: { users, roles } }) =>
		ok({
			RequestId: requestId(),
			SummaryMap: { Users: users.length, UsersQuota: 1000, Roles: roles.length, RolesQuota: 1000 },
		}),
};

/** What STS of version 2015-04-01 serves. */
export const sts: Record<string, Operation> = {
	AssumeRole: call => assumeRole(call),
	AssumeRoleWithOIDC: call => assumeRoleWithOidc(call),
	GetCallerIdentity: ({ state, key: { holder, session = 'kubelapse' } }) => {
		const { accountId: AccountId } = state;
		const common = { RequestId: requestId(), AccountId };
		if (holder === AccountId) {
			const Arn = `acs:ram::${AccountId}:root`;
			return ok({ ...common, IdentityType: 'Account', UserId: holder, PrincipalId: holder, Arn });
		}
		const role = state.roles.find(({ id }) => id === holder);
		if (role !== undefined) {
			return ok({
				...common,
				IdentityType: 'AssumedRoleUser',
				RoleId: holder,
				PrincipalId: `${holder}:${session}`,
				Arn: `acs:ram::${AccountId}:assumed-role/${role.name}/${session}`,
			});
		}
		const name = state.users.find(({ id }) => id === holder)?.name ?? 'unknown';
		const Arn = `acs:ram::${AccountId}:user/${name}`;
		return ok({ ...common, IdentityType: 'RAMUser', UserId: holder, PrincipalId: holder, Arn });
	},
};

function noUser(): CloudAnswer {
	return rpcError(404, 'EntityNotExist.User', 'The user does not exist.');
}

function principal({ accountId }: CloudState, name: string): string {
	return `${name}@${accountId}.onaliyun.com`;
}

function userBody(state: CloudState, { id, name, displayName, status, createdAt }: CloudUser) {
	return {
		UserId: id,
		UserPrincipalName: principal(state, name),
		DisplayName: displayName,
		Status: status,
		ProvisionType: 'Manual',
		CreateDate: formatRfc3339(createdAt),
		UpdateDate: formatRfc3339(createdAt),
	};
}

function recycledBody(state: CloudState, { id, name, displayName, createdAt, recycledAt }: RecycledUser) {
	return {
		UserId: id,
		UserPrincipalName: principal(state, name),
		DisplayName: displayName,
		CreateDate: formatRfc3339(createdAt),
		RecycleDate: formatRfc3339(recycledAt),
		DeleteDate: formatRfc3339(recycledAt + 30 * 86_400),
	};
}

/** Text that is JSON. */
function trustPolicy({ accountId }: CloudState): string {
	const Principal = { RAM: [`acs:ram::${accountId}:root`] };
	return JSON.stringify({
		Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal }],
		Version: '1',
	});
}

function roleBody({ accountId }: CloudState, { id, name, description, createdAt }: CloudRole) {
	return {
		RoleId: id,
		RoleName: name,
		Arn: `acs:ram::${accountId}:role/${name}`,
		Description: description,
		MaxSessionDuration: 3600,
		CreateDate: formatRfc3339(createdAt),
		UpdateDate: formatRfc3339(createdAt),
	};
}

/** `active` unless asked otherwise: a frozen user then looks gone, as with the real one. */
function withStatus({ state, get }: Call, answer: (users: CloudUser[]) => CloudAnswer): CloudAnswer {
	const wanted = (get('Status') ?? 'active').split(',');
	if (wanted.some(word => word !== 'active' && word !== 'freeze'))
		return rpcError(400, 'InvalidParameter.Status', 'The specified Status is invalid.');
	return answer(state.users.filter(({ status }) => wanted.includes(status)));
}

/** A page from `Marker` on; the marker of the next is there only when there is one. */
function paged<T>(
	{ get }: Call,
	byDefault: number,
	max: number,
	outer: string,
	inner: string,
	all: T[],
	toBody: (item: T) => object,
): CloudAnswer {
	const size = count(get('MaxItems'), byDefault, max);
	if (size === null) return rpcError(400, 'InvalidParameter.MaxItems', 'The specified MaxItems is invalid.');
	const start = decodeMarker(get('Marker') ?? '');
	if (start === null) return rpcError(400, 'InvalidParameter.Marker', 'The specified Marker is invalid.');
	const isTruncated = start + size < all.length;
	return ok({
		RequestId: requestId(),
		[outer]: { [inner]: all.slice(start, start + size).map(toBody) },
		IsTruncated: isTruncated,
		...(isTruncated ? { Marker: Buffer.from(`at ${start + size}`).toString('base64url') } : {}),
	});
}

function decodeMarker(marker: string): number | null {
	if (marker === '') return 0;
	const at = /^at (\d+)$/.exec(Buffer.from(marker, 'base64url').toString())?.[1];
	return at === undefined ? null : Number(at);
}
