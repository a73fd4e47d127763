# METADATA
# title: Binding to a role that does not exist
# description: >-
#   The binding grants nothing today and comes alive, for every subject it has, when somebody creates a
#   role of that name.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   severity: low
#   needs: [bindings, roles]
#   min_grade: none
#   remediation: Delete the binding, unless a chart is about to create the role.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-6, strength: exact}
package policies.orphan.role_missing

deny contains {"roleKind": input.grant.roleKind, "roleName": input.grant.roleName} if {
	input.grant.roleExists == "no"
}

unknown contains {"roleName": input.grant.roleName} if input.grant.roleExists == "unknown"
