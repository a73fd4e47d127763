import { DAY, formatDay } from '../../lib/epoch.ts';
import { oneLine } from '../../lib/text.ts';
import type { Target } from '../../model/plan.ts';
import type { ReportedCluster, ReportedCredential } from '../../model/report.ts';
import type { Because, Drafter } from '../draft.ts';
import { type Bar, gapBar, identityBar } from '../guards.ts';

/** Quarantines a token, or deletes a bootstrap token. */
export function endSecret(drafter: Drafter, credential: ReportedCredential, because: Because) {
	const { scope, options, add, refuse, barOf } = drafter;
	const [location] = credential.locations;
	const name = `Secret ${oneLine(`${location?.namespace}/${location?.name}`)}`;
	const isToken = credential.kind === 'token_secret';
	if (location?.origin !== 'secret')
		return refuse(name, { code: 'object_unknown', reason: 'no Secret of it was found' }, because);
	const action = isToken ? 'quarantine_token_secret' : 'delete_bootstrap_token';
	const barred =
		barOf(because, action, credential.uid) ??
		(isToken ? versionBar(scope.cluster) : null) ??
		(isToken ? accountBar(drafter, credential) : null) ??
		(!isToken && !options.noRestore ? NO_RESTORE : null);
	if (barred !== null) return refuse(name, barred, because);
	const target = secretTarget(credential);
	const who = oneLine(credential.username);
	add({
		action,
		target,
		because: [because],
		ends: [
			isToken
				? `the token in ${name} is refused, some 10 s later where it was just used`
				: `the bootstrap token in ${name}, for good`,
		],
		remains: isToken
			? [
					`what ${who} is granted stays, and so do its other tokens and its pods`,
					'watches and exec sessions that are open go on until they end',
				]
			: ['certificates that were issued with it work on, and nodes that have joined do not need it'],
		instructions: [],
		users: isToken ? [credential.username] : [],
	});
}

const WAIVED: Bar = { code: 'waived', reason: 'a waiver accepts it for now' };

/** API servers heed the label, and date each attempt, by default from 1.29 on. */
const LEAST_MINOR = 29;

function versionBar({ version }: Pick<ReportedCluster, 'version'>): Bar | null {
	const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
	if (Number(major) > 1 || (major === '1' && Number(minor) >= LEAST_MINOR)) return null;
	const reason = `API servers refuse quarantined tokens from 1.${LEAST_MINOR} on, and this one is ${oneLine(version, 40) || 'of a version that was not read'}`;
	return { code: 'server_too_old', reason };
}

const NO_RESTORE: Bar = {
	code: 'no_restore',
	reason: 'nothing brings it back: --no-restore plans such steps',
};

/** A token that is quarantined and was silent for days is deleted, whatever policies say: nothing can use it. */
export function deleteQuarantined(drafter: Drafter, credential: ReportedCredential, because: Because) {
	const { scope, options, guards, add, refuse } = drafter;
	const [location] = credential.locations;
	const { invalidSince, lastUsed } = credential;
	if (location?.origin !== 'secret' || invalidSince === null) return;
	const name = `Secret ${oneLine(`${location.namespace}/${location.name}`)}`;
	const bar =
		(scope.waived.has(credential.uid) ? WAIVED : null) ??
		gapBar(scope, ['token_secrets'], credential.uid) ??
		versionBar(scope.cluster) ??
		accountBar(drafter, credential);
	if (bar !== null) return refuse(name, bar, because);
	// The label says a day, which may have been almost over.
	const end = invalidSince + (options.quarantineDays + 1) * DAY;
	// The label says a day: an attempt on that very day came before or after, which nobody can tell.
	if (lastUsed !== null && lastUsed >= invalidSince) {
		const day = formatDay(lastUsed);
		const isLater = lastUsed > invalidSince;
		return refuse(
			name,
			isLater
				? { code: 'attempted_since', reason: `somebody tried the quarantined token on ${day}` }
				: { code: 'attempt_unknown', reason: `it was last tried on ${day}, the day of its quarantine` },
			because,
		);
	}
	if (guards.now < end)
		return refuse(
			name,
			{ code: 'quarantine_running', reason: `it is in quarantine until ${formatDay(end)}` },
			because,
		);
	add({
		action: 'delete_token_secret',
		target: secretTarget(credential),
		because: [because],
		ends: [`${name} and its token, for good`],
		remains: [`what ${oneLine(credential.username)} is granted stays`],
		instructions: [],
		users: [credential.username],
	});
}

function accountBar({ scope, guards }: Drafter, { serviceAccount }: ReportedCredential): Bar | null {
	if (serviceAccount === null) return null;
	const { namespace, name } = serviceAccount;
	return identityBar({ kind: 'ServiceAccount', namespace, name }, scope, guards);
}

function secretTarget({ uid, kind, locations, invalidSince, username }: ReportedCredential): Target {
	const [location] = locations;
	return {
		kind: 'secret',
		uid: uid.replace(/^secret:/, ''),
		namespace: location?.namespace ?? '',
		name: location?.name ?? '',
		type: kind === 'token_secret' ? 'kubernetes.io/service-account-token' : 'bootstrap.kubernetes.io/token',
		invalidSince,
		username,
	};
}
