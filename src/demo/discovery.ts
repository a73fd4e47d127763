import { isWritable, type Objects, resources, writeVerbs } from './wire.ts';

const SHORT_NAMES: Partial<Record<keyof Objects, string[]>> = {
	namespaces: ['ns'],
	serviceaccounts: ['sa'],
	certificatesigningrequests: ['csr'],
};

const REVIEWS = {
	'authentication.k8s.io': ['SelfSubjectReview'],
	'authorization.k8s.io': ['SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'],
};

/** What clients ask first to learn which resources there are; null for any other path. */
export function discovery(path: string): object | null {
	const [, root, group, version, ...more] = path.replace(/\/$/, '').split('/');
	if (more.length > 0) return null;
	if (root === 'api') {
		if (group === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
		return group === 'v1' && version === undefined ? resourceList('', 'v1') : null;
	}
	if (root !== 'apis') return null;
	const groups = groupNames();
	if (group === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) };
	if (!groups.includes(group)) return null;
	if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
	return version === 'v1' ? resourceList(group, `${group}/v1`) : null;
}

function groupNames(): string[] {
	const named = Object.values(resources).map(({ group }): string => group);
	return [...new Set([...named, ...Object.keys(REVIEWS)])].filter(group => group !== '');
}

function groupOf(name: string) {
	const version = { groupVersion: `${name}/v1`, version: 'v1' };
	return { name, versions: [version], preferredVersion: version };
}

function resourceList(group: string, groupVersion: string): object {
	// Made of the keys of that very table.
	const plurals = (Object.keys(resources) as (keyof Objects)[]).filter(
		plural => resources[plural].group === group,
	);
	const reviews = Object.hasOwn(REVIEWS, group) ? REVIEWS[group as keyof typeof REVIEWS] : [];
	return {
		kind: 'APIResourceList',
		apiVersion: 'v1',
		groupVersion,
		resources: [
			...plurals.map(plural => ({
				name: plural,
				singularName: resources[plural].kind.toLowerCase(),
				namespaced: resources[plural].isNamespaced,
				kind: resources[plural].kind,
				verbs: ['get', 'list', ...(isWritable(plural) ? writeVerbs[plural] : [])].sort(),
				...(SHORT_NAMES[plural] === undefined ? {} : { shortNames: SHORT_NAMES[plural] }),
			})),
			...reviews.map(kind => ({
				name: `${kind.toLowerCase()}s`,
				singularName: kind.toLowerCase(),
				namespaced: false,
				kind,
				verbs: ['create'],
			})),
		],
	};
}
