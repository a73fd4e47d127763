import { type Attributes, authorize, rulesFor } from './authorize.ts';
import type { DemoCluster } from './cluster.ts';
import { badRequest, failure } from './status.ts';
import type { Answer, UserInfo } from './wire.ts';

/** What is asked in the spec of a review, as far as it is read. */
interface ReviewSpec {
	namespace?: string;
	resourceAttributes?: Record<string, string | undefined>;
	nonResourceAttributes?: Record<string, string | undefined>;
}

type Review = (cluster: DemoCluster, user: UserInfo, spec: ReviewSpec) => Answer;

/** The reviews that answer who asks and what they may do, by plural. */
export const reviews: Record<string, { group: string; review: Review }> = {
	selfsubjectreviews: { group: 'authentication.k8s.io', review: reviewUser },
	selfsubjectaccessreviews: { group: 'authorization.k8s.io', review: reviewAccess },
	selfsubjectrulesreviews: { group: 'authorization.k8s.io', review: reviewRules },
};

function reviewUser(_cluster: DemoCluster, user: UserInfo): Answer {
	return created('authentication.k8s.io/v1', 'SelfSubjectReview', { status: { userInfo: user } });
}

function reviewAccess(cluster: DemoCluster, user: UserInfo, spec: ReviewSpec): Answer {
	const wanted = toAttributes(spec);
	if (wanted === null) {
		const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
		const what = 'SelfSubjectAccessReview.authorization.k8s.io "" is invalid';
		return failure(422, 'Invalid', `${what}: spec.resourceAttributes: Invalid value: null: ${why}`);
	}
	const reason = authorize(cluster.objects, user, wanted);
	const status = reason === null ? { allowed: false } : { allowed: true, reason };
	return created('authorization.k8s.io/v1', 'SelfSubjectAccessReview', { spec, status });
}

function toAttributes({ resourceAttributes, nonResourceAttributes }: ReviewSpec): Attributes | null {
	if ((resourceAttributes === undefined) === (nonResourceAttributes === undefined)) return null;
	if (resourceAttributes === undefined) {
		const { verb = '', path = '' } = nonResourceAttributes ?? {};
		return { kind: 'path', verb, path };
	}
	const { verb = '', group = '', resource = '', subresource = '' } = resourceAttributes;
	const { namespace = '', name = '' } = resourceAttributes;
	const full = subresource === '' ? resource : `${resource}/${subresource}`;
	return { kind: 'resource', verb, group, resource: full, namespace, name };
}

function reviewRules(cluster: DemoCluster, user: UserInfo, { namespace = '' }: ReviewSpec): Answer {
	if (namespace === '') return badRequest('no namespace on request');
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

function created(apiVersion: string, kind: string, fields: object): Answer {
	return { code: 201, body: { kind, apiVersion, metadata: {}, ...fields } };
}
