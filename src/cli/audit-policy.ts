import { z } from 'zod';
import { ScanError } from '../lib/scan-error.ts';
import { oneLine } from '../lib/text.ts';
import type { AuditPolicy } from '../model/audit.ts';
import { readText } from './read-text.ts';
import { parseYamlFile } from './yaml-file.ts';

const MAX_BYTES = 1024 * 1024;
const texts = z.array(z.string()).nullish();

const rule = z.looseObject({
	level: z.enum(['None', 'Metadata', 'Request', 'RequestResponse']),
	users: texts,
	userGroups: texts,
	verbs: texts,
	namespaces: texts,
	resources: z.array(z.unknown()).nullish(),
	nonResourceURLs: texts,
	omitStages: texts,
});

/** Of core events and of nothing else: no list of resources is all of the group. */
const eventResources = z.looseObject({
	group: z.enum(['', 'events.k8s.io']).nullish(),
	resources: z.array(z.literal('events')).min(1),
});

const policy = z.looseObject({
	apiVersion: z.literal('audit.k8s.io/v1'),
	kind: z.literal('Policy'),
	omitStages: texts,
	rules: z.array(rule).min(1),
});

/**
 * What an audit policy leaves out of the log.
 * @see https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Policy
 * @throws {ScanError} AUDIT_POLICY_INVALID naming file and line, FILE_UNREADABLE
 */
export async function readAuditPolicy(path: string): Promise<AuditPolicy> {
	return parseAuditPolicy(await readText(path, 'audit policy', MAX_BYTES), path);
}

/** The same of a policy's text. @throws {ScanError} AUDIT_POLICY_INVALID */
export function parseAuditPolicy(text: string, path: string): AuditPolicy {
	const invalid = (line: number, problem: string) =>
		new ScanError('AUDIT_POLICY_INVALID', `${oneLine(path)}:${line}: ${problem}`, {
			hint: 'give the file of --audit-policy-file of the API servers (audit.k8s.io/v1 Policy)',
		});
	const file = parseYamlFile(text, { schema: policy, knownKeys: () => [], noun: 'audit policy', invalid });
	if (file === null) throw invalid(1, 'the audit policy is empty');
	return leftOut(file.value);
}

type Policy = z.output<typeof policy>;
type Rule = Policy['rules'][number];

/** The first rule that matches decides; what none matches is not logged. */
function leftOut({ rules, omitStages }: Policy): AuditPolicy {
	const dropping = rules.filter(({ level, omitStages: own }) => level === 'None' || omitsAnswer(own));
	const silent = dropping.filter(one => !isOfProbes(one));
	const [ofEvents, anybody] = [true, false].map(isSo =>
		silent.filter(one => !namesSomebody(one) && isOfEvents(one) === isSo),
	);
	const last = rules.at(-1);
	const isOpenEnded = last === undefined || !isCatchAll(last);
	// A user's rule that names groups too is for those who are both.
	const users = silent.flatMap(one => one.users ?? []);
	const groups = silent.flatMap(one => (isEmpty(one.users) ? (one.userGroups ?? []) : []));
	return {
		dropsRequests: omitsAnswer(omitStages) || !isEmpty(anybody) || isOpenEnded,
		users: [...new Set(users)].sort(),
		groups: [...new Set(groups)].sort(),
		resources: isEmpty(ofEvents) ? [] : ['events'],
	};
}

/** Paths that probes ask, and that most policies leave out: who works in a cluster asks for more. */
const PROBED = /^\/(healthz|livez|readyz|version|swagger)([/*.-]|$)/;

function isOfProbes({ resources, nonResourceURLs }: Rule): boolean {
	return (
		isEmpty(resources) && !isEmpty(nonResourceURLs) && (nonResourceURLs ?? []).every(url => PROBED.test(url))
	);
}

/** Most of what a log would hold, and of little interest. */
function isOfEvents({ resources, nonResourceURLs }: Rule): boolean {
	return (
		!isEmpty(resources) &&
		isEmpty(nonResourceURLs) &&
		(resources ?? []).every(one => eventResources.safeParse(one).success)
	);
}

const isEmpty = (list: unknown[] | null | undefined) => (list ?? []).length === 0;

const omitsAnswer = (stages: string[] | null | undefined) => (stages ?? []).includes('ResponseComplete');

const namesSomebody = ({ users, userGroups }: Rule) => !isEmpty(users) || !isEmpty(userGroups);

function isCatchAll(one: Rule): boolean {
	const { verbs, namespaces, resources, nonResourceURLs } = one;
	return !namesSomebody(one) && [verbs, namespaces, resources, nonResourceURLs].every(isEmpty);
}
