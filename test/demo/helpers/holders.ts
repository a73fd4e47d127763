import type { CloudCluster, IssuedKubeconfig } from '../../../src/demo/alibaba/state.ts';

/** One identity and what it has of a cluster. */
export interface Holder {
	uid: string;
	record: IssuedKubeconfig | undefined;
	isBound: boolean;
	/** As whom bindings know it. */
	names: string[];
}

/** Everybody whom the cloud has a record of for a cluster, or whom its bindings name. */
export async function holdersOf({ kubernetes, kubeconfigs }: CloudCluster): Promise<Holder[]> {
	const objects = (await kubernetes?.open())?.objects;
	const bindings = [...(objects?.clusterrolebindings ?? []), ...(objects?.rolebindings ?? [])];
	const users = bindings.flatMap(({ subjects }) => subjects ?? []).filter(({ name }) => /^\d{16}/.test(name));
	const uidOf = (name: string) => name.split('-')[0] ?? '';
	const uids = new Set([
		...kubeconfigs.map(({ accountId }) => accountId),
		...users.map(({ name }) => uidOf(name)),
	]);
	return [...uids].map(uid => {
		const names = users.flatMap(({ name }) => (uidOf(name) === uid ? [name] : []));
		const record = kubeconfigs.find(({ accountId }) => accountId === uid);
		return { uid, record, isBound: names.length > 0, names };
	});
}
