# METADATA
# title: Expired credential still on record
# description: >-
#   A credential's end date passed more than skew_seconds ago. It cannot authenticate any more, and
#   for that is never worse than low, but its file or object is still there, and so is whatever it was
#   granted (on ACK orphan/grants_outlive_kubeconfig tells that). Certificates of kubelets are left out
#   (they renew themselves), and so is what has no end date.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Has this credential ended although its file or object is still there?
#   why: >-
#     What nobody cleared away hides what still works, and the role bindings that it leaves behind wait for
#     the next credential of that name.
#   severity: low
#   needs: [certificate_requests, token_secrets, bootstrap_tokens, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Nothing has to be ended: it ended by itself. Remove the file or the object, and the role bindings
#     of a user who does not log in any other way.
#   traps:
#     - case: The clocks of the issuer and of the scan differ a little.
#       test: test_leaves_the_skew_of_two_clocks
#     - case: A kubelet's certificate that it has replaced.
#       test: test_does_not_judge_nodes
#     - case: What its issuer ended before its date.
#       test: test_does_not_judge_what_is_over
#     - case: A credential that has no end date, or a plugin that holds none.
#       test: test_does_not_judge_what_has_no_end
#     - case: The end date was not read.
#       test: test_an_end_that_was_not_read_is_unknown
#   params:
#     skew_seconds:
#       default: 300
#       description: Difference between two clocks that says nothing (5 minutes).
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 3.1.1, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3), strength: analogy}
#     - {framework: PCI DSS, version: "4.0", id: 8.2.6, strength: analogy}
package policies.credential.expired

import data.lib.credentials

deny contains {"expiredSeconds": expired} if {
	not not_applicable
	expired := input.now - input.credential.notAfter
	expired > data.params.credential.expired.skew_seconds
}

unknown contains {"notAfter": null} if {
	not not_applicable
	input.credential.notAfter == null
}

not_applicable if credentials.is_node

not_applicable if credentials.is_over

not_applicable if credentials.is_endless

not_applicable if credentials.is_login
