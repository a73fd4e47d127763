import { formatDay } from '../lib/epoch.ts';
import { oneLine, plural } from '../lib/text.ts';
import type { EpochSeconds } from '../model/facts.ts';
import type { ReportedCredential } from '../model/report.ts';
import { bindingName } from './bindings.ts';
import type { Scope } from './scope.ts';

/**
 * What really ends each credential, and what does not, in sentences for people.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/
 */

const MOST = 5;

/** `ClusterRoleBinding ops (ClusterRole view)` */
export function grantName(grant: Scope['grants'][number]): string {
	const { bindingKind, namespace, bindingName: name, roleKind, roleName } = grant;
	return `${oneLine(bindingName({ bindingKind, namespace, name }))} (${roleKind} ${oneLine(roleName, 100)})`;
}

/** Until when a credential works by itself. */
function until(notAfter: EpochSeconds | null): string {
	return notAfter === null ? 'and has no end date' : `until ${formatDay(notAfter)}`;
}

/** What a user still has once nothing names them any more: certificates go on, and so does what groups are granted. */
export function remainsOfUser(scope: Scope, username: string): string[] {
	const certificates = scope
		.credentialsOf(username)
		.filter(({ kind, state }) => kind === 'client_certificate' && state === 'effective');
	const groups = new Set(certificates.flatMap(each => each.groups));
	return [
		...certificates
			.slice(0, MOST)
			.map(
				each =>
					`the certificate ${shortId(each)} of ${oneLine(username)} stays valid ${until(each.notAfter)}: it still logs in, with what its groups and everybody are granted`,
			),
		...more(certificates.length, 'certificate'),
		...remainsOfGroups(scope, groups),
		'watches and exec sessions that are open go on until they end',
	];
}

/** What groups are granted is nobody's alone: it is never removed for one member. */
function remainsOfGroups({ grants }: Scope, groups: ReadonlySet<string>): string[] {
	if (groups.has('system:masters'))
		return [
			'the group system:masters of the certificate may do everything: no change of RBAC takes that away',
		];
	const held = grants.filter(({ subject }) => subject.kind === 'Group' && groups.has(subject.name));
	return [
		...held
			.slice(0, MOST)
			.map(grant => `what the group ${oneLine(grant.subject.name)} is granted by ${grantName(grant)} stays`),
		...more(held.length, 'grant of groups', 'grants of groups'),
	];
}

/** What goes on after the cloud has ended a kubeconfig. */
export function remainsOfKubeconfig(scope: Scope): string[] {
	const serving = scope.grants.filter(
		({ subject, isBootstrapDefault }) =>
			subject.kind === 'Group' &&
			['system:users', 'system:authenticated'].includes(subject.name) &&
			!isBootstrapDefault,
	);
	return [
		'the old certificate still logs in until it ends, as a member of system:users and system:authenticated',
		...serving
			.slice(0, MOST)
			.map(grant => `it keeps what ${oneLine(grant.subject.name)} is granted by ${grantName(grant)}`),
		...more(serving.length, 'such grant'),
		'watches and exec sessions that are open go on until they end',
	];
}

function more(count: number, one: string, many = `${one}s`): string[] {
	return count > MOST ? [`and ${plural(count - MOST, `more ${one}`, `more ${many}`)}`] : [];
}

/** As the first eight digits of a fingerprint. */
export function shortId({ uid }: Pick<ReportedCredential, 'uid'>): string {
	return oneLine(uid.replace(/^(x509:[0-9a-f]{8})[0-9a-f]+$/, '$1…'), 80);
}

/** What to do about a credential that no call ends. */
export function adviceFor(credential: ReportedCredential): string[] {
	const { kind, notAfter, groups, username } = credential;
	const who = oneLine(username) || 'its holder';
	switch (kind) {
		case 'client_certificate':
			return groups.includes('system:masters')
				? [
						'no change of RBAC limits the group system:masters, and Kubernetes revokes no certificate',
						`it works ${until(notAfter)}, or until the certificate authority is replaced: plan that, and have an authorizing webhook or a proxy in front deny it until then`,
						'kubelapse plan --deny-pack DIR writes an admission policy that denies its writes meanwhile',
					]
				: [
						`Kubernetes revokes no certificate: it works ${until(notAfter)}, or until the certificate authority is replaced`,
						`give ${who} another user name, move the grants that are needed to it, and remove the old one from every binding`,
						'kubelapse plan --deny-pack DIR writes an admission policy that denies its writes meanwhile',
					];
		case 'static_token':
			return ['take the token out of the file of --token-auth-file, and restart every API server'];
		case 'basic_auth':
			return ['take the password out of the file of the API servers, and restart every one of them'];
		case 'bound_token':
			return [
				`delete the Pod or Secret that the token is bound to, or the service account; else it works ${until(notAfter)}`,
				'deleting the kubeconfig that holds it ends nothing',
			];
		case 'exec_plugin':
		case 'auth_provider':
			return [`disable ${who} at the identity provider, and wait until the tokens that it has issued end`];
		case 'token_secret':
		case 'bootstrap_token':
		case 'cloud_kubeconfig':
			return [];
		default:
			return kind satisfies never;
	}
}
