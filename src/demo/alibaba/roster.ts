import { DAY } from '../../lib/epoch.ts';
import type { EpochSeconds } from '../../model/facts.ts';
import type { Random } from './random.ts';
import type { CloudRole, CloudState, CloudUser } from './state.ts';

/** Somebody who may hold a kubeconfig, or once did. */
export interface Holder {
	id: string;
	type: 'RootAccount' | 'RamUser' | 'RamRole';
	name: string;
	displayName: string;
	/** `stranger`: an id with a prefix that nobody has explained, in no list. */
	fate: 'active' | 'frozen' | 'recycled' | 'purged' | 'stranger';
	/** `cs` for a role of a cloud service; empty for people and robots. */
	cloudService: string;
}

/** Everybody of an account, and what its lists say of them. */
export interface Roster {
	root: Holder;
	/** As whom kubelapse scans. */
	scanner: Holder;
	/** As whom permissions are removed. */
	operator: Holder;
	others: Holder[];
	lists: Pick<CloudState, 'accountId' | 'users' | 'recycled' | 'roles'>;
}

type Kind =
	| `user ${'active' | 'frozen' | 'recycled' | 'purged'}`
	| `${'robot' | 'sso' | 'service'} active`
	| 'robot purged'
	| 'stranger';

/** One of each trap first, so that a small account has them too. */
const FIRST: Kind[] = [
	'user purged',
	'user frozen',
	'sso active',
	'user active',
	'robot purged',
	'service active',
	'user recycled',
	'robot active',
	'stranger',
];
const THEN: Kind[] = [
	...Array<Kind>(11).fill('user active'),
	'user frozen',
	'user recycled',
	'user purged',
	'robot active',
	'robot active',
	'sso active',
	'robot purged',
	'service active',
];

const GIVEN =
	'Ada Bilal Chen Dana Emre Femi Greta Hana Ines Jun Kofi Lena Mina Nils Omar Priya Quinn Ravi Sofia Tariq Uma Vera Wei Yuki Zofia'.split(
		' ',
	);
const FAMILY =
	'Abe Brandt Costa Diaz Eriksen Fischer Gupta Haddad Ito Jansen Kim Larsen Menon Novak Okafor Petrov Quist Rossi Sato Turner Ueda Varga Wang Yilmaz Zhang'.split(
		' ',
	);
const SERVICES = [
	'cs CSManagedLog',
	'ecs ECSNode',
	'sls LogArchive',
	'arms ARMSDefault',
	'cms CloudMonitor',
] as const;

/** Makes an account of so many identities, whoever is gone from it included; in an ordinary one nobody is. */
export function createRoster(random: Random, count: number, now: EpochSeconds, isOrdinary = false): Roster {
	const accountId = `1${random.digits(15)}`;
	const root: Holder = { ...nobody(accountId), type: 'RootAccount', name: 'root', displayName: 'root' };
	const scanner = user(random, 'kubelapse-scanner', 'kubelapse', 'active');
	const operator = user(random, 'access-reviewer', 'Access review', 'active');
	const others = Array.from({ length: Math.max(count - 3, 0) }, (_, index) =>
		holder(random, isOrdinary ? ordinaryKind(index) : kindOf(index), index),
	);
	// Text that means something to HTML and to a spreadsheet: what shows it has to make it harmless.
	const hostile = others.find(({ type, fate }) => type === 'RamUser' && fate === 'active');
	if (hostile !== undefined && !isOrdinary) hostile.displayName = '=cmd|<script>alert(1)</script>';
	return {
		root,
		scanner,
		operator,
		others,
		lists: { accountId, ...listsOf(random, [scanner, operator, ...others], now) },
	};
}

function kindOf(index: number): Kind {
	return FIRST[index] ?? THEN[(index - FIRST.length) % THEN.length] ?? 'user active';
}

/** An account without any role does not exist: a list of none would be a gap. */
function ordinaryKind(index: number): Kind {
	return index === 0 ? 'service active' : 'user active';
}

function nobody(id: string): Holder {
	return { id, type: 'RamUser', name: '', displayName: '', fate: 'active', cloudService: '' };
}

function user(random: Random, name: string, displayName: string, fate: Holder['fate']): Holder {
	return { ...nobody(`2${random.digits(17)}`), name, displayName, fate };
}

function role(random: Random, name: string, fate: Holder['fate'], cloudService = ''): Holder {
	const id = `3${random.digits(17)}`;
	return { ...nobody(id), type: 'RamRole', name, displayName: name, fate, cloudService };
}

function holder(random: Random, kind: Kind, index: number): Holder {
	switch (kind) {
		case 'stranger':
			return { ...nobody(`9${random.digits(15)}`), fate: 'stranger' };
		case 'sso active':
			return role(random, `AliyunReservedSSO-Team${index}-${random.digits(6)}`, 'active');
		case 'service active': {
			const [service = '', name = ''] = (SERVICES[index % SERVICES.length] ?? SERVICES[0]).split(' ');
			return role(random, `Aliyun${name}Role${index}`, 'active', service);
		}
		case 'robot active':
			return role(random, `ci-deployer-${index}`, 'active');
		case 'robot purged':
			return role(random, `old-pipeline-${index}`, 'purged');
		default: {
			const [given = '', family = ''] = [
				GIVEN[index % 25],
				FAMILY[(index * 7 + Math.floor(index / 25)) % 25],
			];
			const again = index < 625 ? '' : `-${index}`;
			const name = `${given}.${family}${again}`.toLowerCase();
			const fates = { active: 'active', frozen: 'frozen', recycled: 'recycled', purged: 'purged' } as const;
			const fate = fates[kind.slice('user '.length) as keyof typeof fates];
			return user(random, name, `${given} ${family}`, fate);
		}
	}
}

function listsOf(random: Random, holders: Holder[], now: EpochSeconds) {
	const createdAt = () => now - random.between(90, 1500) * DAY;
	const common = ({ id, name, displayName }: Holder) => ({ id, name, displayName, createdAt: createdAt() });
	const of = (type: Holder['type'], ...fates: Holder['fate'][]) =>
		holders.filter(each => each.type === type && fates.includes(each.fate));
	const users = of('RamUser', 'active', 'frozen').map(
		(each): CloudUser => ({ ...common(each), status: each.fate === 'frozen' ? 'freeze' : 'active' }),
	);
	const recycled = of('RamUser', 'recycled').map(each => ({
		...common(each),
		recycledAt: now - random.between(1, 29) * DAY,
	}));
	const roles = of('RamRole', 'active').map((each): CloudRole => {
		const { displayName: description, ...rest } = common(each);
		return { ...rest, description };
	});
	return { users, recycled, roles };
}
