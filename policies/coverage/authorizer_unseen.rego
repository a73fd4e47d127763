# METADATA
# title: Access is granted outside RBAC
# description: >-
#   The cluster also asks a webhook or a cloud authorizer. What those grant cannot be listed, so nobody
#   is shown to be without a privilege: such answers are unknown.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: cluster
#   question: Is access to this cluster granted in a place that this scan does not read?
#   why: >-
#     Every binding may be in order while the cloud's IAM or a webhook lets half the company in.
#   severity: medium
#   needs: []
#   min_grade: none
#   remediation: >-
#     Review the grants where they are made (the cloud's IAM, the webhook's own rules) beside this
#     report, or accept this gap by name with --allow-gap authorizer.
#   traps:
#     - case: A gap of another source, which has a policy of its own
#       test: test_leaves_other_gaps
#     - case: A cluster that asks RBAC alone
#       test: test_leaves_other_gaps
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: analogy}
package policies.coverage.authorizer_unseen

deny contains {"codes": codes} if {
	codes := sort({gap.code | some gap in input.clusterGaps; gap.source == "authorizer"})
	count(codes) > 0
}
