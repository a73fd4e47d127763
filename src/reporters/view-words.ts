import { oneLine } from '../lib/text.ts';
import type { CloudState } from '../model/facts.ts';
import type { Existence, Identity } from '../model/record.ts';
import type {
	Deletable,
	DeletionBar,
	DeletionWarning,
	KubeconfigCell,
	ShownActivity,
} from '../model/views.ts';
import { day } from './words.ts';

/** What an id of a cloud's account stands for. */
export const accountTypeWords = {
	root: 'root',
	ram_user: 'user',
	ram_role: 'role',
	unknown: '?',
} as const satisfies Record<CloudState['accountType'], string>;

/** Whether an account is there; a frozen one may be thawed. */
export const accountStateWords = {
	active: 'active',
	inactive: 'frozen',
	deleted: 'deleted',
	unknown: 'unknown',
} as const satisfies Record<CloudState['accountState'], string>;

/** The same of an identity. */
export const identityStateWords = {
	active: 'active',
	disabled: 'frozen',
	deleted: 'deleted',
	unknown: 'unknown',
} as const satisfies Record<Identity['state'], string>;

/** Why a kubeconfig may not be deleted: one word for a column, and a sentence. */
export const barWords = {
	'': ['yes', 'It may be deleted.'],
	own: ['own', 'It is the scan’s own, and nobody deletes their own.'],
	caller_unknown: ['caller', 'Nobody knows who the scan is: it may be its own.'],
	root_account: ['root', 'It is issued to the Alibaba Cloud account itself.'],
	account_type_unknown: ['type', 'Nobody knows whose it is: it may be the account’s own.'],
	cluster_state: ['cluster', 'Its cluster is being deleted, is gone, or has failed.'],
	kubeconfig_state: ['state', 'It was never issued, is revoked, or in no known state.'],
	refused: ['refused', 'The service says that it would refuse.'],
} as const satisfies Record<DeletionBar, readonly [string, string]>;

/** What to see to before it is deleted. */
export const warningWords = {
	'': '',
	used_lately: 'it was used in the last 7 days',
	check_failed: 'whether it is used could not be checked',
	not_checked: 'whether it is used was not checked',
} as const satisfies Record<DeletionWarning, string>;

/** The service's answer about seven days; the last is never the first. */
export const activityWords = {
	no_record: 'none found',
	records_found: 'used',
	failed: 'failed',
	not_asked: 'not asked',
} as const satisfies Record<ShownActivity['answer'], string>;

/** Whether bindings are left. */
export const grantWords = {
	yes: 'kept',
	no: 'none',
	unknown: 'unknown',
} as const satisfies Record<Existence, string>;

/** The end of a kubeconfig, or a dash where nobody says. */
export function endOf({ notAfter }: Pick<KubeconfigCell, 'notAfter'>): string {
	return notAfter === null ? '-' : day(notAfter);
}

/** `yes; it was used in the last 7 days`, or `no: …`. */
export function deletableWords({ may, reason, warning }: Deletable): string {
	if (!may) return `No. ${barWords[reason][1]}`;
	return warning === '' ? 'Yes' : `Yes, but ${warningWords[warning]}`;
}

/** `used, last on 2026-11-20`, `failed: auditing_off`. */
export function recordWords({ answer, last, reason }: ShownActivity): string {
	const when = last === null ? '' : `, last on ${day(last)}`;
	return `${activityWords[answer]}${answer === 'failed' && reason !== '' ? `: ${oneLine(reason, 100)}` : when}`;
}
