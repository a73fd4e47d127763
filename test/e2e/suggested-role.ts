import type { RbacObject } from '../../src/remediation/suggest-role.ts';
import type { AuditEvent } from './audit-log.ts';
import type { Cluster } from './control-plane.ts';
import { waitFor } from './kube-client.ts';
import type { SeededBinding } from './seed-access.ts';

/** What SubjectAccessReview takes: one of the two. */
export interface Access {
	resourceAttributes?: Record<string, string | undefined>;
	nonResourceAttributes?: { verb: string; path: string };
}

/** What the API server decided on, as it asked its authorizer. */
export function accessOf({ verb, objectRef, requestURI }: AuditEvent): Access {
	if (objectRef === undefined)
		return { nonResourceAttributes: { verb, path: requestURI.replace(/\?.*$/, '') } };
	const { apiGroup: group, namespace, resource, subresource, name } = objectRef;
	return { resourceAttributes: { verb, group, namespace, resource, subresource, name } };
}

/** Takes bindings away and puts what was suggested in their place, exactly as it was suggested. */
export async function replaceGrants(
	{ admin }: Pick<Cluster, 'admin'>,
	bindings: SeededBinding[],
	suggested: RbacObject[],
): Promise<void> {
	for (const { kind, namespace, name } of bindings) await admin.remove(`${pathOf(kind, namespace)}/${name}`);
	for (const object of suggested) await admin.create(pathOf(object.kind, object.metadata.namespace), object);
}

function pathOf(kind: RbacObject['kind'], namespace = ''): string {
	const place = namespace === '' ? '' : `/namespaces/${namespace}`;
	return `/apis/rbac.authorization.k8s.io/v1${place}/${kind.toLowerCase()}s`;
}

/** Answers as `kubectl auth can-i` gives them. */
export function mayDo({ admin }: Pick<Cluster, 'admin'>, user: string, all: Access[]): Promise<boolean[]> {
	return Promise.all(
		all.map(async access => {
			const spec = { user, groups: ['system:authenticated'], ...access };
			const { status } = await admin.create(REVIEWS, { spec });
			return (status as { allowed: boolean }).allowed; // a SubjectAccessReview says so
		}),
	);
}

const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

/** The authorizer learns of new bindings by a watch: it knows them once the last of them counts. */
export async function settled(
	cluster: Pick<Cluster, 'admin'>,
	user: string,
	access: { may: Access; mayNot: Access },
): Promise<void> {
	await waitFor(`the roles of ${user}`, async () => {
		const [may, mayNot] = await mayDo(cluster, user, [access.may, access.mayNot]);
		return (may && !mayNot) || undefined;
	});
}
