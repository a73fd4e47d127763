# METADATA
# title: Access review overdue
# description: >-
#   The access of a user, group or service account that some binding names was last confirmed more than
#   period_seconds ago, or never since it was granted that long ago. What was granted within the period is
#   not due yet, and so is nobody of a new cluster.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: identity
#   question: Did somebody confirm within period_seconds that this access is still needed?
#   why: >-
#     Access is granted when it is needed and seldom taken back when it is not; a review is when somebody
#     asks.
#   severity: medium
#   needs: [history, bindings]
#   min_grade: none
#   remediation: >-
#     Ask the owner whether each grant is still needed and record the answer. Remove the subject from the
#     bindings that are not, and end its credentials: without its grants a certificate still
#     authenticates.
#   traps:
#     - {case: "A new cluster, or a new grant", test: test_leaves_what_was_granted_within_the_period}
#     - {case: Neither a review nor the day of the grant is known, test: test_without_any_date_it_is_unknown}
#     - {case: "Parts of Kubernetes and who is granted nothing", test: test_does_not_judge_kubernetes_and_who_has_no_grant}
#   params:
#     period_seconds:
#       default: 15552000
#       description: Time in which access is to be confirmed again (180 days).
#     built_in:
#       default: ["system:serviceaccount:kube-system:*"]
#       description: Ids of service accounts that come with the cluster; * stands for any characters.
#   controls:
#     - {framework: PCI DSS, version: "4.0", id: 7.2.4, strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 7.2.5.1, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: exact}
package policies.governance.review_overdue

import data.lib.wildcards

deny contains {
	"overdueSeconds": _seconds - data.params.governance.review_overdue.period_seconds,
	"reviewedAt": input.reviewedAt,
} if {
	not not_applicable
	not _is_unread
	_seconds > data.params.governance.review_overdue.period_seconds
}

unknown contains {"reviewedAt": null, "grantedSince": null} if {
	not not_applicable
	not _seconds
}

not_applicable if input.grantsTotal == 0

not_applicable if {
	input.identity.type != "service_account"
	startswith(input.identity.name, "system:")
}

not_applicable if {
	some pattern in data.params.governance.review_overdue.built_in
	wildcards.match(pattern, input.identity.id)
}

# Since the last review, or since the first grant after it. Undefined where neither is known.
_seconds := input.now - max({input.reviewedAt, input.grantedSince})

# Where nobody keeps a record, no review on it says nothing.
_is_unread if {
	is_null(input.reviewedAt)
	some gap in input.gaps
	gap.source == "history"
}
