import type { EpochSeconds } from './facts.ts';

/** Somebody's signature of a plan, in a file of its own. */
export interface Approval {
	apiVersion: 'kubelapse/approval/v1';
	/** Digest of the plan. */
	plan: string;
	at: EpochSeconds;
	/** Ed25519 public key (SPKI, base64). */
	key: string;
	/** Over the plan's digest and the time, base64. */
	signature: string;
}
