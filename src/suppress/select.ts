import { glob, isAnything } from '../lib/glob.ts';
import type { Finding } from '../model/finding.ts';
import type { Policy } from '../model/policy.ts';
import type { Waiver, WaiverSelector } from '../model/waiver.ts';

/** What a selector's globs are compiled to. */
export interface Selection {
	policy: (id: string) => boolean;
	cluster: (cluster: Finding['cluster']) => boolean;
	finding: (finding: Finding) => boolean;
}

/** Compiles a waiver's selector. */
export function select({ selector }: Pick<Waiver, 'selector'>): Selection {
	const part = (pattern: string | null) => (pattern === null ? () => true : glob(pattern));
	const [policy, name, subject, namespace] = [
		part(selector.policy),
		part(selector.cluster),
		part(selector.subject),
		part(selector.namespace),
	];
	const cluster = (of: Finding['cluster']) => name(of.uid) || name(of.name);
	return {
		policy,
		cluster,
		finding: finding =>
			isWaivable(finding) &&
			(selector.finding === null || selector.finding === finding.id) &&
			(selector.fingerprint === null || selector.fingerprint === fingerprintOf(finding)) &&
			policy(finding.policyId) &&
			cluster(finding.cluster) &&
			namesOf(finding.subject).some(subject) &&
			namespace(finding.subject.object.namespace),
	};
}

/** Whether a waiver may excuse it: not what could not be judged, nor what is about a waiver. */
export function isWaivable({ outcome, subject }: Finding): boolean {
	return outcome === 'fail' && subject.kind !== 'waiver';
}

/** What a selector may call a finding's subject. */
export function namesOf({ name, uid, identity }: Finding['subject']): string[] {
	return [name, uid, identity];
}

/** What pins a waiver to a finding's credential, and not to its successor of the same name; null for other subjects. */
export function fingerprintOf({ subject }: Pick<Finding, 'subject'>): string | null {
	return isCredentialKind(subject.kind) ? subject.uid.replace(/^x509:/, '') : null;
}

/**
 * Whether a finding is about a credential that is known by its place alone, as a password is: hashing it
 * would make the report a way to guess it.
 */
export function isOfPlace({ subject }: Pick<Finding, 'subject'>): boolean {
	return isCredentialKind(subject.kind) && subject.uid.startsWith('kubeconfig:');
}

/** What a waiver of such a finding comes to. */
export const COVERS_PLACE =
	'it covers whatever stands at that place: nothing of such a credential tells it from the next one';

/** Whether the subject of a record kind is a credential, which may be minted again under the same name. */
export function isCredentialKind(kind: Policy['kind']): boolean {
	return kind === 'credential' || kind === 'key';
}

/** Whether a waiver can only be about what somebody looked at. */
export function isPinned({ fingerprint, finding }: WaiverSelector): boolean {
	return fingerprint !== null || finding !== null;
}

/** Whether a part of a selector leaves everything in. */
export function isOpen(pattern: string | null): boolean {
	return pattern === null || isAnything(pattern);
}
