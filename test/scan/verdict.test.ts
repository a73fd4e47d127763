import type { Finding } from '../../src/model/finding.ts';
import type { Severity } from '../../src/model/policy.ts';
import type { ReportedCluster, ReportedGap, SuppressedFinding } from '../../src/model/report.ts';
import { decide } from '../../src/verdict.ts';
import { clusterFacts, forbidden, NOW } from '../helpers/cluster-facts.ts';
import { assert, describe } from '../helpers/describe.ts';

const cluster = (rest: Partial<ReportedCluster> = {}): ReportedCluster => ({
	...clusterFacts().cluster,
	status: 'assessed',
	collectedAt: NOW,
	sources: clusterFacts().sources,
	ledgerSince: null,
	records: { cluster: 1, grant: 2 },
	findings: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
	unknown: 0,
	...rest,
});
const finding = (severity: Severity, outcome: Finding['outcome'] = 'fail') =>
	({ severity, outcome }) as Finding; // no more of it is read
const stopped = (name: string) =>
	({
		...finding('high', 'unknown'),
		policyId: 'a/b',
		cluster: { uid: name, name },
		gaps: [{ source: 'evaluation', code: 'policy_error', message: '' }],
	}) as Finding; // no more of it is read
const gap = (rest: Partial<ReportedGap> = {}): ReportedGap => ({
	...forbidden('token_secrets'),
	cluster: { uid: 'uid-1', name: 'prod' },
	isAllowed: false,
	...rest,
});
const error = {
	policyId: 'a/b',
	code: 'policy_error',
	message: 'eval\nconflict',
	recordUid: 'x',
	count: 2,
} as const;

interface Case {
	clusters?: ReportedCluster[];
	findings?: Finding[];
	gaps?: ReportedGap[];
	errors?: (typeof error)[];
	failOn?: Severity;
	suppressed?: SuppressedFinding[];
	require?: 'usage'[];
	allowIncomplete?: boolean;
	interrupted?: boolean;
}

function ends({
	clusters = [cluster()],
	findings = [],
	gaps = [],
	errors = [],
	suppressed = [],
	interrupted = false,
	...rest
}: Case) {
	const request = {
		failOn: 'high' as const,
		require: [],
		allowIncomplete: false,
		signal: interrupted ? AbortSignal.abort() : new AbortController().signal,
		...rest,
	};
	const { exitCode, reasons } = decide({ clusters, findings, gaps, suppressed }, request, errors);
	return [exitCode, ...reasons];
}

const DARK = cluster({ name: 'dark\n', uid: 'uid-2', status: 'unreachable', records: { cluster: 1 } });
const OFFLINE = cluster({ name: 'old', provider: 'files', status: 'partial', sources: [] });
const UNASKED =
	'old known from files only: cluster, bindings, roles, service_accounts, token_secrets, bootstrap_tokens, certificate_requests, authorizer were not asked for';
const accepted = (severity: Severity) => ({ severity }) as SuppressedFinding; // no more of it is read
const WAIVED = '3 findings accepted by waivers (1 critical, 2 high)';
const CLEAN = 'no finding of severity high or worse, and nothing left unread';
const INTERRUPTED = 'the run was interrupted: what was finished is reported';
const FOUND = '1 finding of severity high or worse';
const GAP = '1 gap: token_secrets could not be read';
const ERROR = 'policy a/b could not be evaluated on 2 records: eval\\u{a}conflict';
const UNREACHED = '1 cluster not assessed: dark\\u{a}';

describe('decide', it => {
	for (const [name, situation, ...expected] of [
		['clean', {}, 0, CLEAN],
		['a finding below the gate', { findings: [finding('medium')] }, 0, CLEAN],
		['an unknown is no finding', { findings: [finding('critical', 'unknown')] }, 0, CLEAN],
		[
			'findings at the gate and above',
			{ findings: [finding('high'), finding('critical')] },
			1,
			'2 findings of severity high or worse',
		],
		[
			'the gate itself',
			{ findings: [finding('low')], failOn: 'low' },
			1,
			'1 finding of severity low or worse',
		],
		[
			'a policy that failed on several clusters is named once, with them',
			{ errors: [error, error], findings: ['east', 'west', 'east'].map(stopped) },
			2,
			'policy a/b could not be evaluated on 4 records on east, west: eval\\u{a}conflict',
		],
		['a gap', { gaps: [gap()] }, 3, GAP],
		[
			'two sources',
			{ gaps: [gap(), gap({ source: 'roles' })] },
			3,
			'2 gaps: roles, token_secrets could not be read',
		],
		[
			'what was never asked for',
			{ gaps: [gap({ code: 'not_configured' })] },
			0,
			`${CLEAN} that was asked for`,
		],
		[
			'an unreachable cluster',
			{ clusters: [cluster(), DARK], gaps: [gap({ cluster: { uid: 'uid-2', name: 'd' } })] },
			3,
			UNREACHED,
		],
		[
			'a cluster that never turned up',
			{ clusters: [cluster(), { ...DARK, status: 'not_assessed' }] },
			3,
			UNREACHED,
		],
		[
			'a cluster that only files tell of is never read in full',
			{ clusters: [cluster(), OFFLINE] },
			0,
			'no finding of severity high or worse',
			UNASKED,
		],
		[
			'a cluster that only files tell of, with findings',
			{ clusters: [OFFLINE], findings: [finding('high')] },
			1,
			FOUND,
			UNASKED,
		],
		[
			'what waivers excuse',
			{ suppressed: [accepted('high'), accepted('critical'), accepted('high')] },
			0,
			CLEAN,
			WAIVED,
		],
		[
			'what waivers excuse, beside findings',
			{
				findings: [finding('high')],
				suppressed: [accepted('high'), accepted('critical'), accepted('high')],
			},
			1,
			FOUND,
			WAIVED,
		],
		['nothing at all', { clusters: [] }, 3, 'nothing was examined'],
		[
			'a cluster without a record',
			{ clusters: [cluster({ records: { cluster: 1 } })] },
			3,
			'nothing was examined',
		],
		['a required source', { require: ['usage'] }, 3, 'required source usage is not complete on prod'],
		['a policy that failed', { errors: [error] }, 2, ERROR],
		['interrupted', { interrupted: true }, 130, INTERRUPTED],

		[
			'a gap that is allowed',
			{ gaps: [gap({ isAllowed: true })] },
			0,
			'no finding of severity high or worse; 1 gap is excused',
		],
		[
			'--allow-incomplete',
			{ gaps: [gap(), gap({ source: 'roles' })], allowIncomplete: true },
			0,
			'no finding of severity high or worse; 2 gaps are excused',
		],
		[
			'--allow-incomplete, an unreachable cluster',
			{ clusters: [cluster(), DARK], allowIncomplete: true },
			3,
			UNREACHED,
		],
		[
			'--allow-incomplete, nothing examined',
			{ clusters: [], allowIncomplete: true },
			3,
			'nothing was examined',
		],
		[
			'--allow-incomplete, a required source',
			{ require: ['usage'], allowIncomplete: true },
			3,
			'required source usage is not complete on prod',
		],

		['findings before gaps', { findings: [finding('high')], gaps: [gap()] }, 1, FOUND, GAP],
		[
			'errors before findings',
			{ errors: [error], findings: [finding('high')], gaps: [gap()] },
			2,
			ERROR,
			FOUND,
			GAP,
		],
		[
			'an interrupt before everything',
			{
				interrupted: true,
				errors: [error],
				findings: [finding('high')],
				clusters: [cluster(), DARK],
				gaps: [gap()],
			},
			130,
			INTERRUPTED,
			ERROR,
			FOUND,
			UNREACHED,
			GAP,
		],
	] as [string, Case, ...(string | number)[]][]) {
		it(`${name} :: ${expected[0]}`, () => assert.equal(ends(situation), expected));
	}
});
