/** Something that goes wrong with a call. */
export interface Fault {
	/** Action that it befalls, as `ListRoles`; `*` for any. */
	action: string;
	/** Only where the path or a parameter holds this text; empty for everywhere. */
	match: string;
	/** How often; it ends by itself. */
	times: number;
	kind:
		| { is: 'throttle'; retryAfterMs: number | null }
		| { is: 'error'; status: number; code: string; message: string }
		| { is: 'html'; status: number }
		| { is: 'cut' }
		/** Does what was asked for, and cuts the connection before it says so. */
		| { is: 'lost' }
		| { is: 'slow'; ms: number }
		/** Says yes at once, and removes the permissions so much later. */
		| { is: 'late'; ms: number }
		/** Says yes and does nothing. */
		| { is: 'ignored' }
		/** Says that it has not searched all of the logs yet, and gives half of what was found. */
		| { is: 'incomplete' }
		/** Lets the call through and changes what it says. */
		| { is: 'rewrite'; rewrite: Rewrite };
}

/** What answers are known to look like, or might. */
export type Rewrite =
	| 'number_uids'
	| 'unknown_words'
	| 'repeating_page'
	| 'truncated_without_marker'
	| 'half_list'
	| 'empty_list'
	| 'duplicated_rows';

/** The fault that befalls a call, used up by one. */
export function takeFault(faults: Fault[], action: string, text: string): Fault['kind'] | null {
	const at = faults.findIndex(
		fault =>
			fault.times > 0 && (fault.action === '*' || fault.action === action) && text.includes(fault.match),
	);
	const fault = faults[at];
	if (fault === undefined) return null;
	fault.times--;
	if (fault.times === 0) faults.splice(at, 1);
	return fault.kind;
}
