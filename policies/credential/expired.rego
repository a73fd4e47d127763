# METADATA
# title: Expired credential still on record
# description: >-
#   A credential's end date has passed. It cannot authenticate any more, but its file or object is
#   still there, and so is whatever it was granted. Certificates of kubelets are left out (they renew
#   themselves), and so is what has no end date.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   severity: low
#   needs: [certificate_requests, token_secrets, bootstrap_tokens, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Nothing has to be ended: it ended by itself. Remove the file or the object, and the role bindings
#     of a user who does not log in any other way.
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 3.1.1, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3), strength: analogy}
#     - {framework: PCI DSS, version: "4.0", id: 8.2.6, strength: analogy}
package policies.credential.expired

import data.lib.credentials

deny contains {"expiredSeconds": expired} if {
	not not_applicable
	expired := input.now - input.credential.notAfter
	expired > 0
}

unknown contains {"notAfter": null} if {
	not not_applicable
	input.credential.notAfter == null
}

not_applicable if credentials.is_node

not_applicable if credentials.is_over

not_applicable if credentials.is_endless

not_applicable if credentials.is_login
