import { type Source, sources } from '../model/facts.ts';
import type { RecordKind } from '../model/record.ts';

/** Where the records of each kind come from: a source that failed here has records that nobody saw. */
export const ORIGINS = {
	credential: ['token_secrets', 'bootstrap_tokens', 'certificate_requests', 'kubeconfig', 'cloud'],
	grant: ['bindings'],
	identity: ['bindings', 'service_accounts', 'identities'],
	connection: ['kubeconfig'],
	cluster: [],
	key: ['certificate_requests', 'kubeconfig'],
	waiver: [],
	finding: [],
} as const satisfies Record<RecordKind, readonly Source[]>;

/** What a record is joined with: a gap there leaves it half blind. One that was read is not blurred by others that were not. */
export const BESIDE = {
	credential: beside('credential'),
	grant: beside('grant'),
	connection: beside('connection'),
	cluster: beside('cluster'),
	// Who somebody is comes from all of them together.
	identity: sources,
} as const;

function beside(kind: RecordKind): readonly Source[] {
	const origins: readonly Source[] = ORIGINS[kind];
	return sources.filter(source => !origins.includes(source));
}
