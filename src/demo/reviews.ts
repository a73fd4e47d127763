import { type Attributes, authorize, rulesFor } from './authorize.ts';
import type { DemoCluster } from './cluster.ts';
import { isObject } from './parse-json.ts';
import { badRequest, type Cause, invalid } from './status.ts';
import type { Answer, UserInfo } from './wire.ts';

/** What is asked in the spec of a review, as somebody sent it. */
type ReviewSpec = Record<string, unknown>;

type Review = (cluster: DemoCluster, user: UserInfo, spec: ReviewSpec) => Answer;

/** The reviews that answer who asks and what they, or others, may do, by plural. */
export const reviews: Record<string, { group: string; review: Review }> = {
	selfsubjectreviews: { group: 'authentication.k8s.io', review: reviewUser },
	selfsubjectaccessreviews: { group: 'authorization.k8s.io', review: reviewAccess },
	selfsubjectrulesreviews: { group: 'authorization.k8s.io', review: reviewRules },
	subjectaccessreviews: { group: 'authorization.k8s.io', review: reviewSubject },
};

function reviewUser(_cluster: DemoCluster, user: UserInfo): Answer {
	return created('authentication.k8s.io/v1', 'SelfSubjectReview', { status: { userInfo: user } });
}

function reviewAccess(cluster: DemoCluster, user: UserInfo, spec: ReviewSpec): Answer {
	return answerAccess(cluster, 'SelfSubjectAccessReview', user, spec, []);
}

/** Groups count as they are given: who asks about somebody has to name `system:authenticated` as well. */
function reviewSubject(cluster: DemoCluster, _user: UserInfo, spec: ReviewSpec): Answer {
	const kind = 'SubjectAccessReview';
	const user = spec.user ?? '';
	const groups = spec.groups ?? [];
	if (typeof user !== 'string') return unreadable(kind, 'spec.user of type string');
	if (!Array.isArray(groups) || !groups.every(group => typeof group === 'string'))
		return unreadable(kind, 'spec.groups of type []string');
	const message = 'Invalid value: "": at least one of user or group must be specified';
	const isNobody = user === '' && groups.length === 0;
	const causes: Cause[] = isNobody ? [{ reason: 'FieldValueInvalid', message, field: 'spec.user' }] : [];
	return answerAccess(cluster, kind, { username: user, groups, extra: {} }, spec, causes);
}

function answerAccess(
	cluster: DemoCluster,
	kind: string,
	user: UserInfo,
	spec: ReviewSpec,
	causes: Cause[],
): Answer {
	const resource = readTexts(spec.resourceAttributes);
	const path = readTexts(spec.nonResourceAttributes);
	if (resource === null || path === null) return unreadable(kind, 'spec of type string');
	const all = [...attributeCauses(resource, path), ...causes];
	// The real server too names no kind here.
	if (all.length > 0) return invalid('authorization.k8s.io', '', '', all);
	const reason = authorize(cluster.objects, user, toAttributes(resource, path));
	const status = { allowed: reason !== null, ...(reason ? { reason } : {}) };
	return created('authorization.k8s.io/v1', kind, { spec, status });
}

type Texts = Record<string, string>;

/** Members that are text; undefined where there is nothing, null where another member stands among those that are read. */
function readTexts(value: unknown): Texts | undefined | null {
	if (value === undefined || value === null) return undefined;
	if (!isObject(value)) return null;
	const read = ['verb', 'group', 'resource', 'subresource', 'namespace', 'name', 'path'];
	const entries = read.map(name => [name, value[name] ?? '']);
	return entries.every(([, text]) => typeof text === 'string') ? Object.fromEntries(entries) : null;
}

function attributeCauses(resource: Texts | undefined, path: Texts | undefined): Cause[] {
	if ((resource === undefined) !== (path === undefined)) return [];
	const isNeither = resource === undefined;
	const shown = JSON.stringify({ Path: path?.path, Verb: path?.verb });
	return [
		{
			reason: 'FieldValueInvalid',
			message: isNeither
				? 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'
				: `Invalid value: ${shown}: cannot be specified in combination with resourceAttributes`,
			field: isNeither ? 'spec.resourceAttributes' : 'spec.nonResourceAttributes',
		},
	];
}

function toAttributes(asked: Texts | undefined, askedPath: Texts | undefined): Attributes {
	if (asked === undefined) {
		const { verb = '', path = '' } = askedPath ?? {};
		return { kind: 'path', verb, path };
	}
	const { verb = '', group = '', resource = '', subresource = '', namespace = '', name = '' } = asked;
	const full = subresource === '' ? resource : `${resource}/${subresource}`;
	return { kind: 'resource', verb, group, resource: full, namespace, name };
}

function reviewRules(cluster: DemoCluster, user: UserInfo, { namespace = '' }: ReviewSpec): Answer {
	if (typeof namespace !== 'string' || namespace === '') return badRequest('no namespace on request');
	const rules = rulesFor(cluster.objects, user, namespace).map(({ rule }) => rule);
	const webhook = {
		incomplete: true,
		evaluationError: 'webhook authorizer does not support user rule resolution',
	};
	const status = {
		resourceRules: rules.filter(rule => rule.nonResourceURLs === undefined),
		nonResourceRules: rules.filter(rule => rule.nonResourceURLs !== undefined),
		...(cluster.seed.authorizer === 'rbac+webhook' ? webhook : { incomplete: false }),
	};
	return created('authorization.k8s.io/v1', 'SelfSubjectRulesReview', { spec: {}, status });
}

function unreadable(kind: string, what: string): Answer {
	const why = `json: cannot unmarshal a value into Go struct field ${what}`;
	return badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: ${why}`);
}

function created(apiVersion: string, kind: string, fields: object): Answer {
	return { code: 201, body: { kind, apiVersion, metadata: {}, ...fields } };
}
