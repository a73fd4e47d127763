/** A policy of somebody's own, in `org/<category>/<name>.rego`; it finds every client certificate. */
export function ownPolicy(id: string, { condition = 'true', metadata = '' } = {}): string {
	return `# METADATA
# title: Own policy
# description: It is a certificate.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   severity: low
#   needs: [kubeconfig]
#   remediation: End it.
${metadata}package policies.${id.replace('/', '.')}

deny contains {"kind": input.credential.kind} if {
	input.credential.kind == "client_certificate"
	${condition}
}
`;
}
