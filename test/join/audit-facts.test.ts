import { withAudit } from '../../src/join/audit-facts.ts';
import { join } from '../../src/join/join.ts';
import { DAY } from '../../src/lib/epoch.ts';
import type { Credential, Facts, Issuance } from '../../src/model/facts.ts';
import type { CredentialRecord } from '../../src/model/record.ts';
import { actor, auditedFacts, CONTROLLER, stream, trail, WINDOW } from '../helpers/audit-trail.ts';
import { certificate, clusterFacts, credentialOf, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

const sha = (digit: string) => digit.repeat(64);
const id = (digit: string) => `X509SHA256=${sha(digit)}`;

/** A client certificate, met at a place of `origin`. */
function held(username: string, digit: string, origin: 'csr' | 'ledger' | 'kubeconfig' = 'csr'): Credential {
	return credentialOf(username, {
		uid: `x509:${sha(digit)}`,
		certificate: { ...certificate, sha256: sha(digit) },
		locations: [{ origin, path: '', line: 0, namespace: '', name: username, mode: null, ownerUid: null }],
	});
}

const issuance: Issuance = {
	signerName: 'kubernetes.io/kube-apiserver-client',
	requester: 'bob',
	requesterCredentialIds: [id('b')],
	approver: 'carol',
	decision: 'approved',
	expirationSeconds: 3600,
};

const usageStatus = ({ sources }: Facts) => sources.filter(({ source }) => source === 'usage');
const gapsOf = ({ gaps }: Facts) =>
	gaps.map(({ source, code, message, subject }) => [source, code, message, subject]);

function recordOf(facts: Facts, uid: string): CredentialRecord | undefined {
	return [...join(withAudit(facts), NOW).records()].find(
		(record): record is CredentialRecord => record.kind === 'credential' && record.credential.uid === uid,
	);
}

describe('withAudit', it => {
	it('leaves facts without a log and a ledger as they are', () => {
		const facts = clusterFacts();
		assert.is(withAudit(facts), facts);
	});

	it('a whole log: the cluster audits, and nothing is missing', () => {
		const facts = withAudit(auditedFacts(trail([])));
		assert.equal(facts.cluster.auditing, { state: 'on', ...WINDOW, credentialIds: true });
		assert.equal(usageStatus(facts), [{ source: 'usage', status: 'complete', count: 1000 }]);
		assert.equal(facts.gaps, []);
		const bare = withAudit(auditedFacts(trail([], { actors: [{ ...CONTROLLER, credentialId: '' }] })));
		assert.equal(bare.cluster.auditing, { state: 'on', ...WINDOW, credentialIds: false });
	});

	it('each reason is a gap', () => {
		const facts = withAudit(auditedFacts(trail([], { policy: null }), { apiServers: 2 }));
		assert.equal(usageStatus(facts), [{ source: 'usage', status: 'partial', count: 1000 }]);
		assert.equal(gapsOf(facts), [
			['usage', 'partial', '1 audit log for 2 API servers', ''],
			['usage', 'partial', 'what the audit policy leaves out is not known; --audit-policy declares it', ''],
		]);
	});

	it('the log of another cluster adds nothing but the gap', () => {
		const others = [{ ...CONTROLLER, userUid: 'x' }, actor('eve', { credentialId: id('e') })];
		const audit = trail([], { actors: others, issued: [held('eve', 'd', 'ledger')] });
		const before = auditedFacts(audit);
		const facts = withAudit(before);
		assert.equal(facts.credentials, []);
		assert.equal(facts.cluster, before.cluster);
		assert.equal(usageStatus(facts), [{ source: 'usage', status: 'unavailable', count: 1000 }]);
		const reason = "the audit log is another cluster's: 1 service account in it has another UID here";
		assert.equal(gapsOf(facts), [['usage', 'partial', reason, '']]);
	});

	it('an empty log of a cluster whose auditing is off says so', () => {
		const empty = [stream({ events: 0, window: null, name: 'a.log' })];
		const facts = auditedFacts(trail([], { actors: [], streams: empty }));
		const auditing = { ...facts.cluster.auditing, state: 'off' as const };
		const off = withAudit({ ...facts, cluster: { ...facts.cluster, auditing } });
		assert.equal([...new Set(off.gaps.map(({ code }) => code))], ['auditing_off']);
		assert.equal(off.cluster.auditing, auditing);
	});

	it('a user whose requests are left out is a gap of that user, and of what it logs in with', () => {
		const policy = { dropsRequests: false, users: ['ann'], groups: [], resources: [] };
		const facts = withAudit(
			auditedFacts(trail([], { policy }), { credentials: [held('ann', 'a'), held('bob', 'b')] }),
		);
		const reason = 'the audit policy leaves out requests of ann';
		assert.equal(gapsOf(facts), [
			['usage', 'partial', reason, 'ann'],
			['usage', 'partial', reason, `x509:${sha('a')}`],
		]);
		assert.is(usageStatus(facts)[0]?.status, 'complete');
	});

	it('parts of Kubernetes and strangers whose requests are left out are no gap', () => {
		const policy = {
			dropsRequests: false,
			users: ['system:kube-proxy', 'kubelet'],
			groups: ['system:nodes'],
			resources: [],
		};
		const facts = withAudit(auditedFacts(trail([], { policy }), { credentials: [held('bob', 'b')] }));
		assert.equal(gapsOf(facts), []);
	});

	it('requests without a body are a gap of the history, where one is kept', () => {
		const audit = trail([], { opaqueRequests: 2 });
		const message =
			'2 certificate requests in the audit log without request and certificate: log certificatesigningrequests with their status and approval at level RequestResponse';
		assert.equal(gapsOf(withAudit(auditedFacts(audit))), [['history', 'not_configured', message, '']]);
		const kept = auditedFacts(audit, { ledger: { since: NOW, credentials: [] } });
		assert.equal(gapsOf(withAudit(kept)), [['history', 'partial', message, '']]);
	});

	it('a certificate that the log alone names becomes a credential, once', () => {
		const [known, told, kept] = [held('ann', 'a'), held('bob', 'b', 'ledger'), held('carol', 'c', 'ledger')];
		const actors = ['a', 'b', 'c'].map(digit => actor(digit, { credentialId: id(digit) }));
		const strange = [
			actor('zoe', { credentialId: id('e') }),
			actor('eve', { credentialId: id('e') }),
			actor('ann', { credentialId: id('d'), impersonator: 'root' }),
			actor('mal', { credentialId: 'X509SHA256=../../x' }),
			actor('tok', { credentialId: 'JTI=1' }),
		];
		const facts = withAudit(
			auditedFacts(trail([...actors, ...strange], { issued: [told] }), {
				credentials: [known],
				ledger: { since: NOW - 30 * DAY, credentials: [kept] },
			}),
		);
		const seen: Credential = {
			...credentialOf('eve', { state: 'unknown', certificate: null, notBefore: null, notAfter: null }),
			uid: `x509:${sha('e')}`,
			createdAt: null,
			locations: [
				{ origin: 'audit', path: '', line: 0, namespace: '', name: '', mode: null, ownerUid: null },
			],
		};
		assert.equal(facts.credentials, [known, kept, told, seen]);
	});

	it('a ledger alone adds its certificates', () => {
		const kept = held('carol', 'c', 'ledger');
		const facts = withAudit(clusterFacts({ ledger: { since: 5, credentials: [kept] } }));
		assert.equal(facts.credentials, [kept]);
		assert.is(recordOf(facts, kept.uid)?.ledgerSince, 5);
	});

	it('what was read of saved facts adds the same again', () => {
		const facts = auditedFacts(trail([actor('eve', { credentialId: id('e') })]));
		const once = withAudit(facts);
		assert.equal(withAudit(once).credentials, once.credentials);
	});
});

describe('join :: certificates and what they were requested with', it => {
	const parent = held('bob', 'b', 'kubeconfig');
	const child = { ...held('ann', 'a', 'ledger'), issuance };

	it('names the parent, which the log itself may have told', () => {
		const facts = auditedFacts(trail([], { issued: [child] }), { credentials: [parent] });
		assert.equal(recordOf(facts, child.uid)?.parent, {
			uid: parent.uid,
			username: 'bob',
			state: 'effective',
		});
		const told = auditedFacts(trail([actor('bob', { credentialId: id('b') })], { issued: [child] }));
		assert.equal(recordOf(told, child.uid)?.parent, { uid: parent.uid, username: 'bob', state: 'unknown' });
	});

	it('null where no request names one that is known', () => {
		const facts = auditedFacts(trail([], { issued: [child] }));
		assert.is(recordOf(facts, child.uid)?.parent, null);
		assert.is(recordOf(auditedFacts(trail([]), { credentials: [parent] }), parent.uid)?.parent, null);
	});

	it('a live request learns its approver from the log', () => {
		const live = {
			...held('ann', 'a'),
			issuance: { ...issuance, approver: '', requesterCredentialIds: [] },
		};
		const facts = auditedFacts(trail([], { issued: [child] }), { credentials: [live] });
		const record = recordOf(facts, child.uid);
		assert.equal(record?.credential.issuance, issuance);
		assert.equal(
			record?.credential.locations.map(({ origin }) => origin),
			['csr', 'ledger'],
		);
	});
});
