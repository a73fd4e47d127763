import { readSubjectUid } from '../../lib/alibaba-uid.ts';
import { oneLine } from '../../lib/text.ts';
import type { ReportedCredential, ReportedIdentity } from '../../model/report.ts';
import type { Because, Drafter } from '../draft.ts';
import { findingBar, identityBar } from '../guards.ts';
import { adviceFor, shortId } from '../remains.ts';
import { endGrants } from './grant.ts';
import { endKubeconfig } from './kubeconfig.ts';
import { endSecret } from './secret.ts';
import { usedOtherwise } from './used-otherwise.ts';

/** Ends one credential by what really ends its kind, or says what does. */
export function endCredential(drafter: Drafter, credential: ReportedCredential, because: Because) {
	const { scope, refuse } = drafter;
	switch (credential.kind) {
		case 'token_secret':
			return credential.state === 'revoked' ? undefined : endSecret(drafter, credential, because);
		case 'bootstrap_token':
			return endSecret(drafter, credential, because);
		case 'cloud_kubeconfig':
			return endKubeconfig(drafter, credential, because);
		case 'client_certificate':
			return endCertificate(drafter, credential, because);
		default: {
			const bar =
				because.finding &&
				findingBar(because.finding, scope, {
					...{ floor: 'B' as const, sources: [] },
					object: credential.uid,
				});
			const name = `${credential.kind.replaceAll('_', ' ')} ${shortId(credential)}`;
			return bar === null ? advise(drafter, credential, because) : refuse(name, bar, because);
		}
	}
}

/** Everything that somebody has here. */
export function endIdentity(drafter: Drafter, identity: ReportedIdentity, because: Because) {
	if (identity.type === 'group') return;
	for (const credential of drafter.scope.credentialsOf(identity.id))
		if (isUsable(credential)) endCredential(drafter, credential, because);
	endGrants(drafter, identity.id, because);
}

/** Removes what is bound to a certificate's user, since nothing revokes the certificate itself. */
function endCertificate(drafter: Drafter, credential: ReportedCredential, because: Because) {
	const { scope, guards, refuse, barOf } = drafter;
	const { cluster } = scope;
	const { username, groups } = credential;
	const account = cluster.provider === 'alibaba' ? (readSubjectUid(username)?.uid ?? '') : '';
	const listed = account === '' ? undefined : scope.credential(`kubeconfig:${cluster.uid}/${account}`);
	if (listed !== undefined) return endKubeconfig(drafter, listed, because);
	const name = `certificate ${shortId(credential)} of ${oneLine(username)}`;
	const bar = barOf(because, 'remove_subjects', credential.uid);
	if (bar !== null) return refuse(name, bar, because);
	if (groups.includes('system:masters')) return advise(drafter, credential, because);
	const other = usedOtherwise(scope, username, because);
	if (other !== null) return advise(drafter, credential, because, [other.reason]);
	const identity = identityBar({ kind: 'User', namespace: '', name: username }, scope, guards);
	if (identity !== null) return refuse(name, identity, because);
	endGrants(drafter, username, because);
	advise(drafter, credential, because, [
		`no API revokes a certificate: what is bound to ${oneLine(username)} is removed instead`,
	]);
}

function advise(
	{ options, add }: Drafter,
	credential: ReportedCredential,
	because: Because,
	first: string[] = [],
) {
	const { uid, username, notAfter } = credential;
	const target = { kind: 'credential', uid, username, notAfter } as const;
	const plain = { target, because: [because], ends: [], remains: [], users: [] };
	add({ ...plain, action: 'advise', instructions: [...first, ...adviceFor(credential)] });
	if (options.denyPack && credential.kind === 'client_certificate' && credential.certificate !== null)
		add({ ...plain, action: 'deny_pack', instructions: [] });
}

/** A certificate that has ended opens nothing; of a kubeconfig of the cloud, bindings may be left. */
function isUsable({ kind, state }: ReportedCredential): boolean {
	if (state === 'revoked' || state === 'not_issued') return false;
	return kind === 'cloud_kubeconfig' || state === 'effective' || state === 'unknown';
}
