import type { Assessment, AssessOptions } from './assess.ts';
import { toFinding } from './evaluate/finding.ts';
import type { Evaluation } from './evaluate/totals.ts';
import { byCodeUnit } from './lib/text.ts';
import type { Credential } from './model/facts.ts';
import type { Finding } from './model/finding.ts';
import type { ClusterRef, KeyRecord, Sibling } from './model/record.ts';

/** Most siblings that one record shows. */
const MAX_SHOWN = 20;

interface Holder {
	credential: Credential;
	sibling: Sibling;
}

/** Judges every public key over the whole fleet: one key at two owners is seen only from here. */
export async function assessKeys(
	assessments: Assessment[],
	{ pool, catalog, now, signal }: AssessOptions,
): Promise<{ findings: Finding[]; evaluation: Evaluation }> {
	const policies = new Map(catalog.map(policy => [policy.id, policy]));
	const byKey = indexKeys(assessments);
	const holders = new Map<KeyRecord, Credential>();
	const findings: Finding[] = [];
	const evaluation = await pool.evaluate(keyRecords(byKey, now, holders), {
		signal,
		onVerdicts: (record, verdicts) => {
			const holder = holders.get(record as KeyRecord);
			for (const verdict of verdicts) {
				const policy = policies.get(verdict.policyId);
				if (policy !== undefined) findings.push(toFinding(record, verdict, policy, holder));
			}
		},
	});
	return { findings, evaluation };
}

function indexKeys(assessments: Assessment[]): Map<string, Holder[]> {
	const byKey = new Map<string, Holder[]>();
	for (const { ref, credentials } of assessments) {
		for (const { credential } of credentials) {
			if (credential.certificate === null) continue;
			const key = credential.certificate.publicKeySha256;
			const holder = { credential, sibling: toSibling(ref, credential, credential.certificate.sha256) };
			const known = byKey.get(key);
			if (known === undefined) byKey.set(key, [holder]);
			else known.push(holder);
		}
	}
	return byKey;
}

function* keyRecords(
	byKey: Map<string, Holder[]>,
	now: number,
	holders: Map<KeyRecord, Credential>,
): Generator<KeyRecord> {
	for (const [, held] of [...byKey].sort(([a], [b]) => byCodeUnit(a, b))) {
		for (const { credential, sibling } of held) {
			const siblings: Sibling[] = [];
			for (const other of held) {
				if (other.sibling !== sibling && siblings.push(other.sibling) === MAX_SHOWN) break;
			}
			const record: KeyRecord = {
				kind: 'key',
				now,
				cluster: sibling.cluster,
				gaps: [],
				credential: sibling,
				siblings,
				siblingsTotal: held.length - 1,
			};
			if (siblings.length > 0) holders.set(record, credential);
			yield record;
		}
	}
}

function toSibling(cluster: ClusterRef, { uid, username, locations }: Credential, sha256: string): Sibling {
	const file = locations.find(location => location.path !== '');
	const [first] = locations;
	const object =
		first === undefined
			? ''
			: `${first.origin} ${first.namespace === '' ? '' : `${first.namespace}/`}${first.name}`;
	return {
		cluster,
		uid,
		username,
		sha256,
		ownerUid: file?.ownerUid ?? null,
		location: file === undefined ? object : `${file.path}:${file.line}`,
	};
}
