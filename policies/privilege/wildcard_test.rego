package policies.privilege.wildcard_test

import data.lib.testing
import data.policies.privilege.wildcard as policy

account := {"kind": "ServiceAccount", "name": "deployer", "namespace": "build"}

test_denies_accounts_and_robots_of_the_whole_cluster if {
	every subject in [account, {"kind": "Group", "name": "robots"}, {"name": "system:kube-proxy"}] {
		findings({"subject": subject}, "unknown") == {{"namespace": "", "roleName": "everything"}}
	}
	findings({}, "no") == {{"namespace": "", "roleName": "everything"}}
}

test_denies_anybody_inside_a_namespace if {
	every subject in [account, {"name": "alice"}, {"kind": "Group", "name": "ops"}] {
		findings({"subject": subject, "namespace": "build"}, "unknown") == {{
			"namespace": "build",
			"roleName": "everything",
		}}
	}
}

test_leaves_a_wildcard_inside_one_group if {
	lesser := ["impersonate", "escalate", "bind", "create_token", "read_secrets", "exec_pods", "write_rbac"]
	findings({"subject": account, "powers": lesser}, "no") == set()
	findings({"namespace": "build", "powers": lesser}, "unknown") == set()
}

test_leaves_persons_of_the_whole_cluster_to_their_policy if {
	not_judged({}, "unknown")
	not_judged({}, "yes")
	not_judged({"subject": {"kind": "Group", "name": "ops"}}, "unknown")
}

test_does_not_judge_defaults if {
	masters := {"subject": {"kind": "Group", "name": "system:masters"}}
	not_judged(object.union(masters, {"isBootstrapDefault": true}), "unknown")
	findings(masters, "unknown") != set()
}

everything(changes, human) := testing.grant({
	"identity": {"human": human},
	"grant": object.union({"roleName": "everything", "powers": ["wildcard"]}, changes),
})

findings(changes, human) := found if found := policy.deny with input as everything(changes, human)
	with data.params.lib.subjects.robots as ["robots"]

not_judged(changes, human) if {
	findings(changes, human) == set()
	policy.not_applicable with input as everything(changes, human) with data.params.lib.subjects.robots as ["robots"]
}
