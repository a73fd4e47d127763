# METADATA
# title: Person bound to cluster-admin
# description: >-
#   A user or group has every right on every object of the cluster. Users and groups named system: and
#   the robots of the params are no persons; allowed_subjects are persons that may.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: Does a person have every right on everything, all the time?
#   why: >-
#     One stolen laptop or one mistyped command is then the whole cluster. Few people need that for their
#     daily work.
#   severity: high
#   needs: [bindings, roles, authorizer]
#   min_grade: none
#   remediation: >-
#     Bind the narrowest role that the work needs, then remove this subject from the binding (not the
#     binding, when it has others). The credential still authenticates, with the rights of all
#     authenticated users.
#   traps:
#     - case: A break-glass account, or that of the provider's support, allowed by name
#       test: test_does_not_judge_allowed_subjects
#     - case: cluster-admin inside one namespace, or a lesser role
#       test: test_leaves_lesser_roles_and_one_namespace
#     - case: Service accounts, control-plane users, and robots
#       test: test_does_not_judge_what_is_no_person
#   params:
#     allowed_subjects:
#       default: []
#       description: >-
#         Users and groups that are cluster-admin on purpose (emergencies, the provider's support); * stands
#         for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.1, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.2, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.3, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.8, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.11, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.13, strength: exact}
#     - {framework: CIS ACK, version: "1.0", id: 5.1.1, strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 7.2.2, strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 7.2.5, strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.5.18, strength: exact}
#     - {framework: SOC 2, version: "2017", id: CC6.1, strength: exact}
#     - {framework: SOC 2, version: "2017", id: CC6.3, strength: exact}
#     - {framework: CIS Controls, version: "8.1", id: "5.4", strength: exact}
package policies.privilege.cluster_admin_person

import data.lib.subjects
import data.lib.wildcards

deny contains {"subjectKind": input.grant.subject.kind, "roleName": input.grant.roleName} if {
	not not_applicable
	input.grant.namespace == ""
	"cluster_admin" in input.grant.powers
}

not_applicable if input.grant.isBootstrapDefault

not_applicable if input.identity.human == "no"

not_applicable if not subjects.is_person(input.grant.subject.kind, input.grant.subject.name)

not_applicable if {
	some pattern in data.params.privilege.cluster_admin_person.allowed_subjects
	wildcards.match(pattern, input.grant.subject.name)
}
