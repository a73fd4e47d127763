import { indexAccess, joinGrants } from '../../src/join/grants.ts';
import { indexIdentities } from '../../src/join/identities.ts';
import { join } from '../../src/join/join.ts';
import type { Credential, Facts, Issuance, SourceStatus } from '../../src/model/facts.ts';
import {
	binding,
	certificate,
	clusterFacts,
	credentialOf,
	forbidden,
	NOW,
	role,
} from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

const account = (namespace: string, name: string) => ({
	uid: `uid of ${namespace}/${name}`,
	namespace,
	name,
});
/** As if these sources had not been read to their end. */
const without = (...blind: string[]): SourceStatus[] =>
	clusterFacts().sources.map(each => (blind.includes(each.source) ? { ...each, status: 'denied' } : each));

const bound = (rest: Partial<Facts> = {}) =>
	clusterFacts({
		bindings: [
			binding('ops', 'ClusterRole reader', [
				'User ann',
				'Group ops',
				'User ann',
				'User system:serviceaccount:ci:deploy',
			]),
			binding('kube-system/near', 'Role local', ['ServiceAccount ci/gone']),
			binding('web/all', 'ClusterRole everything', ['User ann']),
			binding('lost', 'ClusterRole missing', ['User ann']),
		],
		roles: [
			role('reader', ['get core secrets']),
			role('kube-system/local', ['get core secrets']),
			role('everything', ['* * *']),
		],
		serviceAccounts: [account('ci', 'deploy')],
		...rest,
	});

describe('joinGrants', it => {
	const common = {
		resourceVersion: '7',
		manager: 'none',
		isBootstrapDefault: false,
		createdAt: NOW - 60,
		owner: '',
	};
	const ops = {
		...common,
		bindingUid: 'uid of ops',
		bindingKind: 'ClusterRoleBinding',
		namespace: '',
		bindingName: 'ops',
		roleKind: 'ClusterRole',
		roleName: 'reader',
		roleExists: 'yes',
		subjectExists: 'yes',
		otherSubjects: 2,
		powers: ['read_secrets'],
	};

	it('one for each subject, doubles once, accounts by whatever name', () => {
		const [ann, group, deploy, ...rest] = joinGrants(bound());
		assert.equal(ann, {
			...ops,
			uid: 'uid of ops/User//ann',
			subject: { kind: 'User', name: 'ann', namespace: '' },
		});
		assert.equal(group, {
			...ops,
			uid: 'uid of ops/Group//ops',
			subject: { kind: 'Group', name: 'ops', namespace: '' },
		});
		assert.equal(deploy, {
			...ops,
			uid: 'uid of ops/User//system:serviceaccount:ci:deploy',
			subject: { kind: 'ServiceAccount', name: 'deploy', namespace: 'ci' },
		});
		assert.equal(
			rest.map(({ namespace, roleExists, subjectExists, powers }) => [
				namespace,
				roleExists,
				subjectExists,
				powers.slice(0, 3),
			]),
			[
				['kube-system', 'yes', 'no', ['read_secrets']],
				// In one namespace a wildcard is not cluster-admin.
				['web', 'yes', 'yes', ['wildcard', 'impersonate', 'escalate']],
				['', 'no', 'yes', []],
			],
		);
	});

	it('lists that were not read to their end :: unknown, never gone', () => {
		const facts = bound({ sources: without('roles', 'service_accounts') });
		assert.equal(
			joinGrants(facts).map(({ roleExists, subjectExists }) => [roleExists, subjectExists]),
			[
				['yes', 'yes'],
				['yes', 'yes'],
				['yes', 'yes'],
				['yes', 'unknown'],
				['yes', 'yes'],
				['unknown', 'yes'],
			],
		);
	});
});

describe('indexAccess', it => {
	const access = (username: string, groups: string[] = [], facts = bound()) => {
		const { grants, total, powers, isPrivileged } = indexAccess(joinGrants(facts)).accessOf(username, groups);
		return { shown: grants.map(grant => grant.bindingName), total, powers, isPrivileged };
	};
	const none = { shown: [], total: 0, powers: [], isPrivileged: false };

	it('own grants, those of groups, strongest first', () => {
		assert.equal(access('ann'), {
			shown: ['all', 'ops', 'lost'],
			total: 3,
			powers: ['read_secrets'],
			isPrivileged: true,
		});
		assert.equal(access('bob', ['ops', 'ops']), {
			shown: ['ops'],
			total: 1,
			powers: ['read_secrets'],
			isPrivileged: true,
		});
		assert.equal(access('system:serviceaccount:ci:deploy'), {
			shown: ['ops'],
			total: 1,
			powers: ['read_secrets'],
			isPrivileged: true,
		});
		// In kube-system the credentials of the control plane are within reach.
		assert.equal(access('system:serviceaccount:ci:gone'), {
			shown: ['near'],
			total: 1,
			powers: [],
			isPrivileged: true,
		});
		assert.equal(access('nobody'), none);
		assert.equal(access('ops'), none);
	});

	it('system:masters needs no grant', () =>
		assert.equal(access('eve', ['system:masters']), { ...none, isPrivileged: true }));

	it('implied groups', () => {
		const groups = ['system:authenticated', 'system:serviceaccounts', 'system:serviceaccounts:ci'];
		const facts = bound({
			bindings: groups.map(group => binding(group, 'ClusterRole x', [`Group ${group}`])),
		});
		assert.equal(access('ann', [], facts).shown, ['system:authenticated']);
		assert.equal(access('system:serviceaccount:ci:x', [], facts).shown, groups);
		assert.equal(access('system:serviceaccount:web:x', [], facts).shown, groups.slice(0, 2));
		assert.equal(access('', [], facts).shown, []);
	});

	it('at most twenty are shown, all are counted', () => {
		const many = Array.from({ length: 30 }, (_, i) =>
			binding(`b${i}`, i === 29 ? 'ClusterRole everything' : 'ClusterRole x', ['User ann', 'Group ops']),
		);
		const { shown, total } = access('ann', ['ops'], bound({ bindings: many }));
		assert.equal([shown.length, total, shown.slice(0, 2)], [20, 60, ['b29', 'b29']]);
	});
});

describe('indexIdentities', it => {
	const idsOf = (facts: Facts, ...usernames: string[]) => {
		const identities = indexIdentities(facts);
		for (const grant of joinGrants(facts)) identities.ofGrant(grant);
		for (const username of usernames) identities.ofCredential(credentialOf(username));
		return identities.all().map(({ id, name, type, state, human }) => [id, name, type, state, human]);
	};

	it('everyone once', () =>
		assert.equal(idsOf(bound(), 'ann', 'system:kube-scheduler', 'system:serviceaccount:ci:deploy', ''), [
			['ann', 'ann', 'user', 'unknown', 'unknown'],
			['group:ops', 'ops', 'group', 'unknown', 'unknown'],
			['system:serviceaccount:ci:deploy', 'ci/deploy', 'service_account', 'active', 'no'],
			['system:serviceaccount:ci:gone', 'ci/gone', 'service_account', 'deleted', 'no'],
			['system:kube-scheduler', 'system:kube-scheduler', 'user', 'unknown', 'no'],
		]));

	it('accounts that could not be listed are not deleted', () =>
		assert.equal(
			idsOf(bound({ sources: without('service_accounts') }))
				.filter(([, , type]) => type === 'service_account')
				.map(([, name, , state]) => [name, state]),
			[
				['ci/deploy', 'active'],
				['ci/gone', 'unknown'],
			],
		));

	it('a user who is called like a group is no group', () => {
		const facts = bound({ bindings: [binding('b', 'ClusterRole x', ['User group:ops', 'Group ops'])] });
		assert.equal(idsOf(facts), [
			['group:ops', 'group:ops', 'user', 'unknown', 'unknown'],
			['group:ops', 'ops', 'group', 'unknown', 'unknown'],
		]);
	});
});

describe('join', it => {
	const cluster = {
		uid: 'uid-1',
		name: 'prod',
		provider: 'kubernetes',
		version: 'v1.34.4',
		exposure: 'unknown',
	};
	const recordsOf = (facts: Facts) => [...join(facts, NOW).records()];
	const credentialsOf = (credentials: Credential[]) => join(clusterFacts({ credentials }), NOW).credentials;

	it('a credential with who holds it and what that reaches', () => {
		const eve = credentialOf('ann', { groups: ['system:masters'] });
		const records = recordsOf(bound({ credentials: [eve] }));
		assert.equal(
			records.map(({ kind }) => kind),
			[
				'cluster',
				'credential',
				'grant',
				'grant',
				'grant',
				'grant',
				'grant',
				'grant',
				'identity',
				'identity',
				'identity',
				'identity',
			],
		);
		const found = records[1];
		if (found?.kind !== 'credential') throw new Error('it is no credential');
		const { grants, identity, ...rest } = found;
		assert.equal(
			grants.map(grant => grant.bindingName),
			['all', 'ops', 'lost'],
		);
		assert.is(identity.id, 'ann');
		assert.equal(rest, {
			kind: 'credential',
			now: NOW,
			cluster,
			gaps: [],
			credential: eve,
			grantsTotal: 3,
			powers: ['read_secrets'],
			isPrivileged: true,
			serviceAccountExists: 'yes',
			requester: null,
			parent: null,
			newer: null,
			usage: null,
			ledgerSince: null,
		});
	});

	it('gaps reach the records that they blur, and no others', () => {
		const credentials = [credentialOf('ann'), credentialOf('bob')];
		const gaps = [
			forbidden('roles'),
			forbidden('bindings', { code: 'timeout' }),
			forbidden('token_secrets'),
			forbidden('bootstrap_tokens', { code: 'not_configured', subject: 'x509:bob' }),
		];
		const sources: SourceStatus[] = [
			...without('roles'),
			{ source: 'usage', status: 'not_configured', count: 0 },
		];
		const records = recordsOf(bound({ credentials, gaps, sources }));
		const beside = [
			{ source: 'bindings', code: 'timeout', scope: 'cluster' },
			{ source: 'roles', code: 'forbidden', scope: 'cluster' },
			{ source: 'usage', code: 'not_configured', scope: 'cluster' },
		];
		const gapsOf = (kind: string) =>
			records.filter(record => record.kind === kind).map(record => record.gaps);
		assert.equal(gapsOf('credential'), [
			beside,
			[...beside, { source: 'bootstrap_tokens', code: 'not_configured', scope: 'record' }],
		]);
		// A grant that was read is not blurred by others that were not, but by whatever else a policy may need.
		const [, roles, usage] = beside;
		assert.equal(gapsOf('grant')[0], [
			roles,
			{ source: 'token_secrets', code: 'forbidden', scope: 'cluster' },
			usage,
		]);
		const [first] = records;
		assert.equal(first?.kind === 'cluster' && first.clusterGaps, [
			{ source: 'roles', code: 'forbidden', permission: 'list roles' },
			{ source: 'bindings', code: 'timeout', permission: 'list bindings' },
			{ source: 'token_secrets', code: 'forbidden', permission: 'list token_secrets' },
		]);
	});

	it('expired by the clock, to the second, and only what was in force', () => {
		const at = (uid: string, rest: Partial<Credential>) => credentialOf('a', { uid, ...rest });
		const states = credentialsOf([
			at('1', { notAfter: NOW }),
			at('2', { notAfter: NOW - 1 }),
			at('3', { notAfter: null }),
			at('4', { notAfter: NOW - 1, state: 'revoked' }),
			at('5', { notAfter: NOW - 1, state: 'not_issued' }),
		]).map(({ state }) => state);
		assert.equal(states, ['effective', 'expired', 'effective', 'revoked', 'not_issued']);
	});

	it('one certificate in a file and in its request :: one credential with all that both say', () => {
		const issuance: Issuance = {
			signerName: 's',
			requester: 'r',
			requesterCredentialIds: [],
			approver: '',
			decision: 'approved',
			expirationSeconds: null,
		};
		const inFile = credentialOf('ann', {
			createdAt: null,
			plugin: 'aws',
			locations: [
				{ origin: 'kubeconfig', path: 'f', line: 4, namespace: '', name: 'u', mode: 0o600, ownerUid: 1 },
			],
		});
		const cloud: Credential['cloud'] = {
			accountId: '1',
			accountType: 'ram_user',
			accountState: 'active',
			accountName: 'ann',
			displayName: 'Ann',
			cloudService: '',
			certState: 'Unexpired',
			revokable: false,
			clusterState: 'running',
			activity: null,
		};
		const exec: Credential['exec'] = { form: 'bare', apiVersion: 'v1', environmentNames: ['A'] };
		const request = credentialOf('ann', { issuance, exec, cloud });
		const merged = { ...request, issuance, plugin: 'aws' };
		assert.equal(credentialsOf([request, inFile]), [
			{ ...merged, locations: [...request.locations, ...inFile.locations] },
		]);
		assert.equal(credentialsOf([inFile, request]), [
			{ ...merged, locations: [...inFile.locations, ...request.locations] },
		]);
		assert.equal(credentialsOf([inFile, inFile]), [inFile]);
	});

	it('the account behind a token :: there, gone, made anew, not known', () => {
		const existence = (serviceAccount: Credential['serviceAccount'], sources?: SourceStatus[]) => {
			const facts = bound({
				credentials: [credentialOf('a', { serviceAccount, certificate: null })],
				...(sources === undefined ? {} : { sources }),
			});
			const record = recordsOf(facts)[1];
			return record?.kind === 'credential' ? record.serviceAccountExists : 'no record';
		};
		const deploy = { namespace: 'ci', name: 'deploy' };
		assert.is(existence({ ...deploy, uid: 'uid of ci/deploy' }), 'yes');
		assert.is(existence({ ...deploy, uid: '' }), 'yes');
		assert.is(existence({ ...deploy, uid: 'another' }), 'no');
		assert.is(existence({ ...deploy, name: 'gone', uid: '' }), 'no');
		assert.is(existence({ ...deploy, name: 'gone', uid: '' }, without('service_accounts')), 'unknown');
		assert.is(existence(null), 'yes');
	});

	it('hostile names pass as they are', () => {
		const name = `<script>\u202e\n../${'x'.repeat(10_000)}`;
		const facts = bound({
			bindings: [binding('b', 'ClusterRole reader', [`User ${name}`])],
			credentials: [credentialOf(name, { certificate })],
		});
		const seen = recordsOf(facts).flatMap(record => ('identity' in record ? [record.identity.id] : []));
		assert.equal(seen, [name, name, name]);
	});
});
