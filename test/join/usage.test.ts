import { indexIdentities } from '../../src/join/identities.ts';
import { join } from '../../src/join/join.ts';
import { indexUsage } from '../../src/join/usage.ts';
import { DAY, HOUR } from '../../src/lib/epoch.ts';
import type { AuditActor, AuditTrail } from '../../src/model/audit.ts';
import type { CloudState, Credential, Facts } from '../../src/model/facts.ts';
import type { Usage } from '../../src/model/record.ts';
import {
	actor,
	auditedFacts,
	CONTROLLER,
	SILENT,
	stream,
	trail,
	usage,
	WINDOW,
} from '../helpers/audit-trail.ts';
import { certificate, clusterFacts, credentialOf, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

const sha = (digit: string) => digit.repeat(64);
const id = (digit: string) => `X509SHA256=${sha(digit)}`;
const YEAR = 365 * DAY;

/** A client certificate of a year ago. */
function held(username: string, digit: string, rest: Partial<Credential> = {}): Credential {
	return credentialOf(username, {
		uid: `x509:${sha(digit)}`,
		certificate: { ...certificate, sha256: sha(digit) },
		notBefore: NOW - YEAR,
		notAfter: NOW + YEAR,
		createdAt: NOW - YEAR,
		...rest,
	});
}

/** A token Secret `ci/name` of the account `ci/deploy`. */
function secret(name: string, rest: Partial<Credential> = {}): Credential {
	return credentialOf('system:serviceaccount:ci:deploy', {
		uid: `secret:${name}`,
		kind: 'token_secret',
		certificate: null,
		serviceAccount: { namespace: 'ci', name: 'deploy', uid: 'sa-1' },
		notBefore: NOW - YEAR,
		notAfter: null,
		createdAt: NOW - YEAR,
		locations: [{ origin: 'secret', path: '', line: 0, namespace: 'ci', name, mode: null, ownerUid: null }],
		...rest,
	});
}

/** Somebody else, by certificate. */
const OTHER = actor('zoe', { credentialId: id('f') });

const CI = { userUid: 'sa-1' };
const ci = (rest: Partial<AuditActor> = {}) => actor('system:serviceaccount:ci:deploy', { ...CI, ...rest });

function usageOf(credential: Credential, audit: AuditTrail | null, rest: Partial<Facts> = {}): Usage | null {
	const facts = { ...auditedFacts(trail([])), credentials: [credential], audit, ...rest };
	return indexUsage(facts, name => name).ofCredential(credential);
}

const unused = (rest: Partial<Usage> = {}) => usage({ ...SILENT, result: 'unused', ...rest });
const unavailable = (reason: string, rest: Partial<Usage> = {}) =>
	usage({
		...SILENT,
		result: 'unavailable',
		reason,
		window: { ...WINDOW, complete: false },
		evidence: 'none',
		grade: 'D',
		...rest,
	});

describe('indexUsage :: certificates', it => {
	const ann = held('ann', 'a');
	const byUser = { evidence: 'username', grade: 'B' } as const;
	const cases: [string, AuditActor[], Usage][] = [
		['used by its id', [actor('ann', { credentialId: id('a') })], usage()],
		[
			'unused: the other certificate of the same user was used',
			[actor('ann', { credentialId: id('b') })],
			unused(),
		],
		['unused: the log names certificates, and the user is not in it', [OTHER], unused()],
		['unused by its user: the log names tokens alone', [], unused(byUser)],
		['without ids :: used by its user', [actor('ann')], usage(byUser)],
		[
			'one event without an id among those that name another',
			[actor('ann', { credentialId: id('b'), allowed: 7 }), actor('ann', { first: NOW - 20 * DAY })],
			usage({ ...byUser, allowed: 12, denied: 2, first: NOW - 20 * DAY }),
		],
		[
			'one event without an id beside its own: the later one may be its as well',
			[actor('ann', { credentialId: id('a'), last: NOW - 9 * DAY }), actor('ann', { first: NOW - 2 * DAY })],
			usage({ ...byUser, allowed: 10, denied: 2 }),
		],
		[
			'summed over several logins',
			[
				actor('ann', { credentialId: id('a'), agents: ['b', 'a'], sources: ['1', '2'], sourcesTotal: 2 }),
				actor('ann', {
					credentialId: id('a'),
					last: NOW - 2 * HOUR,
					agents: ['c', 'a'],
					sources: ['2', '3'],
					sourcesTotal: 80,
				}),
			],
			usage({ last: NOW - 2 * HOUR, allowed: 10, denied: 2, agents: ['a', 'b', 'c'], sources: 80 }),
		],
		[
			'impersonation of its user is no use of it',
			[
				OTHER,
				actor('ann', { impersonator: 'root', credentialId: id('a') }),
				actor('ann', { impersonator: 'root' }),
			],
			unused(),
		],
	];
	for (const [name, actors, expected] of cases)
		it(name, () => assert.equal(usageOf(ann, trail(actors)), expected));

	it('the same user with two live certificates, one used: the other is unused at grade A', () => {
		const facts = auditedFacts(trail([actor('ann', { credentialId: id('a') })]), {
			credentials: [ann, held('ann', 'b')],
		});
		const { ofCredential } = indexUsage(facts, name => name);
		assert.equal(facts.credentials.map(ofCredential), [usage(), unused()]);
	});

	it('the same, with ids stripped from the log: both are used by their user at grade B', () => {
		const actors = [{ ...CONTROLLER, credentialId: '' }, actor('ann')];
		const facts = auditedFacts(trail([], { actors }), { credentials: [ann, held('ann', 'b')] });
		const { ofCredential } = indexUsage(facts, name => name);
		assert.equal(facts.credentials.map(ofCredential), [usage(byUser), usage(byUser)]);
	});

	it('ids stripped, and the user is not in it: unused at grade B', () => {
		const audit = trail([], { actors: [{ ...CONTROLLER, credentialId: '' }] });
		assert.equal(usageOf(ann, audit), unused(byUser));
	});

	it('says of a young one that it is younger than the evidence', () => {
		const issued = NOW - 3 * DAY;
		const reason = 'it was issued on 2025-12-29, after the evidence begins';
		assert.equal(
			usageOf(held('ann', 'a', { notBefore: issued, createdAt: null }), trail([OTHER])),
			unused({ reason }),
		);
		// A certificate may be dated back; its request is not.
		assert.equal(usageOf(held('ann', 'a', { createdAt: issued }), trail([OTHER])), unused({ reason }));
	});

	it('says nothing of one that was issued after the evidence ends', () => {
		const reason = 'the evidence ends before it was issued';
		assert.equal(usageOf(held('ann', 'a', { notBefore: WINDOW.to }), trail([])), unavailable(reason));
	});

	it('keeps at most 20 agents, sorted', () => {
		const agents = Array.from({ length: 15 }, (_, at) => String.fromCharCode(97 + at));
		const actors = [
			actor('ann', { credentialId: id('a'), agents }),
			actor('ann', { credentialId: id('a'), agents: agents.map(agent => `${agent}2`) }),
		];
		const expected = [...agents, ...agents.map(agent => `${agent}2`)].sort().slice(0, 20);
		assert.equal(usageOf(ann, trail(actors))?.agents, expected);
	});

	it('null where nobody was asked', () => assert.is(usageOf(ann, null), null));
});

describe('indexUsage :: evidence that is not whole', it => {
	const ann = held('ann', 'a');
	const seen = [actor('ann', { credentialId: id('a') })];
	const short = { ...WINDOW, complete: false };
	const hole = { from: NOW - 5 * DAY, to: NOW - 4 * DAY };
	const partial: [string, Partial<AuditTrail>, Partial<Facts>, string][] = [
		[
			'a hole',
			{ streams: [stream({ holes: [hole], holesTotal: 3 })] },
			{},
			'/var/log/audit.log has 3 holes of over an hour, the longest of 1 d from 2025-12-27T00:00:00Z',
		],
		[
			'over one malformed line in a hundred',
			{ streams: [stream({ events: 989, malformed: 11 })] },
			{},
			'11 of 1000 lines of /var/log/audit.log are no events, more than 1 in 100',
		],
		[
			'a file that could not be read',
			{ streams: [stream({ problems: ['a.log: EACCES'] })] },
			{},
			'/var/log/audit.log: a.log: EACCES',
		],
		['fewer logs than API servers', {}, { apiServers: 3 }, '1 audit log for 3 API servers'],
		[
			'API servers that nobody counted',
			{},
			{ apiServers: null },
			'how many API servers write an audit log is not known',
		],
		[
			'a policy that nobody declared',
			{ policy: null },
			{},
			'what the audit policy leaves out is not known; --audit-policy declares it',
		],
		[
			'a policy that drops requests',
			{ policy: { dropsRequests: true, users: [], groups: [], resources: [] } },
			{},
			'the audit policy leaves out requests of anybody',
		],
		[
			'a policy that drops its user',
			{ policy: { dropsRequests: false, users: ['ann'], groups: [], resources: [] } },
			{},
			'the audit policy leaves out requests of ann',
		],
		[
			'a policy that drops everybody who logs in',
			{ policy: { dropsRequests: false, users: [], groups: ['system:authenticated'], resources: [] } },
			{},
			'the audit policy leaves out requests of the group system:authenticated',
		],
	];
	for (const [name, audit, facts, reason] of partial) {
		it(`${name} :: what was seen stays used, at grade C`, () =>
			assert.equal(usageOf(ann, trail(seen, audit), facts), usage({ reason, window: short, grade: 'C' })));
		it(`${name} :: what was not seen is unavailable`, () =>
			assert.equal(usageOf(ann, trail([OTHER], audit), facts), unavailable(reason)));
	}

	it('a policy that drops another user or group leaves this one whole', () => {
		const policy = { dropsRequests: false, users: ['bob'], groups: ['ops', 'system:nodes'], resources: [] };
		assert.equal(usageOf(ann, trail([OTHER], { policy })), unused());
		const reason = 'the audit policy leaves out requests of the group ops';
		assert.equal(usageOf({ ...ann, groups: ['ops'] }, trail([OTHER], { policy })), unavailable(reason));
		const node = held('system:node:n1', 'a');
		const nodes = 'the audit policy leaves out requests of the group system:nodes';
		assert.equal(usageOf(node, trail([], { policy })), unavailable(nodes));
	});

	it('a policy that drops events of anybody: robots may write nothing else', () => {
		const policy = { dropsRequests: false, users: [], groups: [], resources: ['events'] };
		const reason = 'the audit policy leaves out requests for events of anybody';
		const audit = trail([OTHER], { policy });
		assert.equal(usageOf(ann, audit), unused({ reason }));
		assert.equal(usageOf(ann, trail([actor('ann', { credentialId: id('a') })], { policy })), usage());
		const late = usageOf({ ...ann, notBefore: NOW - 9 * DAY, createdAt: null }, audit);
		assert.equal(late?.result, 'unused');
		assert.match(late?.reason ?? '', /after the evidence begins; the audit policy leaves out/);
		assert.equal(usageOf(secret('one'), audit), unavailable(reason));
		assert.is(usageOf(secret('one'), trail([ci({ tokenSecret: 'ci/one' })], { policy }))?.result, 'used');
		assert.equal(
			usageOf(secret('one'), trail([ci({ tokenSecret: 'ci/two' })], { policy })),
			unavailable(reason),
		);
		const hostile = { ...policy, resources: ['a\nb'.repeat(999)] };
		assert.not.match(usageOf(ann, trail([], { policy: hostile }))?.reason ?? '', /\n|.{300}/);
	});

	it('exactly one malformed line in a hundred is whole', () => {
		assert.equal(
			usageOf(ann, trail([OTHER], { streams: [stream({ events: 990, malformed: 10 })] })),
			unused(),
		);
	});

	it('a hole outside the common window is none', () => {
		const before = { from: WINDOW.from - 2 * DAY, to: WINDOW.from - DAY };
		const early = stream({
			window: { ...WINDOW, from: WINDOW.from - 9 * DAY },
			holes: [before],
			holesTotal: 1,
		});
		const audit = trail([OTHER], { streams: [early, stream()] });
		assert.equal(usageOf(ann, audit, { apiServers: 2 }), unused());
		// One that is not listed may lie anywhere.
		const hidden = trail([], { streams: [{ ...early, holesTotal: 2 }, stream()] });
		const reason =
			'/var/log/audit.log has 1 hole of over an hour, the longest of 1 d from 2025-09-01T00:00:00Z';
		assert.equal(usageOf(ann, hidden, { apiServers: 2 }), unavailable(reason));
	});

	it('logs of several API servers count where they overlap', () => {
		const late = stream({ window: { from: WINDOW.from + DAY, to: WINDOW.to } });
		const early = stream({ window: { from: WINDOW.from, to: WINDOW.to - DAY } });
		const window = { from: WINDOW.from + DAY, to: WINDOW.to - DAY, complete: true };
		assert.equal(
			usageOf(ann, trail([OTHER], { streams: [late, early] }), { apiServers: 2 }),
			unused({ window }),
		);
	});

	it('logs without a time in common, or without an event, prove nothing', () => {
		const first = stream({ window: { from: NOW - 9 * DAY, to: NOW - 8 * DAY } });
		const second = stream({ window: { from: NOW - 7 * DAY, to: NOW - DAY } });
		const none = { from: null, to: null, complete: false };
		const apart = unavailable('the audit logs have no time in common', { window: none });
		assert.equal(usageOf(ann, trail([OTHER], { streams: [first, second] }), { apiServers: 2 }), apart);
		const empty = stream({ name: 'b.log', events: 0, window: null });
		assert.equal(
			usageOf(ann, trail([OTHER], { streams: [stream(), empty] }), { apiServers: 2 }),
			unavailable('b.log has no event at all'),
		);
	});

	it('events from after the scan show a clock that is wrong', () => {
		const window = { from: WINDOW.from, to: NOW + 2 * HOUR };
		const reason = 'the audit log has events from after the scan: a clock is wrong';
		const expected = unavailable(reason, { window: { ...window, complete: false } });
		assert.equal(usageOf(ann, trail([OTHER], { streams: [stream({ window })] })), expected);
	});

	it('several reasons are told together, names made harmless', () => {
		const streams = [stream({ name: 'a\u001b[2Jb', problems: ['x\ny'] })];
		const reason = 'a\\u{1b}[2Jb: x\\u{a}y; 1 audit log for 2 API servers';
		assert.equal(usageOf(ann, trail([OTHER], { streams }), { apiServers: 2 }), unavailable(reason));
	});
});

describe('indexUsage :: whose log it is', it => {
	const ann = held('ann', 'a');
	const account = (name: string, uid: string) =>
		actor(`system:serviceaccount:kube-system:${name}`, { userUid: uid });
	const serviceAccounts = ['a', 'b', 'c'].map(name => ({
		uid: `uid of ${name}`,
		namespace: 'kube-system',
		name,
	}));
	const usageIn = (actors: AuditActor[], rest: Partial<Facts> = {}) =>
		usageOf(ann, trail([OTHER], { actors: [actor('ann', { credentialId: id('b') }), ...actors] }), {
			serviceAccounts,
			...rest,
		});

	it('accounts of the same name and another UID :: another cluster’s, even what was used', () => {
		const reason = "the audit log is another cluster's: 2 service accounts in it have another UID here";
		const others = [account('a', 'x'), account('b', 'y')];
		assert.equal(usageIn(others), unavailable(reason));
		const used = trail([], { actors: [actor('ann'), ...others] });
		assert.equal(usageOf(ann, used, { serviceAccounts }), unavailable(reason));
	});

	it('nothing in it is known here', () => {
		const reason =
			'whether the audit log is this cluster’s cannot be told: it has none of its service accounts, credentials and nodes';
		assert.equal(usageIn([]), unavailable(reason));
		assert.equal(usageIn([account('other', 'uid of a')]), unavailable(reason));
	});

	it('an account, a credential or a node of the cluster shows that it is', () => {
		assert.equal(usageIn([account('a', 'uid of a')]), unused());
		assert.equal(
			usageOf(ann, trail([OTHER], { actors: [actor('ann', { credentialId: id('a') })] }), {
				serviceAccounts,
			}),
			usage(),
		);
		const node = held('system:node:n1', 'c');
		assert.equal(
			usageIn([actor('system:node:n1', { credentialId: id('d') })], { credentials: [ann, node] }),
			unused(),
		);
	});

	it('what only a log told proves nothing', () => {
		const [place] = ann.locations;
		const told = held('bob', 'b', { locations: place ? [{ ...place, origin: 'ledger' }] : [] });
		assert.is(usageIn([], { credentials: [ann, told] })?.grade, 'D');
	});

	it('an account that was made anew was its old self before', () => {
		const old = { ...account('a', 'old'), first: NOW - 90 * DAY, last: NOW - 50 * DAY };
		const own = { ...account('a', 'uid of a'), first: NOW - 50 * DAY };
		assert.equal(usageIn([old, own]), unused());
	});

	it('two clusters in one log :: not whole', () => {
		const reason =
			"part of the audit log may be another cluster's: 1 service account in it has another UID here";
		const both = [account('a', 'uid of a'), account('b', 'uid of b'), account('a', 'x')];
		assert.equal(usageIn(both), unavailable(reason));
	});
});

describe('indexUsage :: tokens', it => {
	const byUser = { evidence: 'username', grade: 'B' } as const;

	it('a token Secret by its name in the log', () => {
		const audit = trail([ci({ tokenSecret: 'ci/one' })]);
		assert.equal(usageOf(secret('one'), audit), usage());
		assert.equal(usageOf(secret('two'), audit), unused());
		assert.equal(
			usageOf(
				secret('one', {
					locations: [
						{
							origin: 'secret',
							path: '',
							line: 0,
							namespace: 'web',
							name: 'one',
							mode: null,
							ownerUid: null,
						},
					],
				}),
				audit,
			),
			unused(),
		);
	});

	it('an event of the account without any name may be of any of its tokens', () => {
		const audit = trail([ci({ tokenSecret: 'ci/one' }), ci()]);
		const both = usage({ ...byUser, allowed: 10, denied: 2 });
		assert.equal(usageOf(secret('one'), audit), both);
		assert.equal(usageOf(secret('two'), audit), both);
	});

	it('an event that names another token, which the reader did not keep, is not its', () => {
		assert.equal(usageOf(secret('one'), trail([ci({ hasOtherId: true })])), unused());
	});

	it('of an account that was made anew only the same one counts', () => {
		const audit = trail([ci({ userUid: 'sa-0' })]);
		assert.equal(usageOf(secret('one'), audit), unused());
	});

	it('a bound token by its id, else by its user', () => {
		const token = credentialOf('system:serviceaccount:ci:deploy', {
			kind: 'bound_token',
			certificate: null,
			serviceAccount: { namespace: 'ci', name: 'deploy', uid: 'sa-1' },
			notBefore: NOW - YEAR,
			createdAt: NOW - YEAR,
		});
		const audit = trail([ci({ credentialId: 'JTI=1' })]);
		assert.equal(usageOf({ ...token, tokenId: '1' }, audit), usage());
		assert.equal(usageOf({ ...token, tokenId: '2' }, audit), unused());
		assert.equal(usageOf(token, audit), usage(byUser));
	});

	it('a credential of nobody knows whom has no evidence', () => {
		const token = credentialOf('', { kind: 'static_token', certificate: null });
		assert.equal(usageOf(token, trail([])), unavailable('who logs in with it is not known'));
	});

	const label = (lastUsed: number) =>
		usage({
			...SILENT,
			reason: 'a label of its Secret says the day alone',
			last: lastUsed,
			window: { from: null, to: null, complete: false },
			evidence: 'token_label',
			grade: 'C',
		});

	it('the label of a token Secret, where no log was given', () => {
		assert.equal(usageOf(secret('one', { lastUsed: NOW - 90 * DAY }), null), label(NOW - 90 * DAY));
		assert.is(usageOf(secret('one'), null), null);
	});

	it('a whole log outweighs the label, unless the label is of a later day', () => {
		assert.equal(usageOf(secret('one', { lastUsed: NOW - 200 * DAY }), trail([])), unused());
		assert.equal(usageOf(secret('one', { lastUsed: NOW - 3 * DAY }), trail([])), label(NOW - 3 * DAY));
		const used = trail([ci({ tokenSecret: 'ci/one', last: NOW - 2 * DAY + HOUR })]);
		assert.equal(
			usageOf(secret('one', { lastUsed: NOW - 2 * DAY }), used),
			usage({ last: NOW - 2 * DAY + HOUR }),
		);
		assert.equal(usageOf(secret('one', { lastUsed: NOW - DAY }), used), label(NOW - DAY));
	});

	it('the label outweighs a log that is not whole', () => {
		const policy = null;
		assert.equal(
			usageOf(secret('one', { lastUsed: NOW - 200 * DAY }), trail([], { policy })),
			label(NOW - 200 * DAY),
		);
	});
});

describe('indexUsage :: the cloud’s seven days', it => {
	const kubeconfig = (activity: CloudState['activity']) =>
		credentialOf('2012345678901234', {
			kind: 'cloud_kubeconfig',
			certificate: null,
			notBefore: NOW - YEAR,
			createdAt: null,
			cloud: {
				accountId: '2012345678901234',
				accountType: 'ram_user',
				accountState: 'active',
				accountName: 'ann',
				displayName: 'Ann',
				cloudService: '',
				certState: 'Unexpired',
				revokable: true,
				clusterState: 'running',
				activity,
			},
		});
	const week = usage({
		...SILENT,
		reason: "the cloud's own look at seven days",
		window: { from: NOW - 7 * DAY, to: NOW, complete: true },
		evidence: 'cloud_activity',
		grade: 'C',
	});

	it('three answers, the last of them is none', () => {
		const of = (activity: CloudState['activity']) => usageOf(kubeconfig(activity), null);
		assert.equal(of({ answer: 'no_record', last: null, reason: '' }), { ...week, result: 'unused' });
		assert.equal(of({ answer: 'records_found', last: NOW - DAY, reason: '' }), { ...week, last: NOW - DAY });
		const reason = 'the cloud could not look at its last seven days (auditing_off)';
		const none = { from: null, to: null, complete: false };
		assert.equal(
			of({ answer: 'failed', last: null, reason: 'auditing_off' }),
			unavailable(reason, { window: none }),
		);
		assert.is(of(null), null);
	});

	it('a record refutes a log that claims silence', () => {
		const found = kubeconfig({ answer: 'records_found', last: null, reason: '' });
		assert.equal(usageOf(found, trail([])), { ...week });
		const quiet = kubeconfig({ answer: 'no_record', last: null, reason: '' });
		assert.equal(usageOf(quiet, trail([])), unused({ evidence: 'username', grade: 'B' }));
	});

	it('its log names the certificate, by a suffix that no list tells', () => {
		const one = kubeconfig(null);
		const facts = auditedFacts(trail([actor('2012345678901234-1700000000', { credentialId: id('a') })]), {
			credentials: [one],
		});
		const cluster = { ...facts.cluster, provider: 'alibaba' as const };
		const joined = join({ ...facts, cluster }, NOW);
		assert.equal(joined.usage.ofCredential(one), usage({ evidence: 'username', grade: 'B' }));
	});
});

describe('indexUsage :: identities', it => {
	const byUser = { evidence: 'username', grade: 'B' } as const;
	const usageOfUser = (username: string, audit: AuditTrail, rest: Partial<Facts> = {}) => {
		const facts = auditedFacts(audit, rest);
		const identity = indexIdentities(facts).ofCredential(credentialOf(username));
		return indexUsage(facts, name => name).ofIdentity(identity);
	};

	it('all logins of the name, and what others did in it', () => {
		const actors = [
			actor('ann', { credentialId: id('a') }),
			actor('ann', { credentialId: id('b') }),
			actor('ann', { impersonator: 'root', allowed: 3, denied: 0 }),
			actor('bob'),
		];
		const expected = usage({ ...byUser, allowed: 13, denied: 2, impersonated: 3 });
		assert.equal(usageOfUser('ann', trail(actors)), expected);
		assert.equal(usageOfUser('carol', trail(actors)), unused(byUser));
	});

	it('its own last request that was let through, apart from refused ones and those of others', () => {
		const refused = actor('ann', { credentialId: id('a'), lastAllowed: NOW - 5 * DAY });
		const others = actor('ann', { impersonator: 'root', allowed: 3, denied: 0 });
		const own = usage({ ...byUser, lastAllowed: NOW - 5 * DAY });
		assert.equal(usageOfUser('ann', trail([refused])), own);
		assert.is(usageOfUser('ann', trail([refused, others]))?.lastAllowed, NOW - 5 * DAY);
		const impersonated = { ...byUser, lastAllowed: null, allowed: 3, denied: 0, impersonated: 3 };
		assert.equal(usageOfUser('ann', trail([others])), usage(impersonated));
	});

	it('of a service account the one that there is', () => {
		const serviceAccounts = [
			{ uid: 'sa-1', namespace: 'ci', name: 'deploy' },
			{ uid: 'uid of namespace-controller', namespace: 'kube-system', name: 'namespace-controller' },
		];
		const old = ci({ userUid: 'sa-0', first: NOW - 90 * DAY, last: NOW - 80 * DAY });
		const name = 'system:serviceaccount:ci:deploy';
		// It is no older than the last event of its old self.
		const window = { from: NOW - 80 * DAY, to: WINDOW.to, complete: true };
		assert.equal(usageOfUser(name, trail([old, ci()]), { serviceAccounts }), usage({ ...byUser, window }));
		assert.equal(
			usageOfUser(name, trail([old, ci(), ci({ userUid: '', impersonator: 'root' })]), { serviceAccounts }),
			usage({ ...byUser, window, allowed: 10, denied: 2, impersonated: 6 }),
		);
		const others = Array.from({ length: 10 }, (_, at) => ({
			uid: `uid-${at}`,
			namespace: 'a',
			name: `${at}`,
		}));
		const known = others.map(each => actor(`system:serviceaccount:a:${each.name}`, { userUid: each.uid }));
		const many = { serviceAccounts: [...serviceAccounts, ...others] };
		assert.equal(usageOfUser(name, trail([old, ...known]), many), {
			...unavailable('it was made anew within the window'),
			window: { ...window, complete: false },
		});
	});

	it('groups log in nowhere', () => {
		const facts = auditedFacts(trail([]));
		const group = { ...indexIdentities(facts).ofCredential(credentialOf('x')), type: 'group' as const };
		assert.is(indexUsage(facts, name => name).ofIdentity(group), null);
	});

	it('whoever may be in a group whose requests are left out is not judged', () => {
		const robot = 'system:serviceaccount:ci:deploy';
		for (const group of ['ops', 'system:masters', 'system:nodes-of-ours', 'system:authenticated:x']) {
			const policy = { dropsRequests: false, users: [], groups: [group], resources: [] };
			const reason = `the audit policy leaves out requests of the group ${group}`;
			assert.equal(usageOfUser('ann', trail([], { policy })), unavailable(reason));
			assert.equal(usageOfUser(robot, trail([], { policy })), unused(byUser));
		}
		const groups = ['system:nodes', 'system:unauthenticated', 'system:serviceaccounts'];
		const policy = {
			dropsRequests: false,
			users: [],
			groups: [...groups, 'system:serviceaccounts:ci'],
			resources: [],
		};
		assert.equal(usageOfUser('ann', trail([], { policy })), unused(byUser));
	});

	it('whoever may do nothing but what no log holds', () => {
		const policy = { dropsRequests: false, users: [], groups: [], resources: ['events'] };
		const reason = 'the audit policy leaves out requests for events of anybody';
		assert.equal(usageOfUser('ann', trail([], { policy })), unused({ ...byUser, reason }));
		const robot = 'system:serviceaccount:ci:deploy';
		assert.equal(usageOfUser(robot, trail([], { policy })), unavailable(reason));
	});

	it('null where no log was given', () => {
		const facts = clusterFacts();
		const identity = indexIdentities(facts).ofCredential(credentialOf('ann'));
		assert.is(indexUsage(facts, name => name).ofIdentity(identity), null);
	});
});
