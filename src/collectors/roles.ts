import type { LabelSelector, PolicyRule, Role } from '../model/facts.ts';
import type { Collector } from './collector.ts';
import { asLabels, asList, asObject, asText, asTexts, readMetadata } from './object.ts';
import { readList } from './read.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const KINDS = ['ClusterRole', 'Role'] as const;
const PERMISSION = {
	ClusterRole: 'list clusterroles.rbac.authorization.k8s.io',
	Role: 'list roles.rbac.authorization.k8s.io',
} as const;

/** What the roles allow. */
export const roles: Collector = {
	source: 'roles',
	permissions: Object.values(PERMISSION),
	collect: async api => {
		const lists = await Promise.all(
			KINDS.map(kind => {
				const what = {
					source: 'roles',
					permission: PERMISSION[kind],
					path: `${RBAC}/${kind.toLowerCase()}s`,
				} as const;
				return readList(api, what, object => toRole(kind, object));
			}),
		);
		const found = lists.flatMap(list => list.items);
		return { roles: found, count: found.length, gaps: lists.flatMap(list => list.gaps) };
	},
};

function toRole(kind: Role['kind'], object: unknown): Role {
	const { rules, aggregationRule } = asObject(object);
	const { uid, namespace, name, labels } = readMetadata(object);
	return {
		uid,
		kind,
		namespace,
		name,
		// Only aggregation selects roles by label.
		labels: kind === 'ClusterRole' ? labels : {},
		rules: asList(rules).map(toRule),
		aggregates: asList(asObject(aggregationRule).clusterRoleSelectors).map(toSelector),
	};
}

function toRule(rule: unknown): PolicyRule {
	const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = asObject(rule);
	return {
		verbs: asTexts(verbs),
		apiGroups: asTexts(apiGroups),
		resources: asTexts(resources),
		resourceNames: asTexts(resourceNames),
		nonResourceURLs: asTexts(nonResourceURLs),
	};
}

function toSelector(selector: unknown): LabelSelector {
	const { matchLabels, matchExpressions } = asObject(selector);
	return {
		matchLabels: asLabels(matchLabels),
		matchExpressions: asList(matchExpressions).map(expression => {
			const { key, operator, values } = asObject(expression);
			return { key: asText(key), operator: asText(operator), values: asTexts(values) };
		}),
	};
}
