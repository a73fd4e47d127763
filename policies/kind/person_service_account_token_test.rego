package policies.kind.person_service_account_token_test

import data.lib.testing
import data.policies.kind.person_service_account_token as policy

test_denies_a_token_in_a_kubeconfig if {
	every kind in {"token_secret", "bound_token"} {
		findings(held(kind, [file("kubeconfig", "/home/ann/.kube/config")])) == {{"files": 1, "agents": []}}
	}
	two := [file("kubeconfig", "a"), file("kubeconfig", "b"), file("kubeconfig", "b")]
	findings(held("token_secret", two)) == {{"files": 2, "agents": []}}
}

test_denies_what_tools_of_people_used if {
	seen := used({"agents": ["kubectl/v1.34.4 (linux/amd64)", "kube-probe/1.34", "k9s/v0.50"]})
	findings(seen) == {{"files": 0, "agents": ["k9s/v0.50", "kubectl/v1.34.4 (linux/amd64)"]}}
	findings(used({"agents": ["kube-probe/1.34", "my-kubectl/1"]})) == set()
}

test_leaves_files_of_machines if {
	findings(held("token_secret", [file("kubeconfig", "/var/lib/agent/kubeconfig")])) == set()
	findings(held("token_secret", [file("kubeconfig", "/home/var/lib/agent/kubeconfig")])) != set()
}

test_leaves_the_scans_own_login if {
	findings(held("token_secret", [file("connection", "/home/ann/.kube/config")])) == set()
	findings(held("token_secret", [file("secret", "")])) == set()
}

test_does_not_judge_robot_accounts if {
	r := object.union(
		used({"agents": ["kubectl/v1.34.4"]}),
		{"credential": {"serviceAccount": {"namespace": "ci", "name": "deployer"}}},
	)
	not_judged(r)
	every account in [{"namespace": "ci2", "name": "deployer"}, {"namespace": "build", "name": "ci"}] {
		findings(object.union(r, {"credential": {"serviceAccount": account}})) != set()
	}
}

test_does_not_judge_other_and_ended_ones if {
	in_a_file := held("token_secret", [file("kubeconfig", "ci.kubeconfig")])
	every changes in [
		{"credential": {"kind": "bootstrap_token"}},
		{"credential": {"serviceAccount": null}},
		{"credential": {"state": "revoked"}},
		{"credential": {"notAfter": testing.now - 1}},
		{"serviceAccountExists": "no"},
	] {
		r := object.union(in_a_file, changes)
		not_judged(object.union(r, {"usage": testing.usage({"result": "unavailable"})}))
	}
}

test_agents_that_nobody_saw_are_unknown if {
	every changes in [
		{"result": "unavailable"},
		{"window": {"from": testing.now - testing.day, "to": testing.now, "complete": false}},
		{"evidence": "token_label"},
		{"evidence": "cloud_activity"},
		{"evidence": "none"},
		{"agents": [concat("", ["agent", format_int(i, 10)]) | some i in numbers.range(1, 20)]},
	] {
		r := used(object.union({"agents": []}, changes))
		findings(r) == set()
		unknowns(r) == {{"reason": "not every user agent is known"}}
	}
}

test_a_complete_log_without_such_a_tool_passes if {
	every changes in [
		{"agents": ["argocd/v3"]},
		{"agents": [], "result": "unused"},
		{"agents": ["argocd/v3"], "evidence": "username"},
		{"agents": [concat("", ["agent", format_int(i, 10)]) | some i in numbers.range(1, 19)]},
	] {
		findings(used(changes)) == set()
		unknowns(used(changes)) == set()
	}
	unknowns({}) == set()
}

held(kind, locations) := {"credential": {"kind": kind, "locations": locations}}

file(origin, path) := {
	"origin": origin,
	"path": path,
	"line": 3,
	"namespace": "",
	"name": "ann",
	"mode": 384,
	"ownerUid": 1000,
}

used(changes) := {"usage": testing.usage(changes), "credential": {"locations": [file("secret", "")]}}

robots := ["ci/*"]

machines := ["/var/lib/*"]

people := ["kubectl*", "k9s/*"]

findings(changes) := found if found := policy.deny with input as testing.token_secret(changes)
	with data.params.kind.person_service_account_token as {"machine_paths": machines, "robot_accounts": robots}
	with data.params.lib.agents.person_agents as people

unknowns(changes) := found if found := policy.unknown with input as testing.token_secret(changes)
	with data.params.kind.person_service_account_token as {"machine_paths": machines, "robot_accounts": robots}
	with data.params.lib.agents.person_agents as people

not_judged(changes) if {
	findings(changes) == set()
	unknowns(changes) == set()
	policy.not_applicable with input as testing.token_secret(changes)
		with data.params.kind.person_service_account_token as {"machine_paths": machines, "robot_accounts": robots}
		with data.params.lib.agents.person_agents as people
}
