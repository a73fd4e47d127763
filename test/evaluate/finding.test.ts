import { toFinding } from '../../src/evaluate/finding.ts';
import type { Verdict } from '../../src/evaluate/verdict.ts';
import { join } from '../../src/join/join.ts';
import { sha256 } from '../../src/lib/x509.ts';
import type { Policy } from '../../src/model/policy.ts';
import type { PolicyRecord, RecordKind } from '../../src/model/record.ts';
import { binding, clusterFacts, credentialOf, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { place } from '../helpers/kubeconfig-folder.ts';

const policy: Policy = {
	id: 'a/b',
	title: 'It is bad',
	description: '',
	question: '',
	why: '',
	traps: [],
	origin: null,
	severity: 'medium',
	privilegedSeverity: 'high',
	kind: 'credential',
	needs: [],
	minGrade: 'C',
	ends: 'nothing',
	remediation: 'Mend it.',
	controls: [{ framework: 'f', version: '1', id: '1.2', strength: 'exact' }],
	params: {},
};
const fail: Verdict = { policyId: 'a/b', outcome: 'fail', details: {}, gaps: [] };

const connection = {
	uid: 'c-1',
	name: 'k\n',
	server: 'http://h',
	verification: 'plain_http',
	location: place('f', 3),
} as const;
const token = credentialOf('system:serviceaccount:ci:deploy', {
	uid: 'secret:1',
	kind: 'token_secret',
	certificate: null,
	locations: [
		{ origin: 'secret', path: '', line: 0, namespace: 'ci', name: 't', mode: null, ownerUid: null },
	],
});
const nobody = credentialOf('', {
	uid: 'k:1',
	kind: 'exec_plugin',
	certificate: null,
	locations: [place('f', 9)],
});
const facts = clusterFacts({
	credentials: [credentialOf('ann', { groups: ['system:masters'] }), token, nobody],
	bindings: [binding('ops/b', 'ClusterRole x', ['Group g'])],
	connections: [connection],
});
const records = [...join(facts, NOW).records()];
const sibling = {
	cluster: { uid: 'uid-1', name: 'prod', provider: 'kubernetes', version: '', exposure: 'unknown' },
	uid: 'x509:ann',
	username: 'ann',
	sha256: '',
	ownerUid: null,
	location: 'csr ann',
} as const;
const key: PolicyRecord = {
	kind: 'key',
	now: NOW,
	cluster: sibling.cluster,
	gaps: [],
	credential: sibling,
	siblings: [],
	siblingsTotal: 0,
};

const of = (kind: RecordKind, nth = 0): PolicyRecord => {
	const record = records.filter(each => each.kind === kind)[nth];
	if (record === undefined) throw new Error(`there is no ${kind} ${nth}`);
	return record;
};

describe('toFinding', it => {
	it('everything that the policy and the record say', () =>
		assert.equal(toFinding(of('credential'), { ...fail, details: { key: 'x', secondsLeft: 3600 } }, policy), {
			id: sha256(JSON.stringify(['a/b', 'uid-1', 'x509:ann', 'x'])).slice(0, 16),
			policyId: 'a/b',
			outcome: 'fail',
			severity: 'high',
			isPrivileged: true,
			cluster: { uid: 'uid-1', name: 'prod' },
			subject: {
				kind: 'credential',
				uid: 'x509:ann',
				identity: 'ann',
				name: 'certificate of ann',
				object: { kind: 'CertificateSigningRequest', namespace: '', name: 'ann' },
				location: null,
			},
			title: 'It is bad',
			message: 'certificate of ann on prod: It is bad (left 1 h).',
			details: { key: 'x', secondsLeft: 3600 },
			gaps: [],
			grade: 'D',
			controls: policy.controls,
			remediation: {
				text: 'Mend it.',
				safe: false,
				why: 'the evidence of use is of grade D, and the policy asks for C',
			},
			status: 'new',
			firstSeen: NOW,
		}));

	it('a privilege that changes nothing is not told', () => {
		const { severity, isPrivileged } = toFinding(of('credential'), fail, {
			...policy,
			privilegedSeverity: 'medium',
		});
		assert.equal([severity, isPrivileged], ['medium', false]);
	});

	for (const [record, name, identity, object] of [
		[
			of('credential', 1),
			'long-lived token of system:serviceaccount:ci:deploy (Secret ci/t)',
			'system:serviceaccount:ci:deploy',
			'Secret ci/t',
		],
		[of('credential', 2), 'exec plugin of u', '', 'kubeconfig /u'],
		[of('grant'), 'RoleBinding ops/b, Group g', 'group:g', 'RoleBinding ops/b'],
		[of('connection'), 'cluster block k\\u{a} of f', '', 'kubeconfig /f'],
		[of('cluster'), 'cluster prod', '', 'Cluster /prod'],
		[of('identity'), 'user ann', 'ann', 'user /ann'],
		[key, 'key of ann', 'ann', 'kubeconfig /csr ann'],
	] as const) {
		it(`${record.kind} :: ${name}`, () => {
			const { subject } = toFinding(record, fail, policy);
			const { kind, namespace, name: objectName } = subject.object;
			assert.equal(
				[subject.kind, subject.name, subject.identity, `${kind} ${namespace}/${objectName}`],
				[record.kind, name, identity, object],
			);
		});
	}

	it('a file is where the finding points, wherever it stands among the places', () => {
		const { subject } = toFinding(key, fail, policy, {
			...credentialOf('ann'),
			locations: [...credentialOf('ann').locations, place('f', 9)],
		});
		assert.equal(
			[subject.kind, subject.name, subject.location],
			['key', 'certificate of ann', place('f', 9)],
		);
	});

	it('an unknown :: says why, each reason once', () => {
		const gap = (message: string) => ({ source: 'roles' as const, code: 'forbidden' as const, message });
		const said = (...messages: string[]) =>
			toFinding(of('cluster'), { ...fail, outcome: 'unknown', gaps: messages.map(gap) }, policy).message;
		assert.is(said('no', 'no', 'never'), 'cluster prod on prod: cannot be judged (no; never).');
		assert.is(said(''), 'cluster prod on prod: cannot be judged (roles forbidden).');
		assert.is(said(), 'cluster prod on prod: cannot be judged.');
	});
});

describe('toFinding :: remediation', it => {
	const usage = {
		result: 'unused',
		reason: '',
		first: null,
		last: null,
		lastAllowed: null,
		allowed: 0,
		denied: 0,
		impersonated: 0,
	} as const;
	const window = { from: NOW - 1, to: NOW, complete: true };
	const seen = (grade: 'A' | 'B' | 'C' | 'D') => ({
		...of('credential'),
		usage: { ...usage, agents: [], sources: 0, window, evidence: 'username' as const, grade },
	});
	const origin = { folder: 'own', isTrusted: false, replaces: false };
	const judged = (record: PolicyRecord | undefined, over: Partial<Policy> = {}, outcome = fail) => {
		const { grade, remediation } = toFinding(record as PolicyRecord, outcome, { ...policy, ...over });
		return [grade, remediation.safe, remediation.why];
	};

	it('safe at the grade that the policy asks for, or better', () => {
		assert.equal(judged(seen('A')), ['A', true, '']);
		assert.equal(judged(seen('C')), ['C', true, '']);
		assert.equal(judged(seen('D')), [
			'D',
			false,
			'the evidence of use is of grade D, and the policy asks for C',
		]);
		assert.equal(judged(of('credential', 1)), ['C', true, '']);
		assert.equal(judged(of('grant')), [
			'D',
			false,
			'the evidence of use is of grade D, and the policy asks for C',
		]);
	});

	it('a policy that does not judge use needs no evidence of it', () =>
		assert.equal(judged(seen('D'), { minGrade: 'none' }), ['none', true, '']));

	it('advice only from a folder that the config does not trust, and on what could not be judged', () => {
		assert.equal(judged(seen('A'), { origin }), [
			'A',
			false,
			'its policy comes from own, which the config does not trust',
		]);
		assert.equal(judged(seen('A'), { origin: { ...origin, isTrusted: true } }), ['A', true, '']);
		assert.equal(judged(seen('A'), {}, { ...fail, outcome: 'unknown' }), [
			'A',
			false,
			'nothing is ended on what could not be judged',
		]);
	});
});

describe('toFinding :: id', it => {
	it('the same for the same thing, another for any other part', () => {
		const id = (details = {}, policyId = 'a/b', record = of('credential')) =>
			toFinding(record, { ...fail, details }, { ...policy, id: policyId }).id;
		assert.match(id(), /^[0-9a-f]{16}$/);
		assert.is(id({ secondsLeft: 1 }), id({ secondsLeft: 2 }));
		const elsewhere = { ...of('credential'), cluster: { ...sibling.cluster, uid: 'uid-2' } };
		const others = [
			id({ key: 'k' }),
			id({}, 'a/c'),
			id({}, 'a/b', of('credential', 1)),
			id({}, 'a/b', elsewhere),
		];
		assert.is(new Set([id(), ...others]).size, 5);
	});
});
