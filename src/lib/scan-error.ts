/** Why a run could not go on. Bad news about a cluster is a gap, never one of these. */
export type ScanErrorCode =
	| 'USAGE'
	| 'CONFIG_INVALID'
	| 'FILE_UNREADABLE'
	| 'KUBECONFIG_INVALID'
	| 'CONTEXT_UNKNOWN'
	| 'FACTS_INVALID'
	| 'RESULT_INVALID'
	| 'POLICY_INVALID'
	| 'POLICY_LOAD_FAILED'
	| 'AUDIT_POLICY_INVALID'
	| 'PARAMS_INVALID'
	| 'WAIVERS_INVALID'
	| 'IDENTITIES_INVALID'
	| 'HISTORY_INVALID'
	| 'HISTORY_LOCKED'
	| 'COMPILER_FAILED'
	| 'PLAN_INVALID'
	| 'PLAN_REFUSED'
	| 'APPROVAL_INVALID'
	| 'JOURNAL_INVALID'
	| 'JOURNAL_LOCKED'
	| 'KEY_INVALID'
	| 'OUTPUT_UNWRITABLE';

/** An error that a user can act on: what happened, to what, and what to do next. */
export class ScanError extends Error {
	readonly code: ScanErrorCode;
	/** The next step, printed on a line of its own; empty when the message says it. */
	readonly hint: string;

	constructor(code: ScanErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'ScanError';
		this.code = code;
		this.hint = options.hint ?? '';
	}
}
