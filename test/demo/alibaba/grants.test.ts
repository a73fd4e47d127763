import type { CloudFleet } from '../../../src/demo/alibaba/fleet.ts';
import { assert, describe } from '../../helpers/describe.ts';
import { raw, signedV3, withCloud } from '../helpers/cloud.ts';

const SMALL = { clusters: 4, identities: 30, bindings: 6 };
const UID = '299999999999999999';

function call(fleet: CloudFleet, method: string, path: string, query = {}, body?: unknown) {
	const text = body === undefined ? {} : { body: JSON.stringify(body) };
	const v3 = { key: fleet.administrator, version: '2015-12-15', action: 'Any', method, path, query, ...text };
	return raw(fleet.http, signedV3(fleet.http, v3));
}

async function roles(fleet: CloudFleet, uid = UID) {
	const { json } = await call(fleet, 'GET', `/permissions/users/${uid}`);
	return json.map((row: Record<string, string>) => `${row.role_type}${row.role_name} ${row.resource_id}`);
}

describe('GrantPermissions and UpdateUserPermissions', it => {
	it('bind in the cluster behind, and leave everybody else alone', () =>
		withCloud(SMALL, async fleet => {
			const [one, two] = fleet.state.clusters.filter(({ kubernetes }) => kubernetes !== null);
			if (one === undefined || two === undefined) throw new Error('too few clusters');
			const bound = async () => {
				const objects = (await one.kubernetes?.open())?.objects;
				return [...(objects?.clusterrolebindings ?? []), ...(objects?.rolebindings ?? [])].map(
					({ metadata, roleRef, subjects = [] }) =>
						`${metadata.namespace ?? ''}/${metadata.name} ${roleRef.name} ${subjects.map(({ name }) => name)}`,
				);
			};
			const before = await bound();
			const ops = { cluster: one.id, role_name: 'ops', role_type: 'cluster' };
			const dev = { cluster: one.id, role_name: 'dev', role_type: 'namespace', namespace: 'shop' };
			const own = { cluster: two.id, role_name: 'kiosk', role_type: 'cluster', is_custom: true };
			const path = `/permissions/users/${UID}`;
			const update = async (mode: string, body: unknown) =>
				(await call(fleet, 'POST', `${path}/update`, { mode }, body)).status;
			assert.is((await call(fleet, 'POST', path, {}, [ops])).status, 200);
			assert.equal(await roles(fleet), [`ops ${one.id}`]);
			assert.is(await update('patch', [dev, own]), 200);
			assert.equal(await roles(fleet), [`ops ${one.id}`, `dev ${one.id}/shop`, `customkiosk ${two.id}`]);
			assert.equal(
				(await bound()).filter(each => !before.includes(each)),
				[`/${UID}-cs-ops-clusterrolebinding cs:ops ${UID}`, `shop/${UID}-shop-rolebinding cs:ns:dev ${UID}`],
			);
			assert.is(await update('patch', [dev]), 200);
			assert.is(await update('delete', [ops]), 200);
			assert.equal(await roles(fleet), [`dev ${one.id}/shop`, `customkiosk ${two.id}`]);
			assert.is(await update('apply', [ops]), 200);
			assert.equal(await roles(fleet), [`ops ${one.id}`]);
			assert.is((await call(fleet, 'POST', path, {}, [])).status, 200);
			assert.equal(await roles(fleet), []);
			assert.equal(await bound(), before);
		}));

	it('refuse what they cannot do, and then do none of it', () =>
		withCloud(SMALL, async fleet => {
			const [one] = fleet.state.clusters.filter(({ kubernetes }) => kubernetes !== null);
			const ops = { cluster: one?.id, role_name: 'ops', role_type: 'cluster' };
			const code = async (body: unknown, uid = UID, query = {}) =>
				(await call(fleet, 'POST', `/permissions/users/${uid}/update`, query, body)).json.code;
			assert.is(await code([ops, { ...ops, cluster: 'nope' }]), 'ErrorClusterNotFound');
			assert.is(await code([ops, { ...ops, role_type: 'planet' }]), 'InvalidParameter');
			assert.is(await code([{ ...ops, role_type: 'namespace' }]), 'InvalidParameter');
			assert.is(await code([{ ...ops, role_name: 7 }]), 'InvalidParameter');
			assert.is(await code([null]), 'InvalidParameter');
			assert.is(await code({ ops }), 'InvalidParameter');
			assert.is(await code([ops], UID, { mode: 'destroy' }), 'InvalidParameter');
			assert.is(await code([ops], fleet.state.accountId), 'ErrorRootAccount');
			assert.equal(await roles(fleet), []);
		}));
});
