import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadBundle } from '../../src/evaluate/bundle.ts';
import { openMemory, scopeOf } from '../../src/history.ts';
import { emptyCluster } from '../../src/lib/empty-facts.ts';
import { DAY, HOUR } from '../../src/lib/epoch.ts';
import type { AuditTrail } from '../../src/model/audit.ts';
import type { DirectoryIdentity, Facts } from '../../src/model/facts.ts';
import type { Report } from '../../src/model/report.ts';
import type { ScanRequest } from '../../src/model/scan.ts';
import { openHistory } from '../../src/providers/history/index.ts';
import { createRoster } from '../../src/providers/roster/index.ts';
import { withRoster } from '../../src/roster.ts';
import { scan } from '../../src/scan.ts';
import { binding, certificate, clusterFacts, credentialOf, NOW, role } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';
import { oneUser } from '../helpers/kubeconfig-folder.ts';
import { scanRequest } from '../helpers/scan-request.ts';
import { withTempDir } from '../helpers/temp-dir.ts';

const bundle = await loadBundle();

/** Runs with the path of a history that is not there yet. */
const withHistoryFile = (run: (path: string) => Promise<void>) => () =>
	withTempDir(dir => run(join(dir, 'nights.duckdb')));

async function* each(facts: Facts[]): AsyncGenerator<Facts> {
	yield* facts;
}

interface Night {
	report: Report;
	facts: Facts[];
	notices: string[];
}

/** What a run makes of these facts, without judging them, and what it keeps. */
async function remembered(
	path: string,
	day: number,
	facts: Facts[],
	rest: Partial<ScanRequest> = {},
	accounts: string[] | null = null,
) {
	const request = scanRequest({
		now: NOW + day * DAY,
		savedFacts: each(facts),
		history: { path, forget: [] },
		...rest,
	});
	const memory = await openMemory(request);
	const roster = request.roster && (await createRoster({ ...request.roster, ...request }));
	try {
		const asked = roster ?? (accounts && { accounts: new Set(accounts) });
		const complete = facts.map(
			each => memory?.withHistory(roster ? withRoster(each, roster) : each, asked) ?? each,
		);
		const seen = await Promise.all(complete);
		const { run } =
			(await memory?.save({ run: { verdict: { exitCode: 0, reasons: [] } } } as unknown as Report)) ?? {};
		assert.equal(run?.verdict.reasons, []);
		return seen;
	} finally {
		memory?.close();
	}
}

/** One run over these facts; its facts as policies saw them. */
async function night(
	path: string,
	day: number,
	facts: Facts[],
	rest: Partial<ScanRequest> & { forget?: string[] } = {},
): Promise<Night> {
	const seen: Facts[] = [];
	const notices: string[] = [];
	const { forget = [], ...request } = rest;
	const report = await scan(
		scanRequest({
			now: NOW + day * DAY,
			savedFacts: each(facts),
			history: { path, forget },
			onFacts: async each => void seen.push(each),
			onEvent: event => event.kind === 'notice' && notices.push(event.message),
			...request,
		}),
		bundle,
	);
	return { report, facts: seen, notices };
}

const named = (name: string, uid = `uid of ${name}`, rest: Partial<Facts> = {}): Facts => {
	const cluster = { ...clusterFacts().cluster, uid, name };
	return clusterFacts({ cluster, credentials: [credentialOf('ann')], ...rest });
};
const unreached = (name: string): Facts => ({
	...named(name, `endpoint:${name}`),
	reachable: false,
	gaps: [{ source: 'cluster', code: 'unreachable', message: 'no', permission: '', subject: '' }],
});
const statuses = ({ report }: Night) => report.clusters.map(({ name, uid, status }) => [name, uid, status]);
const statusOf = (found: Night, uid: string) => report(found).clusters.find(each => each.uid === uid)?.status;
const report = (found: Night) => found.report;

describe('scan with a history :: expected clusters', it => {
	it(
		'one that is gone is not assessed, exit code 3, until thirty days are over',
		withHistoryFile(async path => {
			await night(path, 0, [named('a'), named('b')]);
			const second = await night(path, 1, [named('a')]);
			assert.equal(statuses(second), [
				['a', 'uid of a', 'assessed'],
				['b', 'uid of b', 'not_assessed'],
			]);
			assert.equal(second.notices, [
				'b was found by these targets on 2026-01-01, and is not found now; --forget-cluster drops it',
			]);
			assert.ok(second.report.run.verdict.reasons.includes('1 cluster not assessed: b'));
			assert.is(statusOf(await night(path, 30, [named('a')]), 'uid of b'), 'not_assessed');
			assert.is(statusOf(await night(path, 31, [named('a')]), 'uid of b'), undefined);
		}),
	);

	it(
		'forgotten :: is dropped for good, by name or uid; one that is found stays known',
		withHistoryFile(async path => {
			await night(path, 0, [named('a'), named('b'), named('c')]);
			const forget = ['b', 'uid of c', 'a', 'nobody'];
			const second = await night(path, 1, [named('a')], { forget });
			assert.equal(statuses(second), [['a', 'uid of a', 'assessed']]);
			assert.equal(second.notices, ['the history knows no cluster nobody to forget']);
			assert.equal(statuses(await night(path, 2, [named('a')])), [['a', 'uid of a', 'assessed']]);
			assert.is(statusOf(await night(path, 3, [named('d')]), 'uid of a'), 'not_assessed');
		}),
	);

	it(
		'other targets :: a scan of files or of fewer targets misses nothing, one of more targets does',
		withHistoryFile(async path => {
			await night(path, 0, [named('a')]);
			const file = `${path}.yaml`;
			await writeFile(file, oneUser('{token: x}'));
			const none = { savedFacts: null, files: [file] };
			assert.equal(
				statuses(await night(path, 1, [], none)).filter(([, , status]) => status === 'not_assessed'),
				[],
			);
			const more = { ...none, savedFacts: each([named('z')]) };
			assert.is(statusOf(await night(path, 2, [], more), 'uid of a'), 'not_assessed');
		}),
	);

	it(
		'unreachable, then back :: is one cluster all along; built anew :: replaces the old',
		withHistoryFile(async path => {
			await night(path, 0, [named('a')]);
			assert.equal(statuses(await night(path, 1, [unreached('a')])), [['a', 'endpoint:a', 'unreachable']]);
			assert.equal(statuses(await night(path, 2, [named('a')])), [['a', 'uid of a', 'assessed']]);
			for (const day of [3, 4])
				assert.equal(statuses(await night(path, day, [named('a', 'anew')])), [['a', 'anew', 'assessed']]);
		}),
	);

	it(
		'two of one name :: the other is no stand-in for the one that is gone',
		withHistoryFile(async path => {
			await night(path, 0, [named('a', '1'), named('a', '2')]);
			const second = await night(path, 1, [named('a', '2')]);
			assert.equal(statuses(second), [
				['a', '1', 'not_assessed'],
				['a', '2', 'assessed'],
			]);
		}),
	);
});

describe('scopeOf', it => {
	const scope = (rest: Partial<ScanRequest>) => scopeOf(scanRequest(rest));
	const target = { path: '/k', contexts: 'all' as const, names: {} };
	it('tells targets apart, in any order', () => {
		const both = [target, { ...target, path: '/l', contexts: ['x', 'y'] }];
		assert.is(scope({ kubeconfigs: both }), scope({ kubeconfigs: both.toReversed() }));
		assert.is(scope({ kubeconfigs: both }).split(' ').length, 3);
		const all = [{ kubeconfigs: [target] }, { files: ['/k'] }, { savedFacts: each([]) }, {}].map(scope);
		assert.is(new Set(all).size, 4);
	});
});

const span = (from: number, to: number, rest: Partial<AuditTrail> = {}): AuditTrail => ({
	origin: 'files',
	streams: [
		{
			...{ name: 'audit.log', files: 1, events: 100, malformed: 0, duplicates: 0 },
			...{ window: { from, to }, holes: [], holesTotal: 0, problems: [] },
		},
	],
	policy: { dropsRequests: false, users: [], groups: [], resources: [] },
	actors: [
		{
			...{
				credentialId: '',
				hasOtherId: false,
				username: 'system:serviceaccount:a:b',
				userUid: 'sa-uid',
				tokenSecret: '',
			},
			...{ impersonator: '', first: from, last: to, lastAllowed: to, allowed: 1, denied: 0 },
			...{ agents: [], sources: [], sourcesTotal: 0 },
		},
	],
	requests: [],
	issued: [],
	opaqueRequests: 0,
	...rest,
});
const audited = (audit: AuditTrail | null, rest: Partial<Facts> = {}) =>
	named('a', 'uid of a', {
		collectedAt: at(9),
		apiServers: 1,
		serviceAccounts: [{ uid: 'sa-uid', namespace: 'a', name: 'b' }],
		credentials: [],
		audit,
		...rest,
	});
const at = (day: number, hours = 0) => NOW + day * DAY + hours * HOUR;

describe('scan with a history :: the ledger of issued certificates', it => {
	const issued = (name: string, rest = {}) =>
		credentialOf(name, {
			notAfter: at(90),
			certificate: { ...certificate, sha256: `${name}-sha` },
			issuance: {
				...{ signerName: 'kubernetes.io/kube-apiserver-client', requester: 'ann', approver: '' },
				...{ requesterCredentialIds: [], decision: 'approved', expirationSeconds: null },
				...rest,
			},
		});
	it(
		'grows over nights :: requests vanish, what they issued stays, as an entry of the ledger',
		withHistoryFile(async path => {
			const pending = { ...issued('never'), certificate: null };
			await remembered(path, 0, [named('a', 'uid of a', { credentials: [issued('x'), pending] })]);
			const logged = span(at(0, 20), at(1), { issued: [issued('y', { approver: 'bob' })] });
			await remembered(path, 1, [audited(logged)]);
			const [third] = await remembered(path, 2, [audited(null, { credentials: [issued('y')] })]);
			const entries = third?.ledger?.credentials ?? [];
			assert.equal(
				entries.map(({ username, issuance, locations }) => [username, issuance?.approver, locations]),
				['x', 'y'].map(name => [
					name,
					name === 'y' ? 'bob' : '',
					[{ origin: 'ledger', path: '', line: 0, namespace: '', name, mode: null, ownerUid: null }],
				]),
			);
			assert.equal(
				third?.sources.find(({ source }) => source === 'history'),
				{ source: 'history', status: 'complete', count: 2 },
			);
			const [other] = await remembered(path, 3, [named('b', 'other', { credentials: [] }), audited(null)]);
			assert.equal(other?.ledger, { since: null, credentials: [] });
			const [late] = await remembered(path, 200, [audited(null)]);
			assert.equal(late?.ledger?.credentials, [], 'what ended long ago is left out');
		}),
	);

	it(
		'since :: the start of the logs that follow each other to the present, and null after a missed night',
		withHistoryFile(async path => {
			const since = async (day: number, audit: AuditTrail | null) => {
				const [facts] = await remembered(path, day, [audited(audit)]);
				return facts?.ledger?.since;
			};
			assert.is(await since(0, null), null);
			assert.is(await since(1, span(at(0), at(1))), at(0));
			assert.is(await since(2, span(at(1, 0.5), at(2))), at(0));
			assert.is(await since(3, null), at(0), 'the log of today comes tomorrow');
			assert.is(await since(5, null), null, 'no log for three days');
			assert.is(await since(5, span(at(2, 2), at(5))), at(2, 2), 'an hour and more between two logs');
			assert.is(await since(6, span(at(1), at(3))), at(0), 'the missing log was found');
		}),
	);

	it(
		'since, of saved facts :: what a missed night ended does not come back with them',
		withHistoryFile(async path => {
			const ledger = { since: at(0), credentials: [] };
			await remembered(path, 1, [audited(span(at(0), at(1)))]);
			const [saved] = await remembered(path, 9, [audited(null, { ledger })]);
			assert.is(saved?.ledger?.since, null);
		}),
	);

	it(
		'the log of another cluster :: leaves neither certificates nor a span',
		withHistoryFile(async path => {
			const foreign = span(at(0), at(1), { issued: [issued('mallory')] });
			const actors = foreign.actors.map(each => ({ ...each, userUid: 'there' }));
			for (const audit of [{ ...foreign, actors }, null]) {
				const [facts] = await remembered(path, 1, [audited(audit)]);
				assert.equal(facts?.ledger, { since: null, credentials: [] });
			}
		}),
	);

	it(
		'the log of a cluster that shares the CA :: gives no span, though a certificate of ours is in it',
		withHistoryFile(async path => {
			const ann = credentialOf('ann', { uid: 'x509:a', certificate });
			const log = span(at(0), at(1));
			const accounts = ['b', 'c', 'd'].map(name => ({ uid: `here-${name}`, namespace: 'a', name }));
			const actors = log.actors.flatMap(each => [
				{ ...each, username: 'ann', userUid: '', credentialId: `X509SHA256=${certificate.sha256}` },
				...accounts.map(({ name }) => ({
					...each,
					username: `system:serviceaccount:a:${name}`,
					userUid: `there-${name}`,
				})),
			]);
			const rest = { serviceAccounts: accounts, credentials: [ann] };
			const [facts] = await remembered(path, 1, [audited({ ...log, actors }, rest)]);
			assert.is(facts?.ledger?.since, null);
		}),
	);

	const incomplete: [string, AuditTrail, Partial<Facts>?][] = [
		['requests without their bodies', span(at(0), at(1), { opaqueRequests: 1 })],
		['no policy declared', span(at(0), at(1), { policy: null })],
		[
			'a policy that drops a user',
			span(at(0), at(1), { policy: { dropsRequests: false, users: ['x'], groups: [], resources: [] } }),
		],
		['another API server without a log', span(at(0), at(1)), { apiServers: 2 }],
		['nobody knows how many API servers', span(at(0), at(1)), { apiServers: null }],
		['the log of another cluster', span(at(0), at(1)), { serviceAccounts: [] }],
		...(
			[
				['a hole', { holes: [{ from: at(0, 2), to: at(0, 4) }], holesTotal: 1 }],
				['garbage', { malformed: 2 }],
				['an unreadable file', { problems: ['cut'] }],
				['no event', { window: null }],
			] satisfies [string, Partial<AuditTrail['streams'][number]>][]
		).map(([title, rest]): [string, AuditTrail] => {
			const audit = span(at(0), at(1));
			return [title, { ...audit, streams: audit.streams.map(stream => ({ ...stream, ...rest })) }];
		}),
	];
	for (const [title, audit, rest] of incomplete) {
		it(
			`since, ${title} :: is null`,
			withHistoryFile(async path => {
				const [facts] = await remembered(path, 1, [audited(audit, rest)]);
				assert.is(facts?.ledger?.since, null);
			}),
		);
	}
});

describe('scan with a history :: who left a roster', it => {
	const person = (username: string, rest: Partial<DirectoryIdentity> = {}): DirectoryIdentity => ({
		...{
			username,
			provider: 'file',
			account: `id-${username}`,
			name: username,
			displayName: '',
			type: 'user',
		},
		...{ state: 'active', stateSince: null, human: 'yes', listComplete: true, cloudService: '' },
		...rest,
	});
	const missing = (username: string, rest: Partial<DirectoryIdentity> = {}) =>
		person(username, { account: '', name: '', state: 'unknown', human: 'unknown', ...rest });
	const told = async (path: string, day: number, identities: DirectoryIdentity[], uid = 'uid of a') => {
		const ids = identities.flatMap(({ account }) => (account === '' ? [] : [account]));
		const [facts] = await remembered(path, day, [named('a', uid, { identities })], {}, ids);
		return facts?.identities.map(({ username, state, stateSince }) => [
			username,
			state,
			stateSince === null ? null : (stateSince - NOW) / DAY,
		]);
	};
	const ann = person('ann');

	it(
		'deleted since first missed; whoever was never there stays unknown; whoever comes back is active',
		withHistoryFile(async path => {
			assert.equal(await told(path, 0, [ann, person('<b>"\'; DROP'), missing('eve')]), [
				['ann', 'active', null],
				['<b>"\'; DROP', 'active', null],
				['eve', 'unknown', null],
			]);
			const gone = [ann, missing('<b>"\'; DROP'), missing('eve')];
			for (const day of [1, 2])
				assert.equal(await told(path, day, gone), [
					['ann', 'active', null],
					['<b>"\'; DROP', 'deleted', 1],
					['eve', 'unknown', null],
				]);
			await told(path, 3, [ann, person('<b>"\'; DROP')]);
			assert.equal((await told(path, 5, gone))?.[1], ['<b>"\'; DROP', 'deleted', 5]);
			assert.equal((await told(path, -1, gone))?.[1], ['<b>"\'; DROP', 'unknown', null], 'an earlier clock');
		}),
	);

	it(
		'a roster that is a gap, another roster, another cluster :: unknown',
		withHistoryFile(async path => {
			await told(path, 0, [ann, person('bob')]);
			const cut = missing('bob', { listComplete: false });
			assert.equal((await told(path, 1, [ann, cut]))?.[1], ['bob', 'unknown', null]);
			const scim = missing('bob', { provider: 'scim' });
			assert.equal((await told(path, 2, [person('ann', { provider: 'scim' }), scim]))?.[1], [
				'bob',
				'unknown',
				null,
			]);
			assert.equal((await told(path, 3, [ann, missing('bob')], 'another'))?.[1], ['bob', 'unknown', null]);
			assert.equal((await told(path, 4, [ann, missing('bob')]))?.[1], ['bob', 'deleted', 4]);
		}),
	);

	it(
		'a row that said deleted, and is gone :: is deleted still',
		withHistoryFile(async path => {
			await told(path, 0, [ann, person('bob', { state: 'deleted', stateSince: NOW - 9 * DAY })]);
			assert.equal((await told(path, 1, [ann, missing('bob')]))?.[1], ['bob', 'deleted', -9]);
		}),
	);

	it(
		'read from a file over nights, by a rule :: and not by another rule',
		withHistoryFile(async path => {
			const file = `${path}.csv`;
			const subjects = ['User ann', 'User bob', 'User cy'];
			const facts = [named('a', 'uid of a', { bindings: [binding('x', 'ClusterRole view', subjects)] })];
			const run = async (day: number, rows: string[], match = {}) => {
				await writeFile(file, ['username,email,state', ...rows].join('\n'));
				const [found] = await remembered(path, day, facts, { roster: { file, match } });
				return found?.identities.map(({ username, state }) => `${username} ${state}`);
			};
			const all = ['ann,ann,active', 'bob,bob,active', 'cy,cy,active'];
			assert.equal(await run(0, all), ['ann active', 'bob active', 'cy active']);
			const mail = { field: 'email' as const };
			assert.equal(await run(1, all.slice(0, 2), mail), ['ann active', 'bob active', 'cy unknown']);
			assert.equal(await run(2, all.slice(0, 1)), ['ann active', 'bob unknown', 'cy unknown']);
			assert.equal(await run(3, all.slice(0, 2)), ['ann active', 'bob active', 'cy deleted']);
		}),
	);

	const fromFile = async (path: string, day: number, name: string, rows: string[], match = {}) => {
		const subjects = ['ann', 'bob', 'cy', 'dee'].map(user => `User ${user}`);
		const facts = named('a', 'uid of a', { bindings: [binding('x', 'ClusterRole view', subjects)] });
		await writeFile(`${path}.${name}`, ['id,username,email,state', ...rows].join('\n'));
		const [found] = await remembered(path, day, [facts], { roster: { file: `${path}.${name}`, match } });
		return {
			users: found?.identities.map(({ username, state, listComplete }) => [username, state, listComplete]),
			gaps: found?.gaps.flatMap(({ source, message }) => (source === 'identities' ? [message] : [])),
		};
	};
	const rows = (...names: string[]) => names.map((name, at) => `${at},${name},${name},active`);
	const all = rows('ann', 'bob', 'cy', 'dee');

	it(
		'renamed, with the same id :: has not left, and a gap says so; whose id is gone has left',
		withHistoryFile(async path => {
			await fromFile(path, 0, 'csv', all);
			const renamed = rows('ann.new', 'bob', 'cy');
			for (const day of [1, 2]) {
				const { users, gaps } = await fromFile(path, day, 'csv', renamed);
				assert.equal(users, [
					['ann', 'unknown', false],
					['bob', 'active', true],
					['cy', 'active', true],
					['dee', 'deleted', true],
				]);
				assert.equal(gaps, [
					'the roster had 1 name that it has no more, as ann: whether renamed or gone cannot be told, or their ids are still there',
				]);
			}
		}),
	);

	it(
		'rows without ids :: are gone by their names alone, and not by what else they were matched by',
		withHistoryFile(async path => {
			const bare = (list: string[]) => list.map(row => row.replace(/^\d/, ''));
			const state = async (day: number, list: string[], match = {}) =>
				(await fromFile(path, day, 'csv', list, match)).users?.at(-1);
			const email = { field: 'email' };
			await state(0, bare(all));
			await state(0, bare(all), email);
			assert.equal(await state(1, bare(all.slice(0, 3)), email), ['dee', 'unknown', false]);
			assert.equal(await state(1, all.slice(0, 3)), ['dee', 'unknown', false], 'it has ids today');
			assert.equal(await state(1, bare(all.slice(0, 3))), ['dee', 'deleted', true]);
		}),
	);

	it(
		'another file :: says nothing of who is in the first one alone',
		withHistoryFile(async path => {
			await fromFile(path, 0, 'all.csv', all);
			const { users } = await fromFile(path, 1, 'team-b.csv', all.slice(2));
			assert.equal(
				users?.map(([, state]) => state),
				['unknown', 'unknown', 'active', 'active'],
			);
		}),
	);

	it(
		'saved facts :: have no list of ids, and nobody is gone by them',
		withHistoryFile(async path => {
			await remembered(path, 0, [named('a', 'uid of a', { identities: [ann] })]);
			const [facts] = await remembered(path, 1, [named('a', 'uid of a', { identities: [missing('ann')] })]);
			assert.equal(facts?.identities, [missing('ann', { listComplete: false })]);
		}),
	);
});

describe('scan with a history :: findings', it => {
	it(
		'their age counts from the first run, and what is overdue is a finding',
		withHistoryFile(async path => {
			const exposed = named('a', 'uid of a', {
				bindings: [binding('anyone', 'ClusterRole admin', ['User system:anonymous'])],
				roles: [role('admin', ['* * *'])],
			});
			const first = await night(path, 0, [exposed]);
			const overdue = (found: Night) =>
				found.report.findings.filter(({ policyId }) => policyId === 'governance/finding_overdue');
			assert.equal(overdue(first), []);
			const later = await night(path, 40, [exposed]);
			const open = later.report.findings.find(({ policyId }) => policyId === 'privilege/anonymous_grant');
			assert.is(open?.firstSeen, NOW);
			assert.ok(overdue(later).some(({ subject }) => subject.uid === open?.id));
			assert.ok(
				later.report.policies.some(
					({ id, outcomes }) => id === 'governance/finding_overdue' && outcomes.fail > 0,
				),
			);
		}),
	);
});

describe('scan with a history :: the file', it => {
	const digest = async (path: string) => (await readFile(path)).toString('base64');
	it(
		"is its owner's alone; an interrupted or failed run changes not a byte, and makes none",
		withHistoryFile(async path => {
			const stopped = AbortSignal.abort(new Error('interrupted'));
			await night(path, 0, [named('a')], { signal: stopped });
			assert.is(await stat(path).catch(({ code }) => code), 'ENOENT');
			await night(path, 0, [named('a')]);
			assert.is((await stat(path)).mode & 0o777, 0o600);
			const before = await digest(path);
			await night(path, 1, [named('b')], { signal: stopped });
			assert.is(await digest(path), before);
			const failing = night(path, 1, [named('b')], {
				savedFacts: (async function* () {
					yield named('b');
					throw new Error('disk');
				})(),
			});
			assert.is(await failing.catch(({ message }) => message), 'disk');
			assert.is(await digest(path), before);
			assert.is(statusOf(await night(path, 2, [named('c')]), 'uid of a'), 'not_assessed');
		}),
	);

	it(
		'in use :: refused by name, and as it was',
		withHistoryFile(async path => {
			await night(path, 0, [named('a')]);
			const history = await openHistory(path);
			const error = await night(path, 1, [named('a')]).catch(error => error);
			history.close();
			assert.is(error.code, 'HISTORY_LOCKED');
			assert.ok(error.message.includes(path));
			assert.is((await night(path, 1, [named('a')])).report.clusters.length, 1);
		}),
	);

	it(
		'keeps no secret, and hostile names whole',
		withHistoryFile(async path => {
			const names = [
				"x'); DROP TABLE clusters; --",
				'<script>',
				'../..',
				'a\nb\u001b[2J',
				'$uid',
				'y'.repeat(10_000),
				'',
			];
			const facts = names.map((name, at) =>
				named(name, `${name}${at}`, {
					credentials: [credentialOf(name)],
					cluster: { ...emptyCluster(`${name}${at}`, name, 'kubernetes'), server: 'https://x' },
				}),
			);
			await night(path, 0, facts);
			const second = await night(path, 1, facts);
			assert.is(second.report.clusters.filter(({ status }) => status === 'not_assessed').length, 0);
			assert.equal(
				second.facts.map(({ ledger }) => ledger?.credentials.map(({ username }) => username)),
				[...names].map(name => [name]),
			);
			const third = await night(path, 2, [named('a')]);
			assert.is(third.notices.length, names.length);
			assert.ok(third.notices.every(notice => !/[\n\u001b]/.test(notice) && notice.length < 300));
		}),
	);
});
