# METADATA
# title: A source could not be read
# description: >-
#   The scan could not read something that policies need, so that their answers on this cluster are
#   unknown and not a pass. A source that was never configured is not denied. Planned
#   maintenance looks the same: accept that gap by name, with --allow-gap.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: cluster
#   question: Did this scan see all that it judges?
#   why: >-
#     What was not read did not pass. The answers that need it are unknown until somebody grants the right or
#     the cluster answers.
#   severity: medium
#   needs: []
#   min_grade: none
#   remediation: >-
#     Grant the scanner the missing permission, or reach the cluster in time, and scan again; kubelapse
#     doctor names every permission.
#   traps:
#     - case: A source that nobody configured
#       test: test_leaves_what_nobody_configured
#     - case: The authorizer, which has a policy of its own
#       test: test_leaves_the_authorizer_to_its_own_policy
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: analogy}
#     - {framework: ISO 27001, version: "2022", id: A.8.15, strength: analogy}
package policies.coverage.source_unreadable

deny contains {"key": source, "codes": codes, "permissions": permissions} if {
	some source in {gap.source | some gap in _unreadable}
	codes := sort({gap.code | some gap in _unreadable; gap.source == source})
	permissions := sort({gap.permission | some gap in _unreadable; gap.source == source; gap.permission != ""})
}

# The authorizer has a policy of its own.
_unreadable contains gap if {
	some gap in input.clusterGaps
	gap.code != "not_configured"
	gap.source != "authorizer"
}
