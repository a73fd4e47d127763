package policies.kind.person_bootstrap_token_test

import data.lib.testing
import data.policies.kind.person_bootstrap_token as policy

test_denies_groups_that_are_no_bootstrappers if {
	found := [{"groups": ["ops", "system:bootstrappers2"], "files": 0, "agents": []}]
	groups := ["system:bootstrappers", "system:bootstrappers2", "ops"]
	findings(token({"groups": groups})) == {one | some one in found}
}

test_leaves_groups_of_bootstrappers if {
	findings(token({"groups": ["system:bootstrappers", "system:bootstrappers:kubeadm:default-node-token"]})) == set()
}

test_denies_a_token_in_a_kubeconfig if {
	every origin in {"kubeconfig", "connection"} {
		findings(token({"locations": [file(origin, "/home/ann/.kube/config"), file(origin, "/etc/kubernetes/a")]})) == {{
			"groups": [],
			"files": 1,
			"agents": [],
		}}
	}
}

test_leaves_bootstrap_files_of_nodes if {
	findings(token({"locations": [file("kubeconfig", "/etc/kubernetes/bootstrap-kubelet.conf")]})) == set()
	findings(token({"locations": [file("kubeconfig", "/srv/etc/kubernetes/admin.conf")]})) != set()
}

test_denies_what_tools_of_people_used if {
	findings(used({"agents": ["kubeadm/v1.34", "kubectl/v1.34.4"]})) == {{
		"groups": [],
		"files": 0,
		"agents": ["kubectl/v1.34.4"],
	}}
	findings(used({"agents": ["kubeadm/v1.34"]})) == set()
}

test_agents_that_nobody_saw_are_unknown if {
	every changes in [{"result": "unavailable"}, {"evidence": "none"}] {
		r := used(object.union({"agents": []}, changes))
		findings(r) == set()
		unknowns(r) == {{"reason": "not every user agent is known"}}
	}
	unknowns(used({"agents": ["kubeadm/v1.34"]})) == set()
	unknowns(token({})) == set()
}

test_does_not_judge_other_and_ended_ones if {
	every changes in [{"kind": "static_token"}, {"notAfter": testing.now - 1}, {"state": "deleted"}] {
		r := object.union(used({"result": "unavailable"}), token(object.union({"groups": ["ops"]}, changes)))
		findings(r) == set()
		unknowns(r) == set()
		policy.not_applicable with input as testing.credential(r)
	}
}

token(changes) := {"credential": object.union(
	{
		"kind": "bootstrap_token",
		"username": "system:bootstrap:abcdef",
		"groups": ["system:bootstrappers"],
		"certificate": null,
		"locations": [file("secret", "")],
	},
	changes,
)}

used(changes) := object.union(token({}), {"usage": testing.usage(changes)})

file(origin, path) := {
	"origin": origin,
	"path": path,
	"line": 3,
	"namespace": "",
	"name": "join",
	"mode": 384,
	"ownerUid": 0,
}

findings(changes) := found if found := policy.deny with input as testing.credential(changes)
	with data.params.kind.person_bootstrap_token.node_paths as ["/etc/kubernetes/*"]
	with data.params.lib.agents.person_agents as ["kubectl*"]

unknowns(changes) := found if found := policy.unknown with input as testing.credential(changes)
	with data.params.kind.person_bootstrap_token.node_paths as ["/etc/kubernetes/*"]
	with data.params.lib.agents.person_agents as ["kubectl*"]
