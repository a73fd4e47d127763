import type { CloudTime } from './cloud-time.ts';
import { toGap } from './lib/api-error.ts';
import { DAY } from './lib/epoch.ts';
import type { AuditTrail } from './model/audit.ts';
import type { EpochSeconds, Gap, SourceStatus } from './model/facts.ts';
import type { CloudAudit } from './model/scan.ts';
import { readAuditLog } from './providers/alibaba/audit-log.ts';
import { serviceCode } from './providers/alibaba/failure.ts';

/** What the audit log that a cloud keeps of one cluster came to. */
export interface CloudTrail {
	trail: AuditTrail | null;
	status: SourceStatus;
	gaps: Gap[];
}

/** The cluster as its cloud tells of its auditing; null, or nothing at all, where that could not be read. */
interface AuditedCluster {
	id: string;
	region: string;
	isEnabled?: boolean | null;
	project?: string;
}

/** Reads the audit log of a cluster, or says why there is none. */
export async function readTrail(
	{ account, spend }: CloudTime,
	{ id, region, isEnabled = null, project = '' }: AuditedCluster,
	{
		now,
		showSources,
		salt,
		signal,
		...asked
	}: CloudAudit & Words & { now: EpochSeconds; signal: AbortSignal },
): Promise<CloudTrail> {
	if (isEnabled === false) return without(auditingOff('auditing is off', asked));
	// Why it is not known is a gap of the cloud's already.
	if (project === '')
		return without(gapOf('partial', 'the cloud names no log project of the audit log', asked));
	try {
		const question = { from: now - asked.days * DAY, to: now, showSources, salt, signal };
		const trail = await spend(readAuditLog(account, { id, region, auditProject: project }, question));
		const problems = trail.streams.flatMap(stream => stream.problems);
		const count = trail.streams.reduce((sum, { events }) => sum + events, 0);
		return {
			trail,
			status: { source: 'usage', status: problems.length === 0 ? 'complete' : 'partial', count },
			gaps: problems.slice(0, 1).map(problem => gapOf('partial', `the audit log is not whole: ${problem}`)),
		};
	} catch (error) {
		signal.throwIfAborted();
		if (/^(Project|LogStore)NotExist$/.test(serviceCode(error)))
			return without(auditingOff('its log project or log store is not there', asked));
		return without(unread(toGap('usage', 'log:GetLogStoreLogs', error), asked));
	}
}

/** How source addresses are told: as they are, or as hashes with this salt. */
interface Words {
	showSources: boolean;
	salt: string;
}

type Asked = Pick<CloudAudit, 'isAsked'>;

function auditingOff(why: string, asked: Asked): Gap {
	const next = 'switch it on in the console, under Security, Cluster Auditing';
	return gapOf('auditing_off', `there is no audit log: ${why}; ${next}`, asked);
}

/** Who did not ask for the log misses nothing by its lack; that it was not read is said all the same. */
function gapOf(code: Gap['code'], message: string, asked: Asked = { isAsked: true }): Gap {
	return unread({ source: 'usage', code, message, permission: '', subject: '' }, asked);
}

function unread(gap: Gap, { isAsked }: Asked): Gap {
	return isAsked ? gap : { ...gap, code: 'not_configured' };
}

function without(gap: Gap): CloudTrail {
	const status =
		gap.code === 'forbidden' ? 'denied' : gap.code === 'not_configured' ? gap.code : 'unavailable';
	return { trail: null, status: { source: 'usage', status, count: 0 }, gaps: [gap] };
}
