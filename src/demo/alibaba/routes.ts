import { type CloudRequest, header, parameter } from './request.ts';
import type { Product } from './state.ts';

/** Which operation a request asks for. */
export interface Route {
	product: Product;
	action: string;
	/** ROA parameters that stand in the path. */
	path: Record<string, string>;
	style: 'roa' | 'rpc';
}

const VERSIONS: Record<string, Product> = {
	'2015-12-15': 'cs',
	'2015-05-01': 'ram',
	'2019-08-15': 'ims',
	'2015-04-01': 'sts',
};

/** Method and path of each operation of the Container Service, as its SDK calls it. */
const CS_ROUTES: [action: string, method: string, path: string][] = [
	['DescribeClusters', 'GET', '/clusters'],
	['DescribeClustersV1', 'GET', '/api/v1/clusters'],
	['DescribeClustersForRegion', 'GET', '/regions/{RegionId}/clusters'],
	['DescribeClusterDetail', 'GET', '/clusters/{ClusterId}'],
	['DescribeClusterUserKubeconfig', 'GET', '/k8s/{ClusterId}/user_config'],
	['DescribeClusterUserKubeconfig', 'GET', '/api/v2/k8s/{ClusterId}/user_config'],
	['DescribeSubaccountK8sClusterUserConfig', 'GET', '/k8s/{ClusterId}/users/{Uid}/user_config'],
	['ListClusterKubeconfigStates', 'GET', '/clusters/{ClusterId}/kubeconfig/states'],
	['ListUserKubeConfigStates', 'GET', '/users/{Uid}/kubeconfig/states'],
	['GetClusterAuditProject', 'GET', '/clusters/{ClusterId}/audit'],
	['DescribeUserClusterActivityState', 'GET', '/clusters/{ClusterId}/users/{Uid}/activity-state'],
	['DescribeUserPermission', 'GET', '/permissions/users/{Uid}'],
	['GrantPermissions', 'POST', '/permissions/users/{Uid}'],
	['UpdateUserPermissions', 'POST', '/permissions/users/{Uid}/update'],
	['CleanClusterUserPermissions', 'DELETE', '/cluster/{ClusterId}/user/{Uid}/permissions'],
	['CleanUserPermissions', 'DELETE', '/users/{Uid}/permissions'],
	['RevokeK8sClusterKubeConfig', 'DELETE', '/k8s/{ClusterId}/certs'],
	['UpdateK8sClusterUserConfigExpire', 'POST', '/k8s/{ClusterId}/user_config/expire'],
	['DescribeTaskInfo', 'GET', '/tasks/{TaskId}'],
	['UpdateClusterAuditLogConfig', 'PUT', '/clusters/{ClusterId}/audit_log'],
	['CheckControlPlaneLogEnable', 'GET', '/clusters/{ClusterId}/controlplanelog'],
	['DescribeClusterEvents', 'GET', '/clusters/{ClusterId}/events'],
	['DescribeClusterLogs', 'GET', '/clusters/{ClusterId}/logs'],
	['DescribeUserClusterNamespaces', 'GET', '/api/v2/k8s/{ClusterId}/namespaces'],
];

const PATTERNS = CS_ROUTES.map(([action, method, path]) => ({
	action,
	method,
	names: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
	pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`),
}));

/** null for what no product here serves. */
export function route(request: CloudRequest): Route | null {
	const product = productOf(request);
	if (product === null) return null;
	if (product === 'cs') return csRoute(request);
	const action = header(request, 'x-acs-action') || (parameter(request, 'Action') ?? '');
	return { product, action, path: {}, style: 'rpc' };
}

/** null where the version is that of none. */
export function productOf(request: CloudRequest): Product | null {
	const version = header(request, 'x-acs-version') || (parameter(request, 'Version') ?? '');
	return Object.hasOwn(VERSIONS, version) ? (VERSIONS[version] ?? null) : null;
}

function csRoute({ method, path }: CloudRequest): Route | null {
	for (const { action, method: wanted, names, pattern } of PATTERNS) {
		const found = method === wanted ? pattern.exec(path) : null;
		if (found === null) continue;
		const values = names.map((name, at) => [name, decode(found[at + 1] ?? '')]);
		return { product: 'cs', action, path: Object.fromEntries(values), style: 'roa' };
	}
	return null;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
