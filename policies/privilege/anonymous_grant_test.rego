package policies.privilege.anonymous_grant_test

import data.lib.testing
import data.policies.privilege.anonymous_grant as policy

test_denies_callers_without_a_credential if {
	findings("User", "system:anonymous", {}) == {{"roleName": "view", "powers": []}}
	findings("Group", "system:unauthenticated", {"namespace": "build"}) == {{"roleName": "view", "powers": []}}
}

test_denies_all_authenticated_only_with_a_power if {
	findings("Group", "system:authenticated", {}) == set()
	findings("Group", "system:authenticated", {"powers": ["read_secrets", "exec_pods"]}) == {{
		"roleName": "view",
		"powers": ["exec_pods", "read_secrets"],
	}}
}

test_leaves_a_role_that_does_not_exist if findings("User", "system:anonymous", {"roleExists": "no"}) == set()

test_an_unread_role_is_unknown if {
	r := binding("User", "system:anonymous", {"roleExists": "unknown"})
	policy.deny == set() with input as r
	policy.unknown == {{"roleName": "view"}} with input as r
	policy.unknown == set() with input as binding("User", "alice", {"roleExists": "unknown"})
	policy.unknown == set() with input as binding("User", "system:anonymous", {})
}

test_does_not_judge_defaults_and_others if {
	cluster_info := "kubeadm:bootstrap-signer-clusterinfo"
	info := {"namespace": "kube-public", "bindingName": cluster_info, "roleName": cluster_info}
	not_judged("Group", "system:unauthenticated", {"isBootstrapDefault": true})
	not_judged("User", "system:anonymous", info)
	not_judged("User", "system:unauthenticated", {})
	not_judged("Group", "system:serviceaccounts", {"powers": ["read_secrets"]})
	findings("User", "system:anonymous", object.union(info, {"powers": ["read_secrets"]})) != set()
	every changes in [{"namespace": "default"}, {"bindingName": "info"}, {"roleName": "info"}] {
		findings("User", "system:anonymous", object.union(info, changes)) != set()
	}
}

test_judges_a_default_whose_role_was_edited if {
	edited := {"isBootstrapDefault": true, "roleName": "system:public-info-viewer", "powers": ["read_secrets"]}
	every name in {"system:unauthenticated", "system:authenticated"} {
		findings("Group", name, edited) == {{"roleName": "system:public-info-viewer", "powers": ["read_secrets"]}}
	}
}

test_judges_a_default_whose_role_was_not_read if {
	cluster_info := "kubeadm:bootstrap-signer-clusterinfo"
	every changes in [
		{"isBootstrapDefault": true, "roleName": cluster_info},
		{"namespace": "kube-public", "bindingName": cluster_info, "roleName": cluster_info},
	] {
		r := binding("Group", "system:unauthenticated", object.union(changes, {"roleExists": "unknown"}))
		policy.deny == set() with input as r
		policy.unknown == {{"roleName": cluster_info}} with input as r
		not policy.not_applicable with input as r
	}
}

binding(kind, name, changes) := testing.grant({"grant": object.union(
	{"subject": {"kind": kind, "name": name}},
	changes,
)})

findings(kind, name, changes) := found if found := policy.deny with input as binding(kind, name, changes)

not_judged(kind, name, changes) if {
	findings(kind, name, changes) == set()
	policy.not_applicable with input as binding(kind, name, changes)
}
