# METADATA
# title: Server is not verified
# description: >-
#   A kubeconfig switches certificate checks off or uses plain http: whoever sits between can read and
#   replay every token that is sent over this connection. Trusting the system's own CAs is not denied. The
#   allowed_servers of the params are left out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: connection
#   question: Could somebody between this client and the cluster read along?
#   why: >-
#     Tokens travel in every request. Without the check of the server's certificate whoever sits in the
#     way gets them, and answers in the cluster's name.
#   severity: high
#   needs: [kubeconfig]
#   min_grade: none
#   remediation: >-
#     Put the cluster's CA into certificate-authority-data, remove insecure-skip-tls-verify, and use an
#     https server. Replace tokens and passwords that went over the connection.
#   traps:
#     - case: A server whose certificate the system's own CAs vouch for
#       test: test_leaves_a_named_ca_and_the_systems_own
#     - case: A local development cluster, allowed by its address
#       test: test_does_not_judge_allowed_servers
#   params:
#     allowed_servers:
#       default: []
#       description: Servers of kubeconfigs, as https://127.0.0.1:*, that need no check; * stands for any characters.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: SC-7, strength: analogy}
package policies.kind.tls_not_verified

import data.lib.wildcards

deny contains {"verification": input.connection.verification} if {
	not not_applicable
	input.connection.verification in {"skipped", "plain_http"}
}

not_applicable if {
	some pattern in data.params.kind.tls_not_verified.allowed_servers
	wildcards.match(pattern, input.connection.server)
}
