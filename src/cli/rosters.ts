import type { RosterTarget } from '../model/scan.ts';
import type { Settings } from './settings.ts';

/** The rosters that the settings name; null where they name none. */
export function rosterTarget(settings: Settings, variables: NodeJS.ProcessEnv): RosterTarget | null {
	const { identities: file, scim: url } = settings;
	if (file === undefined && url === undefined) return null;
	const tokenName = settings['scim-token-env'] ?? 'KUBELAPSE_SCIM_TOKEN';
	const requestTimeoutMs = settings['request-timeout'] * 1000;
	const match = {
		field: settings['identity-field'],
		prefix: settings['identity-prefix'],
		groupPrefix: settings['group-prefix'],
		pattern: settings['identity-pattern'],
		ignoreCase: settings['identity-ignore-case'],
	};
	return {
		...(file === undefined ? {} : { file }),
		...(url === undefined ? {} : { scim: { url, token: variables[tokenName], tokenName, requestTimeoutMs } }),
		match: Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)),
	};
}
