# METADATA
# title: Cloud cannot purge it now
# description: >-
#   The cloud that issued a kubeconfig says that it would not revoke it in its present state: of the
#   cluster (deleting, failed), of the certificate, or of the account (root).
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Would the cloud refuse to end this kubeconfig today?
#   why: >-
#     A plan that counts on the purge stops here, and the certificate works until notAfter.
#   severity: info
#   needs: [cloud]
#   min_grade: none
#   remediation: >-
#     Wait until the cluster is in a state that allows it, or end it another way: remove every binding of
#     its user, or rotate the cluster's client CA. Deleting the account alone ends nothing.
#   traps:
#     - case: A kubeconfig that was never issued, or is already revoked or deleted
#       test: test_does_not_judge_what_is_over_and_other_kinds
#     - case: A certificate that no cloud lists
#       test: test_does_not_judge_what_no_cloud_lists
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 3.1.1, strength: analogy}
package policies.coverage.purge_not_possible

import data.lib.credentials

deny contains {
	"certState": input.credential.cloud.certState,
	"clusterState": input.credential.cloud.clusterState,
	"accountType": input.credential.cloud.accountType,
} if {
	not not_applicable
	input.credential.cloud.revokable == false
}

not_applicable if not input.credential.kind in {"client_certificate", "cloud_kubeconfig"}

not_applicable if credentials.is_over

not_applicable if {
	is_null(input.credential.cloud)
	not _is_unread
}

_is_unread if {
	some gap in input.gaps
	gap.source == "cloud"
}
