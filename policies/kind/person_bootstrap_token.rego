# METADATA
# title: Person logs in with a bootstrap token
# description: >-
#   A usable bootstrap token is in a group other than system:bootstrappers and those below it, stands in
#   a kubeconfig that is not for joining a node (node_paths), or was used by the tools of people
#   (lib.agents.person_agents). A token that no file shows passes only where a complete audit log names
#   none of those tools.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does anybody but a joining node use this bootstrap token?
#   why: >-
#     It is made to be typed into many machines and may request certificates; as the login of a person it
#     has no name, and whoever has it can let a machine of their own into the cluster.
#   severity: medium
#   privileged_severity: high
#   needs: [bootstrap_tokens, kubeconfig, usage]
#   min_grade: none
#   remediation: >-
#     Delete its Secret bootstrap-token-<id> in kube-system: that ends the token, and a new one is a
#     command away (kubeadm token create). Deleting the kubeconfig ends nothing; certificates that were
#     requested with it work on.
#   traps:
#     - case: The bootstrap kubeconfig of a node, or one of an auto-scaling node pool
#       test: test_leaves_bootstrap_files_of_nodes
#     - case: Groups below system:bootstrappers, as kubeadm and node pools use them
#       test: test_leaves_groups_of_bootstrappers
#     - case: A token that the cleaner has not yet deleted, though it has expired
#       test: test_does_not_judge_other_and_ended_ones
#   params:
#     node_paths:
#       default: ["/etc/kubernetes/*", "/var/lib/*", "*bootstrap-kubelet.conf", "*bootstrap-kubeconfig", "*bootstrap.kubeconfig"]
#       description: Kubeconfig files that nodes join with; * stands for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.1.3, strength: exact}
package policies.kind.person_bootstrap_token

import data.lib.agents
import data.lib.credentials
import data.lib.wildcards

deny contains {"groups": sort(_groups), "files": count(_files), "agents": sort(agents.by_person)} if {
	not not_applicable
	(count(_groups) + count(_files)) + count(agents.by_person) > 0
}

unknown contains {"reason": "not every user agent is known"} if {
	not not_applicable
	not is_null(input.usage)
	not agents.are_known
}

not_applicable if input.credential.kind != "bootstrap_token"

not_applicable if not credentials.is_usable

_groups contains group if {
	some group in input.credential.groups
	group != "system:bootstrappers"
	not startswith(group, "system:bootstrappers:")
}

_files contains location.path if {
	some location in input.credential.locations
	location.origin in {"kubeconfig", "connection"}
	not _is_nodes(location.path)
}

_is_nodes(path) if {
	some pattern in data.params.kind.person_bootstrap_token.node_paths
	wildcards.match(pattern, path)
}
