# METADATA
# title: Every right by wildcard
# description: >-
#   A role allows every verb on every resource of every API group, in the whole cluster or in one
#   namespace. The API server's own bindings are left out; persons who have it in the whole cluster are
#   left to privilege/cluster_admin_person. A wildcard inside one API group is no such rule.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: Does this binding give everything, whatever the work needs?
#   why: >-
#     A wildcard also covers what is added later (new resources, new verbs), reads every Secret in its
#     reach, and takes over every service account there.
#   severity: high
#   needs: [bindings, roles, authorizer]
#   min_grade: none
#   remediation: >-
#     Write down verbs and resources that the work needs in a role of its own, bind that, then remove this
#     subject from the binding (not the binding, when it has others). The credential still authenticates,
#     with the rights of all authenticated users; tokens that it made meanwhile work on.
#   traps:
#     - case: A wildcard inside one API group, or on some resources
#       test: test_leaves_a_wildcard_inside_one_group
#     - case: The API server's own binding of cluster-admin
#       test: test_does_not_judge_defaults
#     - case: A person bound to cluster-admin, whom another policy names
#       test: test_leaves_persons_of_the_whole_cluster_to_their_policy
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.3, strength: exact}
#     - {framework: CIS ACK, version: "1.0", id: 5.1.3, strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 7.2.3, strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.8.2, strength: exact}
package policies.privilege.wildcard

import data.lib.subjects

deny contains {"namespace": input.grant.namespace, "roleName": input.grant.roleName} if {
	not not_applicable
	"wildcard" in input.grant.powers
}

not_applicable if input.grant.isBootstrapDefault

# What privilege/cluster_admin_person judges.
not_applicable if {
	input.grant.namespace == ""
	input.identity.human != "no"
	subjects.is_person(input.grant.subject.kind, input.grant.subject.name)
}
