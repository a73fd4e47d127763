# METADATA
# title: Server is not verified
# description: >-
#   A kubeconfig switches certificate checks off or uses plain http: whoever sits between can read and
#   replay every token that is sent over this connection. Trusting the system's own CAs is not denied.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: connection
#   severity: high
#   needs: [kubeconfig]
#   min_grade: none
#   remediation: >-
#     Put the cluster's CA into certificate-authority-data, remove insecure-skip-tls-verify, and use an
#     https server. Replace tokens and passwords that went over the connection.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: SC-7, strength: analogy}
package policies.kind.tls_not_verified

deny contains {"verification": input.connection.verification} if {
	input.connection.verification in {"skipped", "plain_http"}
}
