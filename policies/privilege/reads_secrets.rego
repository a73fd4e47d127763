# METADATA
# title: Reads Secrets of the whole cluster
# description: >-
#   A subject may get, list or watch the Secrets of every namespace. The API server's own bindings and
#   the allowed_bindings of the params are left out; so is who may do everything anyway
#   (privilege/cluster_admin_person, privilege/wildcard). Operators that need it, and this scan's own
#   account where it lists token Secrets, look the same until they are allowed by name.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: May this subject read everybody's passwords and tokens?
#   why: >-
#     Secrets hold the tokens of service accounts and the logins of what runs outside the cluster: who
#     reads them all is who they belong to.
#   severity: high
#   needs: [bindings, roles, authorizer]
#   min_grade: none
#   remediation: >-
#     Bind a role in the namespaces that the work needs, or limit it to names (resourceNames), then remove
#     this subject from the binding (not the binding, when it has others). What it has read it still has:
#     replace those Secrets where the subject is no longer trusted.
#   traps:
#     - case: An operator that needs them, excepted by its binding
#       test: test_does_not_judge_defaults_and_allowed_bindings
#     - case: Secrets of one namespace
#       test: test_leaves_one_namespace
#     - case: Who is cluster-admin already
#       test: test_leaves_who_may_do_everything
#     - case: The API server's own controllers
#       test: test_does_not_judge_defaults_and_allowed_bindings
#   params:
#     allowed_bindings:
#       default: []
#       description: ClusterRoleBindings whose subjects need every Secret; * stands for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.2, strength: exact}
#     - {framework: CIS ACK, version: "1.0", id: 5.1.2, strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 8.6.3, strength: analogy}
#     - {framework: SOC 2, version: "2017", id: CC6.1, strength: exact}
#     - {framework: SOC 2, version: "2017", id: CC6.7, strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.5.15, strength: exact}
package policies.privilege.reads_secrets

import data.lib.wildcards

deny contains {"subjectKind": input.grant.subject.kind, "roleName": input.grant.roleName} if {
	not not_applicable
	"read_secrets" in input.grant.powers
	not "cluster_admin" in input.grant.powers
}

not_applicable if input.grant.namespace != ""

not_applicable if input.grant.isBootstrapDefault

not_applicable if {
	some pattern in data.params.privilege.reads_secrets.allowed_bindings
	wildcards.match(pattern, input.grant.bindingName)
}
