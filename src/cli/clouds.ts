import { ScanError } from '../lib/scan-error.ts';
import type { CloudAudit, CloudTarget } from '../model/scan.ts';
import { oneOf } from './flags.ts';
import { readText } from './read-text.ts';
import type { Settings } from './settings.ts';

/** Half an hour: longer than a cluster takes, and the least that the console allows. */
const KUBECONFIG_MINUTES = 30;
/** Longer than most policies look back, and within what log stores keep. */
const AUDIT_DAYS = 90;
const MAX_CA_BYTES = 1024 * 1024;
const PRODUCTS = ['cs', 'ram', 'ims', 'sts', 'sls'] as const;

/** The accounts of Alibaba Cloud that the settings name. @throws {ScanError} USAGE, FILE_UNREADABLE */
export async function cloudTargets(settings: Settings): Promise<CloudTarget[]> {
	const ca = settings['alibaba-ca'];
	const authorities = ca === undefined ? '' : await readText(ca, 'CA', MAX_CA_BYTES);
	const endpoints = endpointsOf(settings['alibaba-endpoint'] ?? []);
	const common = {
		regions: settings.region ?? [],
		clusters: settings.cluster ?? [],
		endpointAccess: settings['endpoint-access'] ?? 'public',
		activity: activityOf(settings),
		audit: auditOf(settings, endpoints),
		kubeconfigMinutes: settings['no-temporary-kubeconfig'] === true ? null : KUBECONFIG_MINUTES,
	};
	const access = {
		endpoints,
		authorities,
		timeoutMs: settings['request-timeout'] * 1000,
	};
	const profiles = settings['account-profile'] ?? [null];
	return [...new Set(profiles)].map(profile => ({ ...common, access: { ...access, profile } }));
}

/** The view of identities shows everybody's record, the one of deleted identities only theirs. */
function activityOf({ view, activity }: Settings): CloudTarget['activity'] {
	if (view === 'identity') return 'all';
	return view === 'deleted' || activity === true ? 'candidates' : 'none';
}

function auditOf(
	{ 'audit-days': asked }: Settings,
	endpoints: CloudTarget['access']['endpoints'],
): CloudAudit | null {
	const days = asked ?? AUDIT_DAYS;
	// Who has addresses of their own for the rest need not reach the public one of the logs.
	const isOutOfReach = Object.keys(endpoints).length > 0 && endpoints.sls === undefined;
	if (days === 0 || (asked === undefined && isOutOfReach)) return null;
	return { days, isAsked: asked !== undefined };
}

function endpointsOf(pairs: string[]): CloudTarget['access']['endpoints'] {
	const endpoints: CloudTarget['access']['endpoints'] = {};
	for (const pair of pairs) {
		const [, product = '', host = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? [];
		// A scheme would be taken for the name of a host.
		if (!/^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(host))
			throw new ScanError('USAGE', `--alibaba-endpoint: ${JSON.stringify(pair)} is no PRODUCT=HOST[:PORT]`, {
				hint: 'write it as cs=cs-anony-vpc.cn-hangzhou.aliyuncs.com',
			});
		endpoints[oneOf(product, PRODUCTS, 'product')] = host;
	}
	return endpoints;
}
