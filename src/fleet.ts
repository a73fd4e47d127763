import type { Assessment, AssessOptions } from './assess.ts';
import { toFinding } from './evaluate/finding.ts';
import type { Evaluation } from './evaluate/totals.ts';
import { byCodeUnit } from './lib/text.ts';
import type { Credential, Location } from './model/facts.ts';
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
		for (const credential of credentials) {
			if (credential.certificate === null) continue;
			const key = credential.certificate.publicKeySha256;
			const holders = ownersOf(ref, credential, credential.certificate.sha256).map(sibling => ({
				credential,
				sibling,
			}));
			byKey.set(key, [...(byKey.get(key) ?? []), ...holders]);
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
		const owners = [...new Map(held.map(holder => [ownerKey(holder.sibling), holder])).values()];
		const judged = new Set<Credential>();
		for (const { credential, sibling } of held) {
			// One certificate in the files of two owners is one credential, with each other as siblings.
			if (judged.has(credential)) continue;
			judged.add(credential);
			const siblings = siblingsOf(sibling, owners, held);
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

/** Other owners first: among many copies of one, the stranger must not be the one that is cut off. */
function siblingsOf(own: Sibling, owners: Holder[], held: Holder[]): Sibling[] {
	const key = ownerKey(own);
	const others = owners
		.slice(0, MAX_SHOWN + 1)
		.flatMap(({ sibling }) => (ownerKey(sibling) === key ? [] : [sibling]));
	const copies = held.slice(0, MAX_SHOWN + 1).flatMap(({ sibling }) => (sibling === own ? [] : [sibling]));
	return [...new Set([...others, ...copies])].slice(0, MAX_SHOWN);
}

function ownerKey({ cluster, username, ownerUid }: Sibling): string {
	return JSON.stringify([cluster.uid, username, ownerUid]);
}

/** The credential at each owner of a file that it stands in; one where it stands in none. */
function ownersOf(cluster: ClusterRef, { uid, username, locations }: Credential, sha256: string): Sibling[] {
	const files = locations.filter(location => location.path !== '');
	const owners = new Map<number | null, Location>();
	for (const file of files) if (!owners.has(file.ownerUid)) owners.set(file.ownerUid, file);
	const places = owners.size === 0 ? locations.slice(0, 1) : [...owners.values()];
	return places.map(place => ({
		cluster,
		uid,
		username,
		sha256,
		ownerUid: place.ownerUid,
		location:
			place.path === ''
				? `${place.origin} ${place.namespace === '' ? '' : `${place.namespace}/`}${place.name}`
				: `${place.path}:${place.line}`,
	}));
}
