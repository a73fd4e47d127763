/** RAM actions of a scan, and of nothing else: STS tells everybody who he is. */
export const SCAN_ACTIONS = [
	'cs:DescribeClustersV1',
	'cs:GetClusters',
	'cs:DescribeClusterDetail',
	'cs:DescribeClusterUserKubeconfig',
	'cs:ListClusterKubeconfigStates',
	'cs:ListUserKubeConfigStates',
	'cs:DescribeUserPermission',
	'cs:GetClusterAuditProject',
	'cs:DescribeUserClusterActivityState',
	'ram:ListUsers',
	'ram:ListRoles',
	'ram:GetUser',
	'ram:GetRole',
	'ram:ListUserBasicInfos',
	'ram:ListUsersInRecycleBin',
	'ram:GetUserInRecycleBin',
	'ram:GetAccountSummary',
	'log:GetProject',
	'log:ListLogStores',
	'log:GetLogStore',
	'log:GetIndex',
	'log:GetLogStoreLogs',
	'log:GetLogStoreHistogram',
];

/** What removing permissions needs beside them. */
export const REMEDIATE_ACTIONS = [
	...SCAN_ACTIONS,
	'cs:CleanClusterUserPermissions',
	'cs:CleanUserPermissions',
	'cs:RevokeK8sClusterKubeConfig',
	'cs:UpdateK8sClusterUserConfigExpire',
	'cs:UpdateUserPermissions',
	'cs:DescribeTaskInfo',
];
