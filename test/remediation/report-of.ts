import { loadBundle } from '../../src/evaluate/bundle.ts';
import { glob } from '../../src/lib/glob.ts';
import type { Credential, DirectoryIdentity, Facts } from '../../src/model/facts.ts';
import type { Plan, PlanOptions } from '../../src/model/plan.ts';
import type { Report } from '../../src/model/report.ts';
import { makePlan } from '../../src/remediation/plan.ts';
import type { Actor } from '../../src/remediation/scope.ts';
import { scan } from '../../src/scan.ts';
import { clusterFacts, credentialOf, NOW } from '../helpers/cluster-facts.ts';
import { scanRequest } from '../helpers/scan-request.ts';

const bundle = await loadBundle();

const known = new Map<string, Promise<Report>>();

/** What a scan says of facts, by the shipped policies: collected and judged at NOW. A copy of one's own. */
export async function reportOf(facts: Facts[]): Promise<Report> {
	async function* saved() {
		yield* facts;
	}
	const key = JSON.stringify(facts);
	const report =
		known.get(key) ?? scan(scanRequest({ savedFacts: saved(), now: NOW, isClockOverridden: false }), bundle);
	known.set(key, report);
	return structuredClone(await report);
}

export const OPTIONS: PlanOptions = {
	only: [],
	exclude: [],
	policies: [],
	clusters: [],
	identities: [],
	force: false,
	noRestore: false,
	revokeOwn: false,
	bulk: false,
	quarantineDays: 14,
	offboard: null,
	denyPack: false,
};

/** The plan of a report, an hour after its scan. */
export function planOf(
	report: Report,
	options: Partial<PlanOptions> = {},
	{ actors = new Map<string, Actor>(), now = NOW + 3600 } = {},
): Plan {
	const patterns = ['*break-glass*'].map(glob);
	return makePlan(report, {
		options: { ...OPTIONS, ...options },
		now,
		maxAgeSeconds: 24 * 3600,
		isBreakGlass: name => patterns.some(test => test(name.toLowerCase())),
		actors,
		grace: () => null,
	});
}

/** A row of a roster, or of a cloud's lists. */
export function listed(
	username: string,
	state: DirectoryIdentity['state'],
	rest: Partial<DirectoryIdentity> = {},
): DirectoryIdentity {
	return {
		username,
		provider: 'file',
		account: username,
		name: username,
		displayName: '',
		type: 'user',
		state,
		stateSince: null,
		human: 'unknown',
		listComplete: true,
		cloudService: '',
		...rest,
	};
}

/** A cluster with a roster of people. */
export function withRoster(identities: DirectoryIdentity[], rest: Partial<Facts> = {}): Facts {
	const facts = clusterFacts(rest);
	return {
		...facts,
		identities,
		sources: [...facts.sources, { source: 'identities', status: 'complete', count: identities.length }],
	};
}

export const ACCOUNT = '1234567890123456';
export const UID = '201234567890123456';
const CALLER = '209999999999999999';

/** A cluster of Alibaba Cloud: its id is `c1`. */
export function cloudFacts(
	credentials: Credential[],
	identities: DirectoryIdentity[],
	rest: Partial<Facts> = {},
): Facts {
	const facts = clusterFacts(rest);
	return {
		...facts,
		cluster: {
			...facts.cluster,
			uid: 'c1',
			name: 'shop',
			provider: 'alibaba',
			cloud: {
				accountId: ACCOUNT,
				callerUid: CALLER,
				region: 'cn-hangzhou',
				type: 'ManagedKubernetes',
				profile: 'Default',
				state: 'running',
				auditProject: '',
			},
			...(rest.cluster ?? {}),
		},
		credentials,
		identities,
		sources: [
			...facts.sources.filter(({ source }) => source !== 'cloud'),
			{ source: 'identities', status: 'complete', count: 1 },
			{ source: 'cloud', status: 'complete', count: 1 },
		],
	};
}

/** A kubeconfig that the cloud lists. */
export function kubeconfigOf(
	account: string,
	rest: Partial<Credential> = {},
	cloud: object = {},
): Credential {
	return credentialOf(account, {
		uid: `kubeconfig:c1/${account}`,
		kind: 'cloud_kubeconfig',
		groups: ['system:users'],
		notBefore: null,
		notAfter: NOW + 90 * 86_400,
		certificate: null,
		createdAt: null,
		cloud: {
			accountId: account,
			accountType: 'ram_user',
			accountState: 'deleted',
			accountName: '',
			displayName: '',
			cloudService: '',
			certState: 'Unexpired',
			revokable: true,
			clusterState: 'running',
			activity: null,
			...cloud,
		},
		locations: [
			{ origin: 'cloud', path: '', line: 0, namespace: '', name: account, mode: null, ownerUid: null },
		],
		...rest,
	});
}

/** A RAM user as the account's lists say. */
export function ramUser(
	uid: string,
	state: DirectoryIdentity['state'],
	rest: Partial<DirectoryIdentity> = {},
) {
	return listed(uid, state, { provider: 'alibaba', account: uid, name: '', type: 'ram_user', ...rest });
}

/** What is planned, as `action target`. */
export const stepsOf = ({ steps }: Plan): string[] =>
	steps.map(
		({ action, target }) =>
			`${action} ${'name' in target ? target.name : 'account' in target ? target.account : target.uid}`,
	);
