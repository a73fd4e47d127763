import type { EpochSeconds } from '../../model/facts.ts';
import { bootstrapBindings, bootstrapRoles, clusterAdminBinding } from '../seeds/bootstrap.ts';
import { readerBinding, readerRole } from '../seeds/reader.ts';
import type { BindingSeed, ClusterSeed, RequestSeed } from '../seeds/seed.ts';
import { type Access, createAccess, ordinaryAccess, shapeOf } from './access.ts';
import { ackRoles } from './ack-roles.ts';
import type { Random } from './random.ts';
import type { Holder, Roster } from './roster.ts';
import type { CloudCluster } from './state.ts';
import { isServed, listedAs, type Trait, traitOf } from './traits.ts';

/** What a cluster of the fleet is made from. */
export interface FleetSeed {
	trait: Trait;
	/** As the cloud lists it; nothing answers behind it yet. */
	listed: CloudCluster;
	/** What its API server holds; null where there is none. */
	seed: ClusterSeed | null;
}

const REGIONS = ['cn-hangzhou', 'cn-shanghai', 'cn-beijing', 'ap-southeast-1', 'eu-central-1'] as const;
const TEAMS = ['shop', 'booking', 'search', 'logistics', 'media', 'data', 'identity', 'games'] as const;
const STAGES = ['prod', 'staging', 'test'] as const;
const VERSIONS = ['1.34.1', '1.33.3', '1.32.1', '1.30.7', '1.26.15'] as const;

/** Makes the seeds of a fleet: `size` identities have, or had, access to each cluster. */
export function createFleetSeeds(
	random: Random,
	roster: Roster,
	{ count, size, now, isOrdinary }: { count: number; size: number; now: EpochSeconds; isOrdinary: boolean },
): FleetSeed[] {
	const drawn = new Map<string, number>();
	const holders = isOrdinary ? roster.others.filter(({ type }) => type === 'RamUser') : roster.others;
	const deck: Holder[] = [];
	const next = (there: Set<Holder>): Holder => {
		const at = deck.findIndex(holder => !there.has(holder));
		const [holder] = at === -1 ? [] : deck.splice(at, 1);
		if (holder !== undefined) return holder;
		// In their order at first: everybody who is a trap has a file in force in the first cluster.
		deck.push(...(drawn.size === 0 ? holders : random.shuffled(holders)));
		return next(there);
	};
	const draw = (there: Set<Holder>): Access => {
		const holder = next(there);
		there.add(holder);
		// Every kind of holder comes to every shape.
		if (isOrdinary) return ordinaryAccess(random, holder, now);
		const kind = `${holder.type} ${holder.fate} ${holder.cloudService}`;
		const count = drawn.get(kind) ?? 0;
		drawn.set(kind, count + 1);
		return createAccess(random, holder, shapeOf(count), now);
	};
	const most = Math.min(size, holders.length);
	return Array.from({ length: count }, (_, index) => {
		const there = new Set<Holder>();
		const accesses = Array.from({ length: most }, () => draw(there));
		const trait = isOrdinary ? 'plain' : traitOf(index);
		const lists = listedAs(trait, isOrdinary ? 0 : index);
		return fleetSeed(random, roster, { index, now, accesses, trait, lists });
	});
}

interface ClusterSketch {
	index: number;
	now: EpochSeconds;
	accesses: Access[];
	trait: Trait;
	lists: ReturnType<typeof listedAs>;
}

function fleetSeed(
	random: Random,
	roster: Roster,
	{ index, now, accesses, trait, lists }: ClusterSketch,
): FleetSeed {
	const id = `c${Array.from({ length: 32 }, () => random.between(0, 15).toString(16)).join('')}`;
	const root = createAccess(random, roster.root, 'current', now);
	const scanner = createAccess(random, roster.scanner, 'current', now);
	const operator = createAccess(random, roster.operator, 'current', now);
	const all = [...(index % 3 === 0 ? [operator] : []), ...accesses];
	const version = `v${random.pick(VERSIONS)}-aliyun.1`;
	const age = random.between(30, 1400);
	const records = [root, scanner, ...all].flatMap(({ issued }) => (issued === null ? [] : [issued]));
	const listed: CloudCluster = {
		id,
		name: nameOf(index),
		...lists,
		region: REGIONS[index % REGIONS.length] ?? REGIONS[0],
		version: version.slice(1),
		createdAt: now - age * 86_400,
		audit: { isEnabled: trait !== 'auditing_off', project: `k8s-log-${id}` },
		kubeconfigs: trait === 'no_states' ? [] : records,
		kubernetes: null,
		hasPublicEndpoint: trait !== 'private',
	};
	const bindings = [
		...(trait === 'no_rbac' ? [] : [readerBinding(`User ${userOf(scanner)}`)]),
		{
			name: `${roster.root.id}-cluster-admin-clusterrolebinding`,
			role: 'ClusterRole cluster-admin',
			subjects: [`User ${userOf(root)}`],
		},
		...all.flatMap(access => access.bindings),
		...madeByHand(trait),
	];
	const renewed = trait === 'renewed' ? renewal(roster.operator) : { bindings: [], requests: [] };
	const seed = kubernetesSeed(trait, id, version, -age, [...bindings, ...renewed.bindings], renewed.requests);
	return { trait, listed, seed: isServed(trait) ? seed : null };
}

function nameOf(index: number): string {
	const team = TEAMS[index % TEAMS.length];
	const stage = STAGES[Math.floor(index / TEAMS.length) % STAGES.length];
	const again = Math.floor(index / (TEAMS.length * STAGES.length));
	return `${team}-${stage}${again === 0 ? '' : `-${again + 1}`}`;
}

function userOf({ issued }: Access): string {
	return issued === null ? '' : `${issued.accountId}-${issued.suffix}`;
}

function madeByHand(trait: Trait): BindingSeed[] {
	const seed = { role: 'ClusterRole cs:ops', created: -400 };
	if (trait === 'serves_users')
		return [{ ...seed, name: 'everybody-of-ours', subjects: ['Group system:users'] }];
	if (trait === 'serves_authenticated')
		return [{ ...seed, name: 'kiosk', namespace: 'shop', subjects: ['Group system:authenticated'] }];
	return [];
}

/** Two certificates of one identity, each valid to its own end. */
function renewal({ id }: Holder): { bindings: BindingSeed[]; requests: RequestSeed[] } {
	const users = [`${id}-1600000001`, `${id}-1690000002`];
	const request = (user: string, index: number): RequestSeed => ({
		name: `renewal-${index + 1}`,
		certificate: {
			user,
			groups: ['system:users'],
			from: index === 0 ? -1000 : -60,
			until: index === 0 ? 95 : 1035,
		},
		requester: 'system:serviceaccount:kube-system:ack-certificates',
		decision: 'approved',
		reason: 'AutoApproved',
	});
	const name = `${id}-cs-ops-renewed-clusterrolebinding`;
	const subjects = users.map(user => `User ${user}`);
	return {
		bindings: [{ name, role: 'ClusterRole cs:ops', subjects, created: -60 }],
		requests: users.map(request),
	};
}

function kubernetesSeed(
	trait: Trait,
	id: string,
	gitVersion: string,
	created: number,
	bindings: BindingSeed[],
	requests: RequestSeed[],
): ClusterSeed {
	const isShaky = trait === 'hiccups';
	return {
		// Its UIDs come from it.
		name: id,
		gitVersion,
		created,
		pageSize: isShaky ? 9 : 500,
		authorizer: 'rbac',
		hiccups: isShaky
			? [
					{ resource: '*', on: 'first_page', answer: 'too_many_requests' },
					{ resource: 'clusterrolebindings', on: 'next_page', answer: 'expired' },
				]
			: [],
		// Nobody but the cloud issues files here.
		scanner: { kind: 'static_token' },
		serviceAccounts: ['kube-system/ack-certificates', 'default/default', 'shop/web', 'billing/worker'],
		secrets: [],
		roles: [...bootstrapRoles, ...ackRoles, readerRole('list')],
		bindings: [...bootstrapBindings, clusterAdminBinding(), ...bindings],
		requests,
	};
}
