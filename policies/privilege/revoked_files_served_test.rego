package policies.privilege.revoked_files_served_test

import data.lib.testing
import data.policies.privilege.revoked_files_served as policy

groups := {"system:users", "system:authenticated"}

test_denies_both_groups_that_a_revoked_file_is_in if {
	every name in groups {
		findings(binding(name, {"powers": ["read_secrets", "exec_pods"]})) == {{
			"group": name,
			"roleName": "view",
			"powers": ["exec_pods", "read_secrets"],
		}}
		findings(binding(name, {"namespace": "build"})) == {{"group": name, "roleName": "view", "powers": []}}
	}
}

test_does_not_judge_defaults if {
	not_judged(binding("system:authenticated", {"isBootstrapDefault": true}))
}

test_judges_a_default_whose_role_was_edited if {
	findings(binding("system:authenticated", {"isBootstrapDefault": true, "powers": ["read_secrets"]})) != set()
}

test_judges_a_default_whose_role_was_not_read if {
	r := binding("system:authenticated", {"isBootstrapDefault": true, "roleExists": "unknown"})
	findings(r) == set()
	policy.unknown == {{"roleName": "view"}} with input as r
	not policy.not_applicable with input as r
}

test_does_not_judge_other_clusters if {
	every provider in {"kubernetes", "files"} {
		not_judged(object.union(binding("system:users", {}), {"cluster": {"provider": provider}}))
		not_judged(object.union(binding("system:users", {"roleExists": "unknown"}), {"cluster": {"provider": provider}}))
	}
}

test_does_not_judge_other_subjects if {
	every name in {"system:masters", "system:unauthenticated", "ops"} {
		not_judged(binding(name, {}))
	}
	every kind in {"User", "ServiceAccount"} {
		not_judged(binding("system:users", {"subject": {"kind": kind, "name": "system:users"}}))
	}
	not_judged(binding("ops", {"roleExists": "unknown"}))
}

test_leaves_a_role_that_does_not_exist if {
	r := binding("system:users", {"roleExists": "no"})
	findings(r) == set()
	policy.unknown == set() with input as r
}

test_an_unread_role_is_unknown if {
	r := binding("system:users", {"roleExists": "unknown"})
	findings(r) == set()
	policy.unknown == {{"roleName": "view"}} with input as r
	policy.unknown == set() with input as binding("system:users", {})
}

binding(name, changes) := testing.grant({
	"cluster": {"provider": "alibaba"},
	"grant": object.union({"subject": {"kind": "Group", "name": name}}, changes),
})

findings(r) := found if found := policy.deny with input as r

not_judged(r) if {
	findings(r) == set()
	policy.unknown == set() with input as r
	policy.not_applicable with input as r
}
