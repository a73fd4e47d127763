import { DAY } from '../../lib/epoch.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { BindingSeed } from '../seeds/seed.ts';
import type { Random } from './random.ts';
import type { Holder } from './roster.ts';
import type { Activity, IssuedKubeconfig } from './state.ts';

/** What one holder has of one cluster: the cloud's record, and bindings in the cluster. */
export interface Access {
	/** Null: the cloud knows of no file, or no longer. */
	issued: IssuedKubeconfig | null;
	bindings: BindingSeed[];
}

/** How record and bindings stand to each other. */
export type Shape =
	/** In force, bound as `<uid>-<suffix>`. */
	| 'current'
	/** In force, bound as `<uid>`. */
	| 'bare'
	/** Bound by either name. */
	| 'both'
	| 'expiring'
	| 'expired'
	| 'unknown'
	/** File and bindings are gone. */
	| 'removed'
	/** The file is gone, the bindings are not. */
	| 'removed_bound'
	/** Nothing but bindings. */
	| 'unlisted'
	/** A file in force without any binding. */
	| 'unbound'
	/** The cloud's word for the account is not what the lists say. */
	| 'disputed';

const SHAPES: [Shape, ...Shape[]] = [
	'current',
	'removed_bound',
	'expiring',
	'unlisted',
	'bare',
	'expired',
	'unbound',
	'both',
	'unknown',
	'disputed',
	'removed',
	...Array<Shape>(9).fill('current'),
];

/** The shape of the nth access of one kind of holder: each of them turns up early. */
export function shapeOf(index: number): Shape {
	return SHAPES[index % SHAPES.length] ?? 'current';
}

const ROLES = [
	'cs:restricted',
	'cs:ns:dev',
	'cs:dev',
	'cs:ops',
	'cs:admin',
	'cluster-admin',
	'view',
] as const;

/** Days until the file ends, at least and at most. */
const LIFE: Partial<Record<Shape, [number, number]>> = {
	expiring: [1, 27],
	expired: [-400, -1],
	removed_bound: [10, 900],
};

/** Makes one. */
export function createAccess(random: Random, holder: Holder, shape: Shape, now: EpochSeconds): Access {
	const [from, to] = LIFE[shape] ?? [100, 1000];
	const notAfter = now + random.between(from, to) * DAY + random.between(0, DAY - 1);
	// Like a time of issue, which it must not be taken for.
	const suffix = String(now - random.between(1, 900) * DAY);
	const issued: IssuedKubeconfig = {
		accountId: holder.id,
		accountType: holder.type,
		name: holder.fate === 'purged' || holder.fate === 'stranger' ? '' : holder.name,
		suffix,
		notAfter,
		certState: certState(shape),
		accountState: shape === 'disputed' ? (holder.fate === 'active' ? 'Deleted' : 'Active') : null,
		cloudService: holder.cloudService,
		activity: activityOf(random, now),
	};
	return {
		issued: shape === 'unlisted' ? null : issued,
		bindings: bindingsOf(random, holder, shape, suffix),
	};
}

function certState(shape: Shape): IssuedKubeconfig['certState'] {
	if (shape === 'removed' || shape === 'removed_bound') return 'Removed';
	return shape === 'unknown' ? 'Unknown' : shape === 'expired' ? 'Expired' : 'Unexpired';
}

function activityOf(random: Random, now: EpochSeconds): Activity {
	const drawn = random.next();
	if (drawn < 0.1) return { answer: 'failed' };
	if (drawn < 0.5) return { answer: 'none' };
	const auditId = `${random.digits(8)}-${random.digits(4)}-4000-8000-${random.digits(12)}`;
	return { answer: 'found', last: now - random.between(60, 7 * DAY - 60), auditId };
}

/** A file in force of somebody who may view or edit one namespace. */
export function ordinaryAccess(random: Random, holder: Holder, now: EpochSeconds): Access {
	const { issued, bindings } = createAccess(random, holder, 'current', now);
	const role = random.next() < 0.5 ? 'view' : 'edit';
	const namespace = random.pick(['default', 'shop', 'billing']);
	return {
		issued,
		bindings: bindings.map(binding => ({
			...binding,
			role: `ClusterRole ${role}`,
			namespace,
			name: `${holder.id}-${namespace}-rolebinding`,
		})),
	};
}

/** Named as ACK names them: by the bare uid, whatever the subject is. */
function bindingsOf(random: Random, { id }: Holder, shape: Shape, suffix: string): BindingSeed[] {
	if (shape === 'removed' || shape === 'unbound') return [];
	const names = {
		bare: [id],
		both: [`${id}-${suffix}`, id],
		unlisted: random.next() < 0.5 ? [id] : [`${id}-${suffix}`],
	};
	const subjects = names[shape as keyof typeof names] ?? [`${id}-${suffix}`];
	const role = random.pick(ROLES);
	const created = -random.between(1, 700);
	return subjects.map((subject, index) => {
		const seed = { role: `ClusterRole ${role}`, subjects: [`User ${subject}`], created };
		const tail = index === 0 ? '' : `-${index}`;
		if (role !== 'cs:ns:dev' && role !== 'view')
			return { ...seed, name: `${id}-${role.replace(':', '-')}${tail}-clusterrolebinding` };
		const namespace = random.pick(['default', 'shop', 'billing']);
		return { ...seed, namespace, name: `${id}-${namespace}${tail}-rolebinding` };
	});
}
