import { formatRfc3339 } from '../lib/epoch.ts';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import type { Approval } from '../model/approval.ts';
import type { EpochSeconds } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';
import { isSigned, type Signer } from './journal.ts';

/** What is signed: no signature of anything else of ours can be taken for it. */
function signedText(plan: string, at: EpochSeconds): string {
	return `kubelapse/approval/v1\n${plan}\n${at}`;
}

/** Signs a plan. */
export function approve({ digest }: Plan, signer: Signer, at: EpochSeconds): Approval {
	return {
		apiVersion: 'kubelapse/approval/v1',
		plan: digest,
		at,
		key: signer.publicKey,
		signature: signer.sign(signedText(digest, at)),
	};
}

/**
 * Whose approval a plan has.
 * @param approvers public keys (SPKI, base64) by name, of the config alone.
 * @param own the key of whoever applies: nobody approves for themselves.
 * @throws {ScanError} APPROVAL_INVALID
 */
export function approverOf(
	plan: Plan,
	approval: Approval,
	approvers: Readonly<Record<string, string>>,
	own: string,
): string {
	const refuse = (message: string, hint: string) => new ScanError('APPROVAL_INVALID', message, { hint });
	const again = 'have it approved again with kubelapse approve';
	if (approval.plan !== plan.digest) throw refuse('the approval is of another plan', again);
	const found = Object.entries(approvers).find(([, key]) => key === approval.key);
	if (found === undefined)
		throw refuse(
			'the approval is signed by a key that the config does not list',
			'add it to approvers, or have it approved by one of them',
		);
	const [name] = found;
	if (approval.key === own)
		throw refuse(
			`the approval of ${oneLine(name)} is by the key of whoever applies the plan`,
			'a second key has to approve it',
		);
	if (!isSigned(signedText(approval.plan, approval.at), approval.signature, approval.key))
		throw refuse(`the signature of ${oneLine(name)} is wrong`, again);
	return `${name}, ${formatRfc3339(approval.at)}`;
}
