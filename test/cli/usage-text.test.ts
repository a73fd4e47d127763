import { timelineText } from '../../src/cli/timeline-text.ts';
import type { UsageSection } from '../../src/cli/usage-sections.ts';
import { type UsageAccount, usageText } from '../../src/cli/usage-text.ts';
import type { AuditActor, AuditStream, TimelineEntry } from '../../src/model/audit.ts';
import { ALICE_ID, START } from '../helpers/audit-events.ts';
import { assert, describe } from '../helpers/describe.ts';
import { HOSTILE } from '../reporters/fixtures/report.ts';

const robot = 'system:serviceaccount:shop:robot';
const STREAM: AuditStream = {
	name: '/logs/*.log',
	files: 2,
	events: 9,
	malformed: 0,
	duplicates: 3,
	window: { from: START, to: START + 7_200 },
	holes: [],
	holesTotal: 0,
	problems: [],
};

function login(over: Partial<AuditActor> = {}): AuditActor {
	return {
		credentialId: ALICE_ID,
		hasOtherId: false,
		username: 'alice',
		userUid: '',
		tokenSecret: '',
		impersonator: '',
		first: START,
		last: START + 60,
		lastAllowed: START,
		allowed: 1,
		denied: 0,
		agents: ['kubectl'],
		sources: ['192.0.2.7'],
		sourcesTotal: 1,
		...over,
	};
}

function entry(over: Partial<TimelineEntry> = {}): TimelineEntry {
	return {
		at: START,
		credentialId: ALICE_ID,
		tokenSecret: '',
		username: 'alice',
		impersonator: '',
		verb: 'get',
		apiGroup: '',
		resource: 'pods',
		namespace: 'shop',
		path: '',
		allowed: 1,
		denied: 0,
		agents: ['kubectl'],
		sources: ['192.0.2.7'],
		...over,
	};
}

function section(over: Partial<UsageSection> = {}): UsageSection {
	return {
		cluster: null,
		subject: { kind: 'username', id: 'alice' },
		streams: [STREAM],
		evidence: null,
		named: 1,
		unnamed: 0,
		logins: [login()],
		entries: [entry()],
		leftOut: 0,
		...over,
	};
}

const text = (over: Partial<UsageAccount>) =>
	usageText({ subject: { kind: 'username', id: 'alice' }, since: null, result: null, sections: [], ...over });

const LOG = `Log
  /logs/*.log: 9 events in 2 files
    2026-11-22T10:00:00Z to 2026-11-22T12:00:00Z
    0 malformed, 3 twice, 0 holes of over an hour
  Silence proves nothing yet: whether this log is whole, and of this cluster, is
  judged by kubelapse scan --audit-log.
`;

describe('usageText', it => {
	it('tells who was met, and day by day what was done', () => {
		const logins = [login({ denied: 1 }), login({ credentialId: '', impersonator: robot })];
		const entries = [
			entry({ allowed: 2, denied: 1 }),
			entry({ resource: 'secrets', allowed: 0, denied: 1, sources: ['198.51.100.1'] }),
			entry({ at: START + 3_600, verb: 'patch', apiGroup: 'apps', resource: 'deployments/scale' }),
			entry({ at: START + 3_600, credentialId: 'JTI=1', impersonator: robot, sources: ['0123456789abcdef'] }),
			entry({ at: START + 50_400, credentialId: '', resource: '', path: '/healthz', namespace: '' }),
			entry({ at: START + 50_400, credentialId: '', tokenSecret: 'shop/t', username: robot }),
		];
		assert.is(
			text({ sections: [section({ logins, entries, leftOut: 4 })] }),
			`Use of alice

${LOG}
Met as
  alice by
  ${ALICE_ID}
    1 request let through, 1 refused, first 2026-11-22T10:00:00Z, last
    2026-11-22T10:01:00Z
    from 192.0.2.7 with kubectl
  alice, impersonated by ${robot}
    1 request let through, 0 refused, first 2026-11-22T10:00:00Z, last
    2026-11-22T10:01:00Z
    from 192.0.2.7 with kubectl

4 earlier lines left out; --limit shows more

2026-11-22
  10:00  alice by X509SHA256=a1a1a1a1a1a1…
         from 192.0.2.7, 198.51.100.1 with kubectl
         - get pods (shop) ×2, REFUSED ×1
         - get secrets (shop) REFUSED ×1
  11:00  from 192.0.2.7 with kubectl
         - patch deployments.apps/scale (shop) ×1
  11:00  alice, impersonated by system:serviceaccount:shop:robot, by JTI=1
         from 1 place with kubectl
         - get pods (shop) ×1

2026-11-23
  00:00  alice: no credential named, only the user
         from 192.0.2.7 with kubectl
         - get /healthz ×1
  00:00  system:serviceaccount:shop:robot by the token of Secret shop/t
         from 192.0.2.7 with kubectl
         - get pods (shop) ×1
`,
		);
	});

	it('names the window where nothing is found, and whose requests it may be among', () => {
		const subject = { kind: 'token_secret', id: 'shop/t' } as const;
		const nothing = section({ subject, logins: [], entries: [], unnamed: 2 });
		assert.is(
			text({ subject, sections: [nothing] }),
			`Use of the token of Secret shop/t

${LOG}
Nothing found of the token of Secret shop/t: no request between
2026-11-22T10:00:00Z and 2026-11-22T12:00:00Z.
2 of 3 logins in this log name no credential: requests of this one may be among
theirs.
`,
		);
	});

	it('tells what a log lacks', () => {
		const hole = { from: START, to: START + 5_400 };
		const stream = { ...STREAM, holes: [hole], holesTotal: 2, malformed: 1, problems: ['b.log is cut'] };
		const told = text({ sections: [section({ streams: [stream], logins: [], entries: [] })] });
		assert.equal(told.split('\n').slice(5, 10), [
			'    1 malformed, 3 twice, 2 holes of over an hour',
			'    hole: 2026-11-22T10:00:00Z to 2026-11-22T11:30:00Z (1 h 30 min)',
			'    and 1 more hole',
			'    problem: b.log is cut',
			'  Silence proves nothing yet: whether this log is whole, and of this cluster, is',
		]);
		assert.match(told, 'The log does not show all: see above.');
	});

	it('says of saved facts what the log is worth, and gives totals', () => {
		const window = { from: START, to: START + 7_200, complete: false };
		const facts = (reasons: string[]) =>
			section({
				cluster: { uid: 'uid-1', name: 'prod' },
				evidence: { isOurs: true, window, reasons },
				entries: null,
			});
		const bare = section({
			cluster: { uid: 'uid-2', name: 'lab' },
			streams: null,
			logins: [],
			entries: null,
		});
		const told = text({ sections: [facts(['a hole']), bare] });
		assert.match(told, 'Cluster prod (uid-1)\n');
		assert.match(told, '  Silence proves nothing: a hole\n');
		assert.match(text({ sections: [facts([])] }), '  This log is whole, and of this cluster.\n');
		assert.ok(told.endsWith('Cluster lab (uid-2)\n  no audit log of it was read\n'));
	});

	it('repeats what a result says', () => {
		const window = { from: START, to: START + 7_200, complete: true };
		const use = { cluster: 'uid-1', kind: 'client_certificate', id: 'x509:ab', username: 'alice' };
		const known = { agents: [], sources: 1, window, evidence: 'credential_id', grade: 'A' } as const;
		const usage = {
			result: 'used',
			reason: '',
			first: START,
			last: START,
			lastAllowed: null,
			allowed: 2,
			denied: 0,
		} as const;
		const uses = [
			{ ...use, usage: { ...known, ...usage, impersonated: 0, agents: [] } },
			{ ...use, usage: null },
		];
		assert.is(
			text({ result: { now: START, uses } }),
			`Use of alice

The result of 2026-11-22T10:00:00Z says
  client_certificate x509:ab on cluster uid-1
    used, grade A: by its own id in the log, 2026-11-22T10:00:00Z to
    2026-11-22T12:00:00Z
    2 requests let through, 0 refused, first 2026-11-22T10:00:00Z, last
    2026-11-22T10:00:00Z
  client_certificate x509:ab on cluster uid-1
    no evidence of use was given to that scan
`,
		);
		assert.match(text({ result: { now: START, uses: [] } }), '  nothing: it has neither such a credential');
	});

	for (const name of HOSTILE)
		it(`keeps ${JSON.stringify(name.slice(0, 20))} in its place`, () => {
			const cell = {
				credentialId: name,
				username: name,
				impersonator: name,
				agents: [name],
				sources: [name],
			};
			const entries = [entry({ ...cell, verb: name, resource: name, namespace: name, apiGroup: name })];
			const stream = { ...STREAM, name, problems: [name] };
			const told = text({
				subject: { kind: 'username', id: name },
				sections: [
					section({ cluster: { uid: name, name }, streams: [stream], logins: [login(cell)], entries }),
					section({ subject: { kind: 'credential', id: name }, entries: [], logins: [] }),
				],
			});
			assert.not.match(told, /[^\P{C}\n]|[\u2028\u2029]/u);
			assert.equal(
				told.split('\n').filter(line => [...line].length > 80),
				[],
			);
		});
});

describe('timelineText', it => {
	it('has nothing to say of nothing', () => assert.equal(timelineText([], 80), []));
});
