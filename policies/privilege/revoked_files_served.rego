# METADATA
# title: Binding goes on serving revoked files
# description: >-
#   In a cluster of Alibaba Cloud, a binding made by hand gives a role to system:users or to
#   system:authenticated. There a kubeconfig is revoked by changing the user's name: the old certificate
#   still logs in, as a member of these groups. The API server's own bindings are left out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: Does this binding give something to whoever holds a revoked kubeconfig?
#   why: >-
#     Kubernetes has no list of revoked certificates. Whoever kept a file that was revoked or deleted has
#     these rights until the certificate ends, which takes up to three years.
#   severity: high
#   privileged_severity: critical
#   needs: [bindings, roles]
#   min_grade: none
#   ends: grant
#   remediation: >-
#     Bind the role to the users who need it, by their ids, then remove the group from the binding; other
#     subjects of it keep theirs. Revoking or deleting kubeconfigs again ends nothing here.
#   traps:
#     - case: The API server's own bindings for discovery and public information
#       test: test_does_not_judge_defaults
#     - case: A cluster of no cloud, where nothing is revoked by a change of name
#       test: test_does_not_judge_other_clusters
#     - case: A user who is called like the group
#       test: test_does_not_judge_other_subjects
#     - case: A role that does not exist, or gives nothing yet
#       test: test_leaves_a_role_that_does_not_exist
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 3.1.1, strength: analogy}
package policies.privilege.revoked_files_served

deny contains {"group": input.grant.subject.name, "roleName": input.grant.roleName, "powers": sort(input.grant.powers)} if {
	not not_applicable
	input.grant.roleExists == "yes"
}

unknown contains {"roleName": input.grant.roleName} if {
	not not_applicable
	input.grant.roleExists == "unknown"
}

not_applicable if input.cluster.provider != "alibaba"

not_applicable if input.grant.subject.kind != "Group"

not_applicable if not input.grant.subject.name in {"system:users", "system:authenticated"}

# Anybody who may edit roles can add to a default one; an unread role shows no powers either.
not_applicable if {
	input.grant.isBootstrapDefault
	input.grant.roleExists == "yes"
	count(input.grant.powers) == 0
}
