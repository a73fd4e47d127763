import { ApiError, toGap } from '../lib/api-error.ts';
import { redact } from '../lib/redact.ts';
import { oneLine } from '../lib/text.ts';
import type { Gap } from '../model/facts.ts';
import type { Collector } from './collector.ts';
import { asObject, asText } from './object.ts';

const PERMISSION = 'create selfsubjectrulesreviews.authorization.k8s.io';

/**
 * Whether RBAC is all that grants access: an authorizer that cannot list its rules (a webhook, a cloud's
 * own) makes the API server say `incomplete`.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/
 */
export const authorizer: Collector = {
	source: 'authorizer',
	permissions: [PERMISSION],
	collect: async (api, { foreignAuthorizer }) => {
		try {
			const answer = await api.post('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
				apiVersion: 'authorization.k8s.io/v1',
				kind: 'SelfSubjectRulesReview',
				spec: { namespace: 'kube-system' },
			});
			const status = asObject(asObject(answer).status);
			if (typeof status.incomplete !== 'boolean')
				throw new ApiError('partial', 200, 'the answer is not a SelfSubjectRulesReview');
			const reason = unseenBecause(status.incomplete, asText(status.evaluationError)) || foreignAuthorizer;
			return { count: 1, gaps: reason === '' ? [] : [unseen(reason)] };
		} catch (error) {
			return { count: 0, gaps: [toGap('authorizer', PERMISSION, error)] };
		}
	},
};

/** The Node authorizer, which only ever allows kubelets, also cannot list its rules. */
const NODE_AUTHORIZER = 'node authorizer does not support user rule resolution';

function unseenBecause(isIncomplete: boolean, evaluationError: string): string {
	if (!isIncomplete) return '';
	const others = evaluationError
		.split(/,\s*/)
		.map(text => text.replace(/^\[|\]$/g, ''))
		.filter(text => text !== NODE_AUTHORIZER);
	if (evaluationError !== '' && others.length === 0) return '';
	return evaluationError === '' ? 'the API server gave no reason' : oneLine(redact(others.join(', ')), 200);
}

function unseen(reason: string): Gap {
	return {
		source: 'authorizer',
		code: 'partial',
		message: `access may also come from outside RBAC (${reason}); review that authorizer by its own means`,
		permission: '',
		subject: '',
	};
}
