import { toGap } from './lib/api-error.ts';
import { DAY } from './lib/epoch.ts';
import type { ActivityRecord, Credential, DirectoryIdentity, EpochSeconds } from './model/facts.ts';
import type { CloudTarget } from './model/scan.ts';
import type { Account } from './providers/alibaba/account.ts';
import { type ClusterRow, readActivity } from './providers/alibaba/container-service.ts';
import { serviceCode } from './providers/alibaba/failure.ts';

/** What the seven-day records of one cluster are asked with. */
export interface ActivityQuestion {
	account: Account;
	/** Ends with the cluster's time. */
	spend: <T>(work: Promise<T>) => Promise<T>;
	cluster: Pick<ClusterRow, 'id' | 'region'>;
	/** Whose records to ask for. */
	of: CloudTarget['activity'];
	/** As the cluster's own switch says; null where it could not be read. */
	isAudited: boolean | null;
	identities: DirectoryIdentity[];
	now: EpochSeconds;
	signal: AbortSignal;
}

const ACTION = 'cs:DescribeUserClusterActivityState';

/** A kubeconfig that ends within so long is one to renew or to delete. */
const SOON = 60 * DAY;

/**
 * The kubeconfigs with the cloud's own look at seven days of the audit log: one call each, so only of those
 * that were asked for. A record is advice, and its lack no gap of the scan: what failed says so itself.
 * @returns also why checks failed that could have worked, by the service's code.
 */
export async function withActivity(
	credentials: Credential[],
	question: ActivityQuestion,
): Promise<{ credentials: Credential[]; failures: Map<string, string> }> {
	const failures = new Map<string, string>();
	const states = new Map(question.identities.map(({ account, state }) => [account, state]));
	const asked = await Promise.all(
		credentials.map(async credential => {
			const { cloud } = credential;
			if (cloud === null || !isAsked(credential, states.get(cloud.accountId), question)) return credential;
			const activity = await recordOf(cloud.accountId, question, failures);
			return { ...credential, cloud: { ...cloud, activity } };
		}),
	);
	return { credentials: asked, failures };
}

function isAsked(
	{ state, notAfter, cloud }: Credential,
	identity: DirectoryIdentity['state'] | undefined,
	{ of, now }: ActivityQuestion,
): boolean {
	if (of === 'none' || (state !== 'effective' && state !== 'unknown')) return false;
	if (notAfter !== null && notAfter < now) return false;
	if (of === 'all') return true;
	// Deleted, disabled, or nobody can tell.
	const isGoing = identity !== 'active' || cloud?.accountState !== 'active';
	return isGoing || (notAfter !== null && notAfter - now <= SOON);
}

async function recordOf(
	uid: string,
	{ account, spend, cluster, isAudited, signal }: ActivityQuestion,
	failures: Map<string, string>,
): Promise<ActivityRecord> {
	// The service would only say the same.
	if (isAudited === false) return failed('auditing_off');
	try {
		const { isActive, last, project } = await spend(readActivity(account, cluster, uid));
		// Nothing was found where nothing was looked at.
		if (!isActive && project === '') return failed('no_log_project');
		return { answer: isActive ? 'records_found' : 'no_record', last, reason: '' };
	} catch (error) {
		signal.throwIfAborted();
		const code = serviceCode(error);
		if (/audit/i.test(code)) return failed('auditing_off');
		// One of each kind: a request's own id makes every message another.
		if (!failures.has(code)) failures.set(code, toGap('cloud', ACTION, error).message);
		return failed(code);
	}
}

function failed(reason: string): ActivityRecord {
	return { answer: 'failed', last: null, reason };
}
