import type { Collector } from './collector.ts';
import { readMetadata } from './object.ts';
import { readList } from './read.ts';

const PERMISSION = 'list serviceaccounts';

/** Which service accounts exist. */
export const serviceAccounts: Collector = {
	source: 'service_accounts',
	permissions: [PERMISSION],
	collect: async api => {
		const what = {
			source: 'service_accounts',
			permission: PERMISSION,
			path: '/api/v1/serviceaccounts',
			options: { metadataOnly: true },
		} as const;
		const { items, gaps } = await readList(api, what, object => {
			const { uid, namespace, name } = readMetadata(object);
			return { uid, namespace, name };
		});
		return { serviceAccounts: items, count: items.length, gaps };
	},
};
