import type { Credential } from '../../model/facts.ts';
import type { Finding } from '../../model/finding.ts';
import type { Policy } from '../../model/policy.ts';
import type { Report } from '../../model/report.ts';
import { shortHash } from '../slug.ts';
import { worstFirst } from '../worst-first.ts';
import type { Result } from './log.ts';
import { locationOf } from './paths.ts';
import { levels, ruleId } from './rules.ts';
import { plain, sentence } from './text.ts';

/** What results are looked up in. */
export interface Lookup {
	slugs: Map<string, string>;
	policies: Map<string, Policy>;
	/** By cluster uid and credential uid. */
	credentials: Map<string, Credential>;
}

/** Reads the lookup tables off a report once for all of its files. */
export function lookup(report: Report, slugs: Map<string, string>): Lookup {
	return {
		slugs,
		policies: new Map(report.policies.map(policy => [policy.id, policy])),
		credentials: new Map(report.credentials.map(c => [`${c.cluster}\n${c.uid}`, c])),
	};
}

/** Findings as results: the worst first, each with a fingerprint that no other of them has. */
export function resultsOf(findings: Finding[], tables: Lookup): Result[] {
	const seen = new Map<string, number>();
	return [...findings].sort(worstFirst).map(finding => {
		const hash = fingerprint(finding, credentialOf(finding, tables));
		const turn = (seen.get(hash) ?? 0) + 1;
		seen.set(hash, turn);
		return result(finding, tables, hash, turn);
	});
}

function result(finding: Finding, tables: Lookup, hash: string, turn: number): Result {
	const slug = tables.slugs.get(finding.cluster.uid) ?? 'cluster';
	return {
		ruleId: ruleId(finding.policyId, finding.severity, tables.policies.get(finding.policyId)),
		level: levels[finding.severity],
		message: { text: messageOf(finding) },
		locations: [{ physicalLocation: locationOf(finding, slug, credentialOf(finding, tables)) }],
		partialFingerprints: {
			primaryLocationLineHash: `${hash.slice(0, 16)}:${turn}`,
			'kubelapse/v1': `${hash}:${turn}`,
		},
	};
}

function credentialOf(finding: Finding, tables: Lookup): Credential | undefined {
	if (finding.subject.kind !== 'credential') return undefined;
	return tables.credentials.get(`${finding.cluster.uid}\n${finding.subject.uid}`);
}

/**
 * The same in every run and whatever severity, counts or words say. A certificate is known by its
 * bearer and issuer, so that a renewal does not open a second alert for the same trouble; several
 * of one bearer are told apart by their turn.
 */
function fingerprint(finding: Finding, credential: Credential | undefined): string {
	const subject =
		credential?.certificate != null
			? ['certificate', credential.username, credential.certificate.issuer]
			: ['finding', finding.id];
	const identity = ['kubelapse/v1', finding.policyId, finding.cluster.uid, ...subject];
	return shortHash(JSON.stringify(identity), 64);
}

function placeOf({ subject, cluster }: Finding): string {
	return subject.kind === 'waiver' ? '' : ` in cluster ${plain(cluster.name, 80)}`;
}

/** GitHub makes the first sentence the alert's title, so it says what, where and why. */
function messageOf(finding: Finding): string {
	const parts = [
		sentence(`${plain(finding.subject.name)}${placeOf(finding)}: ${plain(finding.title)}`),
		sentence(finding.message),
		...(finding.grade === 'none' ? [] : [`Evidence of use: grade ${finding.grade}.`]),
		...(finding.remediation.text === '' ? [] : [`What ends it: ${sentence(finding.remediation.text)}`]),
	];
	return parts.filter(part => part !== '').join(' ');
}
