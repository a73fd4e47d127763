import { authorizer } from './authorizer.ts';
import { bindings } from './bindings.ts';
import { bootstrapTokens } from './bootstrap-tokens.ts';
import { certificateRequests } from './certificate-requests.ts';
import type { Collector } from './collector.ts';
import { roles } from './roles.ts';
import { serviceAccounts } from './service-accounts.ts';
import { tokenSecrets } from './token-secrets.ts';

/** What is read of a live cluster, one source each. */
export const collectors: Collector[] = [
	bindings,
	roles,
	serviceAccounts,
	tokenSecrets,
	bootstrapTokens,
	certificateRequests,
	authorizer,
];
