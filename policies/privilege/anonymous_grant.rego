# METADATA
# title: Grant to everybody
# description: >-
#   A role is bound to callers without a credential (system:anonymous, system:unauthenticated), or one
#   with a power that leads to credentials to everybody who has any (system:authenticated). The API
#   server's own bindings and the cluster-info of kubeadm are left out while their roles hold no such
#   power.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: May somebody without a credential, or anybody with one, do this?
#   why: >-
#     Whoever reaches the API server then has these rights, and an audit log cannot say who it was.
#   severity: critical
#   needs: [bindings, roles, authorizer]
#   min_grade: none
#   ends: grant
#   remediation: >-
#     Remove the subject from the binding; other subjects of it keep theirs. Then look in the audit log
#     for what was done without a credential.
#   traps:
#     - case: The API server's own bindings for discovery and public information
#       test: test_does_not_judge_defaults_and_others
#     - case: The cluster-info of kubeadm, which joining nodes read
#       test: test_does_not_judge_defaults_and_others
#     - case: A harmless role for everybody who has a credential
#       test: test_denies_all_authenticated_only_with_a_power
#     - case: A role that does not exist
#       test: test_leaves_a_role_that_does_not_exist
#   controls:
#     - {framework: CIS GKE, version: "1.9", id: 4.1.8, strength: exact}
#     - {framework: CIS GKE, version: "1.9", id: 4.1.9, strength: exact}
#     - {framework: CIS GKE, version: "1.9", id: 4.1.10, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 1.2.1, strength: analogy}
package policies.privilege.anonymous_grant

deny contains {"powers": sort(input.grant.powers), "roleName": input.grant.roleName} if {
	not not_applicable
	input.grant.roleExists == "yes"
	_is_open
}

unknown contains {"roleName": input.grant.roleName} if {
	not not_applicable
	input.grant.roleExists == "unknown"
}

not_applicable if {
	input.grant.isBootstrapDefault
	_is_harmless
}

not_applicable if {
	_is_cluster_info
	_is_harmless
}

not_applicable if not _everybody[input.grant.subject.kind][input.grant.subject.name]

# What everybody who has a credential may do is only bad when it leads to others' credentials.
_is_open if input.grant.subject.name != "system:authenticated"

_is_open if count(input.grant.powers) > 0

# Anybody who may edit roles can add to a default one; an unread role shows no powers either.
_is_harmless if {
	input.grant.roleExists != "unknown"
	count(input.grant.powers) == 0
}

# kubeadm shows joining nodes where the cluster is; it holds no secret.
_is_cluster_info if {
	input.grant.namespace == "kube-public"
	input.grant.bindingName == "kubeadm:bootstrap-signer-clusterinfo"
	input.grant.roleName == "kubeadm:bootstrap-signer-clusterinfo"
}

_everybody := {
	"User": {"system:anonymous"},
	"Group": {"system:unauthenticated", "system:authenticated"},
}
