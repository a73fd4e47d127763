import { credentialIds } from '../join/evidence.ts';
import { oneLine } from '../lib/text.ts';
import type { Credential, EpochSeconds } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { Usage } from '../model/record.ts';
import type { Report } from '../model/report.ts';
import { parseSubject, type UsageSubject, usage } from './usage-subject.ts';

/** What a result says of the use of one credential or identity. */
export interface ReportedUse {
	cluster: string;
	kind: string;
	/** uid of a credential, username of an identity. */
	id: string;
	username: string;
	/** null: the run had no evidence to go by. */
	usage: Usage | null;
}

/** A subject as a result knows it. */
export interface Resolved {
	subject: UsageSubject;
	/** Who logs in with the credential; empty where nobody can tell, or the subject is a username itself. */
	holder: string;
	/** When the run was made; null where no result was asked. */
	now: EpochSeconds | null;
	uses: ReportedUse[];
}

/** What a word names in a result: a finding, a credential, or what audit logs call a subject. @throws {ScanError} USAGE */
export function resolveSubject(word: string, report: Report): Resolved {
	const finding = findingOf(word, report);
	if (finding !== null) return ofFinding(finding, report);
	const credentials = report.credentials.filter(({ uid }) => uid === word);
	if (credentials.length > 0) return ofCredentials(credentials, report);
	return { ...ofSubject(parseSubject(word), report) };
}

/** The same of what is known to be such a subject. */
export function ofSubject(subject: UsageSubject, report: Report): Resolved {
	const { kind, id } = subject;
	const credentials = report.credentials.filter(credential =>
		kind === 'username'
			? credential.username === id
			: subjectsOf(credential).some(own => own.kind === kind && own.id === id),
	);
	const { uses } = ofCredentials(credentials, report);
	const holder = kind === 'username' ? '' : holderOf(credentials);
	return { subject, holder, now: report.run.now, uses: [...identitiesOf(subject, report), ...uses] };
}

type Reported = Report['credentials'][number];

function ofCredentials(credentials: Reported[], { run }: Report): Resolved {
	const holder = holderOf(credentials);
	const [own] = credentials.flatMap(subjectsOf);
	const uses = credentials.map(credential => ({
		cluster: credential.cluster,
		kind: credential.kind,
		id: credential.uid,
		username: credential.username,
		usage: credential.usage,
	}));
	// One that no event can name is looked for by its user alone.
	const subject = own ?? { kind: 'username' as const, id: holder };
	return { subject, holder: own === undefined ? '' : holder, now: run.now, uses };
}

function identitiesOf({ kind, id }: UsageSubject, { identities }: Report): ReportedUse[] {
	if (kind !== 'username') return [];
	return identities
		.filter(identity => identity.id === id)
		.map(identity => ({
			cluster: identity.cluster,
			kind: identity.type,
			id,
			username: id,
			usage: identity.usage,
		}));
}

/** What events call a credential. */
function subjectsOf(credential: Credential): UsageSubject[] {
	const ids = credentialIds(credential).map(id => ({ kind: 'credential' as const, id }));
	if (ids.length > 0 || credential.kind !== 'token_secret') return ids;
	return credential.locations.flatMap(({ origin, namespace, name }) =>
		origin === 'secret' ? [{ kind: 'token_secret' as const, id: `${namespace}/${name}` }] : [],
	);
}

function holderOf(credentials: Reported[]): string {
	return credentials.find(({ username }) => username !== '')?.username ?? '';
}

/** Ids have 16 digits; reports print the first 8. */
const FINDING_ID = /^[0-9a-f]{8,16}$/;

function findingOf(word: string, { findings, suppressed }: Report): Finding | null {
	if (!FINDING_ID.test(word)) return null;
	const found = [...findings, ...suppressed].filter(({ id }) => id.startsWith(word));
	if (found.length <= 1) return found[0] ?? null;
	throw usage(`${found.length} findings begin with ${word}`, 'write more of the id, or add --username');
}

function ofFinding({ id, cluster, subject }: Finding, report: Report): Resolved {
	const credentials = report.credentials.filter(
		credential => credential.uid === subject.uid && credential.cluster === cluster.uid,
	);
	if (credentials.length > 0) return checked(ofCredentials(credentials, report), id);
	const { identity } = subject;
	if (identity.startsWith('group:'))
		throw usage(
			`finding ${id} is about the group ${oneLine(identity.slice('group:'.length), 100)}, and nobody logs in as a group`,
			'name one of its users',
		);
	return checked(ofSubject({ kind: 'username', id: identity }, report), id);
}

function checked(resolved: Resolved, finding: string): Resolved {
	if (resolved.subject.id !== '') return resolved;
	throw usage(
		`finding ${finding} is about nobody whom an audit log could name`,
		'name a user or a credential',
	);
}
