# METADATA
# title: A source could not be read
# description: >-
#   The scan could not read something that policies need, so that their answers on this cluster are
#   unknown and not a pass. A source that was never configured is not denied.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: cluster
#   severity: medium
#   needs: []
#   min_grade: none
#   remediation: >-
#     Grant the scanner the missing permission, or reach the cluster in time, and scan again; kubelapse
#     doctor names every permission.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.8.15, strength: exact}
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
