import { describeDetails } from '../lib/describe-details.ts';
import { oneLine } from '../lib/text.ts';
import { sha256 } from '../lib/x509.ts';
import type { Credential, Location } from '../model/facts.ts';
import type { Finding, FindingRemediation, FindingSubject } from '../model/finding.ts';
import type { Grade, Policy } from '../model/policy.ts';
import type { ClusterRef, Grant, PolicyRecord } from '../model/record.ts';
import type { Verdict } from './verdict.ts';

/**
 * Turns one verdict on one record into the finding that people and programs see.
 * @param holder the credential that a key record is about: the record itself has only its key.
 */
export function toFinding(
	record: PolicyRecord,
	verdict: Verdict,
	policy: Policy,
	holder?: Credential,
): Finding {
	const subject =
		holder === undefined ? knownSubject(record) : { kind: record.kind, ...credentialSubject(holder) };
	const isPrivileged = 'isPrivileged' in record && record.isPrivileged;
	const cluster = clusterOf(record.cluster);
	const { uid, name } = cluster;
	const grade = gradeOf(record, policy);
	return {
		id: findingId(policy.id, uid, subject.uid, verdict.details.key),
		policyId: policy.id,
		outcome: verdict.outcome,
		severity: isPrivileged ? policy.privilegedSeverity : policy.severity,
		// Only where it raised the severity: elsewhere it would make one finding look like two.
		isPrivileged: isPrivileged && policy.privilegedSeverity !== policy.severity,
		cluster,
		subject,
		title: policy.title,
		message: messageOf(subject, name, policy, verdict),
		details: verdict.details,
		gaps: verdict.gaps,
		grade,
		controls: policy.controls,
		remediation: remediationOf(verdict, policy, grade),
		status: 'new',
		firstSeen: record.now,
	};
}

/** Evidence of use that stands behind a finding: of no weight where the policy does not judge use. */
function gradeOf(record: PolicyRecord, { minGrade }: Policy): Grade {
	if (minGrade === 'none') return 'none';
	if ('usage' in record && record.usage !== null) return record.usage.grade;
	// The API server's own label on a token Secret.
	return record.kind === 'credential' && record.credential.kind === 'token_secret' ? 'C' : 'D';
}

const clusters = new WeakMap<ClusterRef, Finding['cluster']>();

/** One object for all findings of a cluster: with hundreds of thousands of them, a copy each is what memory goes into. */
function clusterOf(ref: ClusterRef): Finding['cluster'] {
	const known = clusters.get(ref) ?? { uid: ref.uid, name: ref.name };
	clusters.set(ref, known);
	return known;
}

const remediations = new WeakMap<Policy, Map<string, FindingRemediation>>();

/** One object for all findings of a policy that are to be ended alike. */
function remediationOf({ outcome }: Verdict, policy: Policy, grade: Grade): FindingRemediation {
	const known = remediations.get(policy) ?? new Map<string, FindingRemediation>();
	remediations.set(policy, known);
	const key = `${outcome} ${grade}`;
	const remediation = known.get(key) ?? newRemediation(outcome, policy, grade);
	known.set(key, remediation);
	return remediation;
}

function newRemediation(
	outcome: Verdict['outcome'],
	{ remediation: text, minGrade, origin }: Policy,
	grade: Grade,
): FindingRemediation {
	const advice = (why: string): FindingRemediation => ({ text, safe: false, why });
	if (outcome === 'unknown') return advice('nothing is ended on what could not be judged');
	if (origin !== null && !origin.isTrusted)
		return advice(`its policy comes from ${oneLine(origin.folder, 100)}, which the config does not trust`);
	// A letter nearer to A is better evidence.
	if (minGrade !== 'none' && grade > minGrade)
		return advice(`the evidence of use is of grade ${grade}, and the policy asks for ${minGrade}`);
	return { text, safe: true, why: '' };
}

/** The same in every run as long as it is about the same thing. */
function findingId(policyId: string, clusterUid: string, subjectUid: string, key: unknown): string {
	return sha256(JSON.stringify([policyId, clusterUid, subjectUid, key ?? ''])).slice(0, 16);
}

function messageOf(
	subject: FindingSubject,
	cluster: string,
	policy: Policy,
	{ outcome, details, gaps }: Verdict,
): string {
	const who = `${subject.name} on ${oneLine(cluster, 100)}`;
	if (outcome === 'unknown') {
		const reasons = gaps.map(gap => gap.message || `${gap.source} ${gap.code.replace('_', ' ')}`);
		return `${who}: cannot be judged${reasons.length > 0 ? ` (${[...new Set(reasons)].join('; ')})` : ''}.`;
	}
	const facts = describeDetails(details);
	// A text put together otherwise keeps its parts, until it is written, in twice the memory.
	return [who, ': ', policy.title, ...(facts === '' ? ['.'] : [' (', facts, ').'])].join('');
}

const subjects = new WeakMap<PolicyRecord, FindingSubject>();

/** One object for all findings of a record. */
function knownSubject(record: PolicyRecord): FindingSubject {
	const known = subjects.get(record) ?? subjectOf(record);
	subjects.set(record, known);
	return known;
}

function subjectOf(record: PolicyRecord): FindingSubject {
	switch (record.kind) {
		case 'credential':
			return { kind: 'credential', ...credentialSubject(record.credential) };
		case 'grant':
			return grantSubject(record.grant, record.identity.id);
		case 'identity': {
			const { id, type } = record.identity;
			return plain('identity', id, `${type.replace('_', ' ')} ${oneLine(record.identity.name)}`, type, id);
		}
		case 'connection': {
			const { uid, name, location } = record.connection;
			const subject = plain(
				'connection',
				uid,
				`cluster block ${oneLine(name)} of ${oneLine(location.path)}`,
				'kubeconfig',
				location.path,
			);
			return { ...subject, identity: '', location };
		}
		case 'cluster':
			return {
				...plain(
					'cluster',
					record.cluster.uid,
					`cluster ${oneLine(record.cluster.name)}`,
					'Cluster',
					record.cluster.name,
				),
				identity: '',
			};
		case 'key': {
			const { uid, username, location } = record.credential;
			return {
				...plain('key', uid, `key of ${oneLine(username)}`, 'kubeconfig', location),
				identity: username,
			};
		}
		case 'waiver': {
			const { id, location } = record.waiver;
			return { ...plain('waiver', id, `waiver ${oneLine(id)}`, 'Waiver', location), identity: '' };
		}
		case 'finding': {
			const { id, subject, policyId } = record.finding;
			return { ...plain('finding', id, `${policyId} on ${oneLine(subject)}`, 'Finding', id), identity: '' };
		}
		default:
			return record satisfies never;
	}
}

function plain(
	kind: FindingSubject['kind'],
	uid: string,
	name: string,
	objectKind: string,
	objectName: string,
): FindingSubject {
	return {
		kind,
		uid,
		name,
		identity: objectName,
		object: { kind: objectKind, namespace: '', name: objectName },
		location: null,
	};
}

const KIND_WORDS = {
	client_certificate: 'certificate',
	cloud_kubeconfig: 'kubeconfig',
	token_secret: 'long-lived token',
	bound_token: 'token',
	bootstrap_token: 'bootstrap token',
	static_token: 'static token',
	basic_auth: 'password',
	exec_plugin: 'exec plugin',
	auth_provider: 'auth provider',
} as const satisfies Record<Credential['kind'], string>;

/** Kubernetes kind of the object behind each place; a file's is `kubeconfig`. */
const OBJECT_KINDS = {
	csr: 'CertificateSigningRequest',
	secret: 'Secret',
	kubeconfig: 'kubeconfig',
	connection: 'kubeconfig',
	cloud: 'kubeconfig',
	ledger: 'Certificate',
	audit: 'Certificate',
} as const satisfies Record<Location['origin'], string>;

function credentialSubject(credential: Credential): Omit<FindingSubject, 'kind'> {
	const [first] = credential.locations;
	const file = credential.locations.find(location => location.path !== '') ?? null;
	const holder = credential.username === '' ? (first?.name ?? '') : credential.username;
	return {
		uid: credential.uid,
		identity: credential.username,
		name: `${KIND_WORDS[credential.kind]} of ${oneLine(holder) || 'nobody'}${first?.origin === 'secret' ? ` (Secret ${oneLine(first.namespace)}/${oneLine(first.name)})` : ''}`,
		object: {
			kind: first === undefined ? 'kubeconfig' : OBJECT_KINDS[first.origin],
			namespace: first?.namespace ?? '',
			name: first?.name ?? '',
		},
		location: file,
	};
}

function grantSubject(
	{ uid, bindingKind, namespace, bindingName, subject }: Grant,
	identity: string,
): FindingSubject {
	const binding = `${bindingKind} ${namespace === '' ? '' : `${oneLine(namespace)}/`}${oneLine(bindingName)}`;
	const who = `${subject.kind} ${subject.namespace === '' ? '' : `${oneLine(subject.namespace)}/`}${oneLine(subject.name)}`;
	const object = { kind: bindingKind, namespace, name: bindingName };
	return { kind: 'grant', uid, name: `${binding}, ${who}`, identity, object, location: null };
}
