import { ApiError } from '../../lib/api-error.ts';
import type { Target } from '../../model/plan.ts';
import { REVIEW_PERMISSION } from '../bindings.ts';
import type { CleanTask, Hands } from '../hands.ts';
import {
	bothOf,
	isCleaned,
	type KubeconfigImage,
	lookAtKubeconfig,
	ramPermission,
	restoreKubeconfig,
} from '../kubeconfigs.ts';
import type { Action, Workplace } from './action.ts';
import { CREATE, cleanPermissions, LIST } from './clean-permissions.ts';
import { confirm } from './confirm.ts';

type BulkTarget = Extract<Target, { kind: 'kubeconfigs' }>;

/** A task may take longer than one cluster does. */
const TASK_LOOKS = 300;

/** The same for several clusters of an account by one call, whose task is followed to its end. */
export const cleanUserPermissions: Action<BulkTarget> = {
	name: 'clean_user_permissions',
	floor: 'B',
	sources: ['cloud', 'bindings', 'identities'],
	permissions: () => [
		ramPermission('cs:CleanUserPermissions'),
		ramPermission('cs:DescribeTaskInfo'),
		ramPermission('cs:ListClusterKubeconfigStates'),
		LIST.cluster,
		LIST.local,
		REVIEW_PERMISSION,
	],
	undoPermissions: () => [CREATE.cluster, CREATE.local],
	undo: cleanPermissions.undo as () => string, // it says the same of every target
	objects: ({ clusters }) => clusters.reduce((sum, { bindings }) => sum + Math.max(1, bindings), 0),
	look: async (place, target, begun) => {
		const images: KubeconfigImage[] = [];
		for (const [uid, hands] of eachHands(place, target)) {
			const bindings = target.clusters.find(each => each.uid === uid)?.bindings ?? 0;
			const one = { account: target.account, bindings };
			const look = await lookAtKubeconfig(hands, one, begun !== null);
			if (look.state === 'moved') return { ...look, why: `${hands.cluster.name}: ${look.why}` };
			if (look.state === 'planned' && look.image.kind === 'kubeconfig') images.push(look.image);
			else if (look.state === 'planned') throw new Error(`${uid} was looked at as something else`);
		}
		if (images.length === 0) return { state: 'done', after: null };
		return { state: 'planned', image: { kind: 'kubeconfigs', clusters: images } };
	},
	act: async (place, target, image) => {
		if (image.kind !== 'kubeconfigs') throw new ApiError('partial', 0, 'the image is of another kind');
		const [first, ...others] = image.clusters.map(({ cluster }) => cluster);
		// To the service an empty list means every cluster of the account.
		if (first === undefined)
			throw new ApiError('partial', 0, 'no cluster is named, which would mean all of them');
		if (place.isDryRun) return;
		const { cloud } = bothOf(place.hands);
		const id = await cloud.cleanMany(target.account, [first, ...others], target.force);
		// A task that cannot be asked for tells nothing: the clusters themselves are looked at below.
		let last: CleanTask = id === '' ? UNKNOWN : { state: 'running', message: '' };
		await confirm(
			async () => {
				if (last.state === 'running') last = await cloud.task(id).catch((): CleanTask => UNKNOWN);
				return last.state !== 'running';
			},
			place.pause,
			TASK_LOOKS,
		);
		const named = [...eachHands(place, target)].filter(([uid]) => uid === first || others.includes(uid));
		// Of a task that failed, nothing more is to come.
		const looks = last.state === 'fail' ? 1 : undefined;
		await confirm(
			async () => {
				const cleaned = await Promise.all(named.map(([, hands]) => isCleaned(hands, target.account)));
				return cleaned.every(Boolean);
			},
			place.pause,
			looks,
		);
		// 200: the call itself was accepted, and is not made again.
		if (last.state === 'fail') throw new ApiError('partial', 200, `the task ended with: ${last.message}`);
	},
	access: async (place, target, image) => {
		if (image.kind !== 'kubeconfigs') return [];
		const questions = image.clusters.map(each => {
			const hands = place.handsOf(each.cluster);
			if (hands === null) return [];
			const one = { ...target, kind: 'kubeconfig', region: '', bindings: 0 } as const;
			return cleanPermissions.access({ ...place, hands }, one, each);
		});
		return (await Promise.all(questions)).flat();
	},
	restore: async (place, _, before) => {
		if (before.kind !== 'kubeconfigs')
			return { kind: 'refused', why: 'the journal does not say what it was' };
		const reasons: string[] = [];
		const notes: string[] = [];
		let isNothing = true;
		for (const image of before.clusters) {
			const hands = place.handsOf(image.cluster);
			if (hands === null) {
				reasons.push(`cluster ${image.cluster} is not reached`);
				continue;
			}
			const one = await restoreKubeconfig({ ...place, hands }, image);
			if (one.kind !== 'restored') reasons.push(`${hands.cluster.name}: ${one.why}`);
			if (one.kind === 'refused') continue;
			isNothing = false;
			notes.push(...one.notes);
		}
		if (reasons.length === 0) return { kind: 'restored', after: null, notes };
		const why = reasons.join('; ');
		return isNothing ? { kind: 'refused', why } : { kind: 'partial', why, notes };
	},
};

const UNKNOWN: CleanTask = { state: 'unknown', message: '' };

/** @throws {ApiError} where one of its clusters is not reached: its state cannot be looked at. */
function* eachHands(place: Workplace, { clusters }: BulkTarget): Generator<[string, Hands]> {
	for (const { uid, name } of clusters) {
		const hands = place.handsOf(uid);
		if (hands === null) throw new ApiError('unreachable', 0, `the cluster ${name} is not reached`);
		yield [uid, hands];
	}
}
