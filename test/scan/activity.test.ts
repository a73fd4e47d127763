import { withActivity } from '../../src/activity.ts';
import { DAY } from '../../src/lib/epoch.ts';
import type { CloudState, Credential, DirectoryIdentity } from '../../src/model/facts.ts';
import type { Account } from '../../src/providers/alibaba/account.ts';
import { classify, toApiError } from '../../src/providers/alibaba/failure.ts';
import { assert, describe } from '../helpers/describe.ts';
import { ANN, EAST, GONE, kubeconfig } from '../reporters/fixtures/cloud.ts';
import { NOW } from '../reporters/fixtures/report.ts';

const ACTION = 'cs:DescribeUserClusterActivityState';

/** An account whose service answers so, and whom it was asked about. */
function service(answer: () => unknown): { account: Account; asked: string[] } {
	const asked: string[] = [];
	const client = {
		callApi: async ({ pathname }: { pathname: string }) => {
			asked.push(pathname);
			return answer();
		},
	};
	const account = {
		profile: '',
		clients: { cs: async () => client },
		caller: { read: ({ run }: { run: () => Promise<unknown> }) => run() },
	};
	return { account: account as unknown as Account, asked };
}

const path = (uid: string) => `/clusters/${EAST}/users/${uid}/activity-state`;
const body = (over: object = {}) => ({
	body: { active: false, last_activity: '', log_project_name: 'k8s-log', ...over },
});

function listed(account: string, state: DirectoryIdentity['state'] = 'active'): DirectoryIdentity {
	return {
		...{ username: account, provider: 'alibaba', account, name: '', displayName: '', type: 'ram_user' },
		...{ state, stateSince: null, human: 'unknown', listComplete: true, cloudService: '' },
	} as DirectoryIdentity;
}

function ask(
	answer: () => unknown,
	credentials: Credential[],
	over: Partial<Parameters<typeof withActivity>[1]> = {},
) {
	const { account, asked } = service(answer);
	const signal = new AbortController().signal;
	const question = {
		account,
		spend: <T>(work: Promise<T>) => work,
		cluster: { id: EAST, region: 'cn-hangzhou' },
		of: 'all' as const,
		isAudited: true,
		identities: [listed(ANN), listed(GONE, 'deleted')],
		now: NOW,
		signal,
		...over,
	};
	return withActivity(credentials, question).then(({ credentials: got, failures }) => ({
		records: got.map(({ cloud }) => cloud?.activity ?? null),
		failures,
		asked,
	}));
}

const failure = (thrown: object) => () => {
	throw toApiError(ACTION, classify(thrown));
};

describe('withActivity :: three answers', it => {
	const cases: [string, () => unknown, CloudState['activity']][] = [
		['none found', body, { answer: 'no_record', last: null, reason: '' }],
		[
			'used',
			() => body({ active: true, last_activity: '2026-02-27T00:00:00Z' }),
			{ answer: 'records_found', last: NOW - 2 * DAY, reason: '' },
		],
		[
			'no log',
			() => body({ log_project_name: '' }),
			{ answer: 'failed', last: null, reason: 'no_log_project' },
		],
		['no answer', () => ({ body: {} }), { answer: 'failed', last: null, reason: 'partial' }],
		[
			'auditing is off, says the service',
			failure({ code: 'ErrorClusterAuditDisabled', statusCode: 400 }),
			{ answer: 'failed', last: null, reason: 'auditing_off' },
		],
		[
			'not allowed',
			failure({ code: 'NoPermission', statusCode: 403 }),
			{ answer: 'failed', last: null, reason: 'NoPermission' },
		],
		[
			'any other error',
			() => {
				throw new TypeError('token=secret');
			},
			{ answer: 'failed', last: null, reason: 'unreachable' },
		],
	];
	for (const [name, answer, record] of cases)
		it(name, async () => assert.equal((await ask(answer, [kubeconfig()])).records, [record]));
	it('auditing is off, says the cluster :: it is not asked', async () =>
		assert.equal(await ask(body, [kubeconfig()], { isAudited: false }), {
			records: [{ answer: 'failed', last: null, reason: 'auditing_off' }],
			failures: new Map(),
			asked: [],
		}));
	it('a failure is told once for each code, and what would end it', async () => {
		const both = [kubeconfig(), kubeconfig({ accountId: GONE })];
		const { failures } = await ask(failure({ code: 'NoPermission', statusCode: 403 }), both);
		assert.equal([...failures.keys()], ['NoPermission']);
		assert.match(
			failures.get('NoPermission') ?? '',
			/is not allowed \(NoPermission\); grant "cs:DescribeUserClusterActivityState"/,
		);
	});
	it('an interruption is none of them', async () => {
		const aborted = AbortSignal.abort();
		const interrupted = await ask(failure({ code: 'x', statusCode: 500 }), [kubeconfig()], {
			signal: aborted,
		}).catch(error => error.name);
		assert.is(interrupted, 'AbortError');
	});
});

describe('withActivity :: who is asked about', it => {
	const soon = kubeconfig({ accountId: '200000000000000007' }, { notAfter: NOW + 60 * DAY });
	const later = kubeconfig({ accountId: '200000000000000008' }, { notAfter: NOW + 60 * DAY + 1 });
	const identities = ['7', '8'].map(digit => listed(`20000000000000000${digit}`));
	it('nobody, unless it was asked for', async () =>
		assert.equal((await ask(body, [kubeconfig()], { of: 'none' })).asked, []));
	it('all :: every kubeconfig that may work', async () => {
		const states = ['effective', 'unknown', 'not_issued', 'expired', 'revoked', 'deleted'] as const;
		const credentials = states.map((state, index) =>
			kubeconfig({ accountId: `20000000000000001${index}` }, { state }),
		);
		const over = kubeconfig({}, { notAfter: NOW - 1 });
		assert.equal((await ask(body, [...credentials, over])).asked, [
			path('200000000000000010'),
			path('200000000000000011'),
		]);
	});
	it('candidates :: what ends within 60 days', async () =>
		assert.equal((await ask(body, [soon, later], { of: 'candidates', identities })).asked, [
			path('200000000000000007'),
		]));
	for (const state of ['deleted', 'disabled', 'unknown'] as const)
		it(`candidates :: identities that are ${state}`, async () =>
			assert.equal(
				(await ask(body, [kubeconfig()], { of: 'candidates', identities: [listed(ANN, state)] })).asked,
				[path(ANN)],
			));
	it('candidates :: whom the cluster calls frozen, and whom no list has', async () => {
		assert.equal((await ask(body, [kubeconfig({ accountState: 'inactive' })], { of: 'candidates' })).asked, [
			path(ANN),
		]);
		assert.equal((await ask(body, [kubeconfig()], { of: 'candidates', identities: [] })).asked, [path(ANN)]);
		assert.equal((await ask(body, [kubeconfig()], { of: 'candidates' })).asked, []);
	});
	it('what no cloud lists is never asked about', async () =>
		assert.equal((await ask(body, [{ ...kubeconfig(), cloud: null }])).asked, []));
});
