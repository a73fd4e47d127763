import { formatDay } from '../lib/epoch.ts';
import { oneLine } from '../lib/text.ts';
import type { Target } from '../model/plan.ts';
import type { Scope } from './scope.ts';

const EXTRA = 'authentication.kubernetes.io/credential-id';

/**
 * A ValidatingAdmissionPolicy that denies writes by one certificate, as lines of YAML below a page of comments. It is
 * generated and never applied. Its expression is total: who has no extra (token users, impersonation) passes.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function denyPack(scope: Scope, target: Target): string[] {
	if (target.kind !== 'credential') return [];
	const sha256 = scope.credential(target.uid)?.certificate?.sha256 ?? '';
	const name = `kubelapse-deny-${sha256.slice(0, 16)}`;
	const end =
		target.notAfter === null
			? 'The certificate has no end: remove this when the certificate authority was replaced.'
			: `Remove it after ${formatDay(target.notAfter)}, when the certificate has ended, or when the certificate authority was replaced.`;
	return [
		`# Denies writes by the certificate ${sha256}`,
		`# of ${oneLine(target.username, 200)} on ${oneLine(scope.cluster.name, 100)}.`,
		'#',
		'# What it does not stop: reads, and watches that are open (admission sees writes alone); the very same holder',
		'# acting as somebody else, where they may impersonate; and changes to admission policies themselves, which no',
		'# policy is asked about: whoever may delete this one can, with that certificate too.',
		'# It needs Kubernetes 1.30, and API servers that name the credential of a request (1.32).',
		`# ${end}`,
		'# kubelapse never applies it: look at it, then kubectl apply -f this file.',
		'apiVersion: admissionregistration.k8s.io/v1',
		'kind: ValidatingAdmissionPolicy',
		'metadata:',
		`  name: ${name}`,
		'spec:',
		'  failurePolicy: Fail',
		'  matchConstraints:',
		'    resourceRules:',
		'      - apiGroups: ["*"]',
		'        apiVersions: ["*"]',
		'        operations: ["*"]',
		'        resources: ["*/*"]',
		'  validations:',
		'    - expression: >-',
		`        !(has(request.userInfo.extra) && '${EXTRA}' in request.userInfo.extra &&`,
		`        'X509SHA256=${sha256}' in request.userInfo.extra['${EXTRA}'])`,
		'      message: this certificate is to be used no more',
		'---',
		'apiVersion: admissionregistration.k8s.io/v1',
		'kind: ValidatingAdmissionPolicyBinding',
		'metadata:',
		`  name: ${name}`,
		'spec:',
		`  policyName: ${name}`,
		'  validationActions: [Deny]',
	];
}
