# METADATA
# title: Binding to a role that does not exist
# description: >-
#   The binding grants nothing today and comes alive, for every subject it has, when somebody creates a
#   role of that name. A role that a chart or a vendor is about to install looks the same until it is there.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: Does this binding wait for a role that does not exist?
#   why: >-
#     Whoever may create a role of that name, or brings it back with a backup, decides what every subject of
#     the binding is granted.
#   severity: low
#   needs: [bindings, roles]
#   min_grade: none
#   ends: grant
#   remediation: Delete the binding, unless a chart is about to create the role.
#   traps:
#     - case: The roles could not be read to their end.
#       test: test_unread_roles_are_unknown
#     - case: An aggregated role that has no rules of its own yet, but exists.
#       test: test_leaves_one_that_exists
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-6, strength: exact}
package policies.orphan.role_missing

deny contains {"roleKind": input.grant.roleKind, "roleName": input.grant.roleName} if {
	input.grant.roleExists == "no"
}

unknown contains {"roleName": input.grant.roleName} if input.grant.roleExists == "unknown"
