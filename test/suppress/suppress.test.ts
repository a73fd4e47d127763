import { DAY } from '../../src/lib/epoch.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Waiver, WaiverSelector } from '../../src/model/waiver.ts';
import type { Examined } from '../../src/suppress/examined.ts';
import { unknownKey } from '../../src/suppress/examined.ts';
import { suppress } from '../../src/suppress/suppress.ts';
import { assert, describe } from '../helpers/describe.ts';
import { cluster, finding, NOW, policy, subject } from '../reporters/fixtures/report.ts';

const SHA = 'ab'.repeat(32);
const US = { uid: 'uid-us', name: 'prod-us' };

const cert = finding({ policyId: 'credential/expires_soon' });
const renewed = finding({
	policyId: 'credential/expires_soon',
	subject: subject({ uid: `x509:${'cd'.repeat(32)}` }),
});
const key = finding({ policyId: 'credential/shared_key', subject: subject({ kind: 'key' }) });
const grant = finding({
	policyId: 'privilege/cluster_admin_person',
	subject: subject({
		kind: 'grant',
		uid: 'b1/User//alice',
		name: 'RoleBinding ci/ops, User alice',
		object: { kind: 'RoleBinding', namespace: 'ci', name: 'ops' },
	}),
});
const abroad = finding({ ...grant, id: '', cluster: US });
const unknown = finding({
	policyId: 'privilege/cluster_admin_person',
	outcome: 'unknown',
	id: '0'.repeat(16),
});
const ALL = [cert, renewed, key, grant, abroad, unknown];

const POLICIES = [
	policy({ id: 'credential/expires_soon', needs: ['certificate_requests', 'kubeconfig'] }),
	policy({ id: 'credential/shared_key', kind: 'key', needs: ['kubeconfig'] }),
	policy({ id: 'privilege/cluster_admin_person', kind: 'grant', needs: ['bindings'] }),
	policy({ id: 'privilege/wildcard', kind: 'grant', needs: ['bindings'] }),
	policy({ id: 'governance/waiver_expired', kind: 'waiver', needs: [] }),
];

const waiver = (selector: Partial<WaiverSelector>, over: Partial<Waiver> = {}): Waiver => ({
	id: 'w',
	selector: {
		policy: null,
		cluster: null,
		subject: null,
		namespace: null,
		fingerprint: null,
		finding: null,
		...selector,
	},
	reason: 'accepted',
	owner: 'ops@example.com',
	expires: NOW + 30 * DAY,
	approver: '',
	ticket: '',
	isBroad: false,
	location: 'waivers.yaml:2',
	...over,
});

const read = (['bindings', 'kubeconfig', 'certificate_requests'] as const).map(
	source => ({ source, status: 'complete', count: 1 }) as const,
);
const WHOLE: Examined = {
	clusters: [cluster({ sources: read }), cluster({ ...US, sources: read })],
	unknown: new Set(),
	hasFiles: true,
	isInterrupted: false,
};

const run = (waivers: Waiver[], examined = WHOLE, findings: Finding[] = ALL, now = NOW) =>
	suppress(waivers, findings, { policies: POLICIES, now, maxDays: 180 }, examined);
const one = (selector: Partial<WaiverSelector>, over?: Partial<Waiver>, examined = WHOLE, now = NOW) => {
	const { suppressed, waivers } = run([waiver(selector, over)], examined, ALL, now);
	return [waivers[0]?.state, suppressed.map(({ id }) => id)];
};
const ids = (...findings: Finding[]) => findings.map(({ id }) => id);

const EXPIRES = 'credential/expires_soon';
const PRIVILEGE = 'privilege/cluster_admin_person';

const SELECTORS: [title: string, Partial<WaiverSelector>, Finding[]][] = [
	['finding id', { finding: grant.id }, [grant]],
	['finding id of a credential', { finding: cert.id }, [cert]],
	['fingerprint, of every policy', { fingerprint: SHA }, [cert, key]],
	['fingerprint and policy', { fingerprint: SHA, policy: 'credential/expires_soon' }, [cert]],
	['policy and cluster name', { policy: PRIVILEGE, cluster: 'prod-us' }, [abroad]],
	['policy and cluster uid', { policy: PRIVILEGE, cluster: cluster().uid }, [grant]],
	['policy and cluster glob', { policy: PRIVILEGE, cluster: '*-eu' }, [grant]],
	['policy glob', { policy: 'privilege/cluster_*', cluster: 'prod-eu' }, [grant]],
	['policy alone, over every cluster', { policy: PRIVILEGE }, [grant, abroad]],
	['subject by name', { policy: PRIVILEGE, subject: 'RoleBinding ci/ops, *' }, [grant, abroad]],
	['subject by uid', { policy: PRIVILEGE, subject: 'b1/User//alice', cluster: 'prod-eu' }, [grant]],
	['subject by identity', { subject: 'alice', policy: 'privilege/c*' }, [grant, abroad]],
	['namespace', { policy: PRIVILEGE, namespace: 'ci' }, [grant, abroad]],
	['namespace and cluster', { policy: PRIVILEGE, namespace: 'c*', cluster: 'prod-us' }, [abroad]],
];

describe('suppress', it => {
	for (const [title, selector, matches] of SELECTORS)
		it(`selects by ${title}`, () => assert.equal(one(selector), ['active', ids(...matches)]));
	it('every part has to match', () =>
		assert.equal(one({ finding: grant.id, cluster: 'prod-us' }), ['unused', []]));
	it('a newer certificate of the same name is not covered', () =>
		assert.equal(run([waiver({ fingerprint: SHA })]).findings.includes(renewed), true));
	it('an unknown is never waived', () =>
		assert.equal(one({ finding: unknown.id, policy: PRIVILEGE }), ['unused', []]));
	it('a finding about a waiver is never waived', () => {
		const about = finding({
			policyId: 'governance/waiver_expired',
			subject: subject({ kind: 'waiver', uid: 'w', identity: '' }),
		});
		const { findings } = run(
			[waiver({ finding: about.id }), waiver({}, { id: 'all', isBroad: true })],
			WHOLE,
			[about],
		);
		assert.equal(findings, [about]);
	});
	it('what is suppressed keeps all that it says, and gets why', () => {
		const { findings, suppressed } = run([
			waiver({ finding: grant.id }, { approver: 'ciso', ticket: 'T-1', reason: 'r', owner: 'o' }),
		]);
		assert.equal(suppressed, [
			{
				...grant,
				suppression: {
					waiver: 'w',
					reason: 'r',
					owner: 'o',
					expires: NOW + 30 * DAY,
					approver: 'ciso',
					ticket: 'T-1',
				},
			},
		]);
		assert.equal(findings, [cert, renewed, key, abroad, unknown]);
	});
	it('of two waivers the first of the file stands beside the finding, and both are active', () => {
		const { suppressed, waivers } = run([
			waiver({ policy: PRIVILEGE }, { id: 'first' }),
			waiver({ finding: grant.id }, { id: 'second' }),
		]);
		assert.equal(
			suppressed.map(({ suppression }) => suppression.waiver),
			['first', 'first'],
		);
		assert.equal(
			waivers.map(({ id, state, matches }) => [id, state, matches]),
			[
				['first', 'active', 2],
				['second', 'active', 1],
			],
		);
	});
	it('no waiver changes nothing', () =>
		assert.equal(run([]), { findings: ALL, suppressed: [], waivers: [], records: [] }));
});

describe('suppress :: end', it => {
	const expires = NOW + 100;
	const at = (now: number) => one({ finding: grant.id }, { expires }, WHOLE, now);
	it('works up to the second before', () => assert.equal(at(expires - 1), ['active', ids(grant)]));
	it('stops at that very second', () => assert.equal(at(expires), ['expired', []]));
	it('stays stopped', () => assert.equal(at(expires + DAY), ['expired', []]));
	it('an expired one still says what it suppressed, to its policy too', () => {
		const { waivers, records } = run([waiver({ policy: PRIVILEGE }, { expires: NOW })]);
		assert.equal([waivers[0]?.matches, records[0]?.matches, records[0]?.isExamined], [2, 2, true]);
	});
	it('the hard maximum is to the second', () => {
		const lasting = (expires: number) => one({ finding: grant.id }, { expires })[0];
		assert.equal([lasting(NOW + 180 * DAY), lasting(NOW + 180 * DAY + 1)], ['active', 'invalid']);
	});
	it('one that is too long says which day is not', () =>
		assert.is(
			run([waiver({ finding: grant.id }, { expires: NOW + 181 * DAY })]).waivers[0]?.note,
			'it lasts longer than 180 days: let it expire at 2026-08-28T00:00:00Z or before (as a day, 2026-08-27)',
		));
});

describe('suppress :: pins', it => {
	const note = (selector: Partial<WaiverSelector>, over: Partial<Waiver> = {}) =>
		run([waiver(selector, over)], WHOLE, [cert, key, grant]).waivers[0]?.note;
	it('a credential by its name alone is refused', () =>
		assert.equal(one({ policy: EXPIRES, subject: 'certificate of alice' }), ['invalid', []]));
	it('says the fingerprint to write where there is one', () =>
		assert.is(
			note({ policy: EXPIRES, subject: 'certificate of alice' }),
			`it covers any credential that is issued under that name: add fingerprint: ${SHA}`,
		));
	it('says none where there are several', () =>
		assert.match(
			run([waiver({ policy: EXPIRES, subject: 'alice' })]).waivers[0]?.note ?? '',
			/each one by its fingerprint/,
		));
	it('is refused before there is any, where its policies judge credentials only', () =>
		assert.equal(one({ policy: EXPIRES, subject: 'carol' }), ['invalid', []]));
	it('broad does not make a name a pin', () =>
		assert.equal(one({ subject: 'alice' }, { isBroad: true }), ['invalid', []]));
	it('a cluster is no pin either', () =>
		assert.equal(one({ policy: EXPIRES, cluster: 'prod-eu' }), ['invalid', []]));
	it('a cluster may be waived as a whole where that is said, and is reported', () =>
		assert.equal(one({ cluster: 'prod-eu' }, { isBroad: true }), [
			'too_broad',
			ids(cert, renewed, key, grant),
		]));
	it('a pinned finding of a policy for credentials needs no more', () =>
		assert.equal(one({ policy: 'credential/*', finding: cert.id }), ['active', ids(cert)]));
});

describe('suppress :: places', it => {
	const NOTE =
		'it covers whatever stands at that place: nothing of such a credential tells it from the next one';
	const held = (uid: string) => finding({ policyId: 'credential/expires_soon', subject: subject({ uid }) });
	const opaque = held('kubeconfig:1');
	const note = (of: Finding, selector: Partial<WaiverSelector>, over: Partial<Waiver> = {}) => {
		const [row] = run([waiver(selector, over)], WHOLE, [of]).waivers;
		return [row?.state, row?.note];
	};
	it('a waiver of what has no pin says so, by finding', () =>
		assert.equal(note(opaque, { finding: opaque.id }), ['active', NOTE]));
	it('a waiver of what has no pin says so, by fingerprint', () =>
		assert.equal(note(opaque, { fingerprint: 'kubeconfig:1' }), ['active', NOTE]));
	for (const uid of [`x509:${SHA}`, 'jwt:1', 'bootstrap:1', 'secret:1'])
		it(`${uid.split(':')[0]} pins itself`, () => {
			const of = held(uid);
			assert.equal(note(of, { finding: of.id }), ['active', '']);
		});
	it('a cluster block is no credential', () => {
		const block = finding({
			policyId: PRIVILEGE,
			subject: subject({ kind: 'connection', uid: 'kubeconfig:1' }),
		});
		assert.equal(note(block, { finding: block.id }), ['active', '']);
	});
	it('one that has expired covers nothing any more', () =>
		assert.equal(note(opaque, { finding: opaque.id }, { expires: NOW }), ['expired', '']));
});

describe('suppress :: everything', it => {
	const EVERYTHING: Partial<WaiverSelector>[] = [
		{ policy: '*' },
		{ policy: '**' },
		{ policy: '*/*' },
		{ cluster: '*' },
		{ policy: '*', cluster: '*', subject: '*', namespace: '***' },
		{},
	];
	for (const selector of EVERYTHING) {
		const name = JSON.stringify(selector);
		it(`${name} is refused`, () => assert.equal(one(selector), ['invalid', []]));
		it(`${name} suppresses where that is said, and is reported`, () =>
			assert.equal(one(selector, { isBroad: true }), ['too_broad', ids(cert, renewed, key, grant, abroad)]));
	}
	it('its record says that it is broad, and that of a refused one does not', () =>
		assert.equal(
			run([waiver({ policy: '*' }, { isBroad: true }), waiver({ policy: '*' })]).records.map(
				({ waiver, matches, isExamined }) => [waiver.isBroad, matches, isExamined],
			),
			[
				[true, 5, true],
				[false, 0, false],
			],
		));
	it('broad: true on a narrow one is no matter', () =>
		assert.equal(one({ finding: grant.id }, { isBroad: true }), ['active', ids(grant)]));
});

describe('suppress :: broad', it => {
	const single = { ...WHOLE, clusters: WHOLE.clusters.slice(0, 1) };
	const note = (selector: Partial<WaiverSelector>, examined = WHOLE, findings = [grant, abroad, other]) =>
		run([waiver(selector)], examined, findings).waivers[0]?.note;
	const other = finding({
		policyId: PRIVILEGE,
		subject: subject({ kind: 'grant', uid: 'b2/User//eve', name: 'RoleBinding qa/eve', identity: 'eve' }),
	});
	const OPEN: Partial<WaiverSelector>[] = [
		{ cluster: '*r*' },
		{ cluster: 'prod-eu' },
		{ cluster: '*o*-*' },
		{ subject: '*e*' },
		{ subject: 'b1/User//alice' },
		{ subject: 'b1/User//alice', cluster: 'prod-eu' },
		{ namespace: 'ci', cluster: 'prod-eu' },
		{ policy: '*', cluster: 'prod-eu', subject: 'b1/User//alice', namespace: 'ci' },
		{ policy: 'p*', cluster: 'prod-eu' },
		{ policy: '*person', cluster: 'prod-eu' },
		{ policy: 'privilege/*' },
		{ policy: 'privilege/**', cluster: 'prod-eu' },
		{ policy: 'privilege/*i*', subject: 'b1/User//alice' },
		{ policy: 'own/*' },
	];
	for (const selector of OPEN)
		for (const [where, examined] of [
			['two clusters', WHOLE],
			['the only one', single],
		] as const)
			it(`${JSON.stringify(selector)} is refused, on ${where}`, () => {
				assert.match(note(selector, examined) ?? '', /: name a policy by its id, a finding or a fingerprint/);
				assert.equal(one(selector, {}, examined), ['invalid', []]);
			});
	const CAUSES: [Partial<WaiverSelector>, string][] = [
		[{ cluster: 'prod-eu' }, 'it names no policy'],
		[{ policy: 'p*' }, 'its policy is not kept to one category'],
		[{ policy: 'privilege/*' }, 'its policy is a whole category'],
	];
	for (const [selector, cause] of CAUSES)
		it(`${JSON.stringify(selector)} is told by its cause`, () =>
			assert.is(
				note(selector),
				`${cause}: name a policy by its id, a finding or a fingerprint, or say broad: true`,
			));
	it('policies about waivers do not make the others of their category a part', () => {
		const policies = [...POLICIES, policy({ id: 'governance/no_owner', kind: 'grant' })];
		const rules = { policies, now: NOW, maxDays: 180 };
		const { waivers } = suppress([waiver({ policy: 'governance/n*' })], ALL, rules, WHOLE);
		assert.is(waivers[0]?.state, 'invalid');
	});
	const WIDE: [Partial<WaiverSelector>, string][] = [
		[{ policy: PRIVILEGE, cluster: '*' }, 'cluster'],
		[{ policy: PRIVILEGE, cluster: 'prod-*' }, 'cluster'],
		[{ policy: PRIVILEGE, subject: '**' }, 'subject'],
		[{ policy: PRIVILEGE, subject: '*e*', cluster: 'prod-eu' }, 'subject'],
	];
	for (const [selector, part] of WIDE)
		it(`${JSON.stringify(selector)} is refused: it narrows nothing`, () =>
			assert.is(
				note(selector),
				`its ${part} leaves every ${part} of the run in: name one, leave that part out, or say broad: true`,
			));
	it('such a wildcard suppresses where that is said, and is reported', () =>
		assert.equal(one({ policy: PRIVILEGE, cluster: 'prod-*' }, { isBroad: true }), [
			'too_broad',
			ids(grant, abroad),
		]));
	it('a wildcard for the one cluster or subject of a run may be meant for it', () => {
		const of = { policy: PRIVILEGE, cluster: 'prod-*', subject: 'b1/User//*' };
		const twice = finding({ ...grant, id: '', policyId: 'privilege/wildcard' });
		assert.is(note(of, single, [grant, twice]), '');
	});
	it('a name without a wildcard is no pattern, whatever it selects', () =>
		assert.is(note({ policy: PRIVILEGE, cluster: 'prod-eu', subject: 'alice' }, single, [grant]), ''));
});

describe('suppress :: unused', it => {
	const gone = { policy: PRIVILEGE, cluster: 'prod-eu', finding: 'f'.repeat(16) };
	const whole = WHOLE.clusters;
	const state = (examined: Partial<Examined>, selector: Partial<WaiverSelector> = gone) =>
		one(selector, {}, { ...WHOLE, ...examined })[0];
	const withStatus = (status: 'partial' | 'unreachable' | 'not_assessed') => ({
		clusters: [cluster({ status, sources: read }), ...whole.slice(1)],
	});
	it('where everything that it may be about was read', () => assert.is(state({}), 'unused'));
	for (const status of ['partial', 'unreachable', 'not_assessed'] as const)
		it(`not where its cluster is ${status}`, () => assert.is(state(withStatus(status)), 'not_examined'));
	it('another cluster does not matter', () =>
		assert.is(state(withStatus('unreachable'), { ...gone, cluster: 'prod-us' }), 'unused'));
	it('without a cluster it may be about any', () =>
		assert.is(state(withStatus('partial'), { ...gone, cluster: null }), 'not_examined'));
	it('not where its cluster did not turn up', () =>
		assert.is(state({ clusters: whole.slice(1) }), 'not_examined'));
	it('not where a source of its policy was not read', () =>
		assert.is(state({ clusters: [cluster({ sources: read.slice(1) })] }), 'not_examined'));
	it('not where its policy could not judge every object', () =>
		assert.is(state({ unknown: new Set([unknownKey(cluster().uid, PRIVILEGE)]) }), 'not_examined'));
	it('not where its policy is not loaded', () =>
		assert.is(state({}, { ...gone, policy: 'own/policy' }), 'not_examined'));
	it('not where the run was interrupted', () => assert.is(state({ isInterrupted: true }), 'not_examined'));
	it('not where it may stand in files that were not read', () => {
		const pinned = { policy: 'credential/*', fingerprint: 'ee'.repeat(32) };
		assert.equal([state({}, pinned), state({ hasFiles: false }, pinned)], ['unused', 'not_examined']);
	});
	it('says why it was not examined', () =>
		assert.is(
			run([waiver(gone)], { ...WHOLE, ...withStatus('partial') }).waivers[0]?.note,
			'1 cluster that it selects was not assessed whole',
		));
});

describe('suppress :: many', it => {
	it('thousands of pinned waivers over thousands of findings take no time', () => {
		const findings = Array.from({ length: 20_000 }, (_, n) =>
			finding({ id: n.toString(16).padStart(16, '0'), policyId: PRIVILEGE, subject: grant.subject }),
		);
		const waivers = findings.slice(0, 5_000).map(({ id }) => waiver({ finding: id }, { id }));
		const began = performance.now();
		assert.is(run(waivers, WHOLE, findings).suppressed.length, 5_000);
		assert.ok(performance.now() - began < 2_000);
	});
});
