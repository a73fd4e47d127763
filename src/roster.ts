import type { DirectoryIdentity, Facts, SourceStatus } from './model/facts.ts';
import type { Roster } from './providers/roster/index.ts';

/** A cluster's facts with what rosters say of its users and groups. In the cloud the account's own lists say it. */
export function withRoster(facts: Facts, roster: Roster): Facts {
	if (facts.cluster.provider === 'alibaba') return facts;
	const { identities, gaps } = roster.identify(subjectsOf(facts));
	const status: SourceStatus = {
		source: 'identities',
		status: gaps.length === 0 ? 'complete' : 'partial',
		count: identities.filter(isListed).length,
	};
	return {
		...facts,
		identities,
		sources: [...facts.sources.filter(({ source }) => source !== 'identities'), status],
		gaps: [...facts.gaps.filter(({ source }) => source !== 'identities'), ...gaps],
	};
}

const isListed = ({ account }: DirectoryIdentity) => account !== '';

/** Everybody whom a binding or a credential names, once. */
function subjectsOf({ bindings, credentials }: Facts): { kind: 'User' | 'Group'; name: string }[] {
	const names = { User: new Set<string>(), Group: new Set<string>() };
	for (const { subjects } of bindings)
		for (const { kind, name } of subjects) if (kind !== 'ServiceAccount') names[kind].add(name);
	for (const { username, groups } of credentials) {
		if (username !== '' && !username.startsWith('system:')) names.User.add(username);
		for (const group of groups) names.Group.add(group);
	}
	return (['User', 'Group'] as const).flatMap(kind => [...names[kind]].map(name => ({ kind, name })));
}
