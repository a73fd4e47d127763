package policies.orphan.grant_of_deleted_identity_test

import data.lib.testing
import data.policies.orphan.grant_of_deleted_identity as policy

gone := {"state": "deleted", "listComplete": true, "stateSince": testing.now - testing.day}

test_denies_a_deleted_user_and_says_who_puts_it_back if {
	grant := {"otherSubjects": 2, "manager": "argocd", "powers": ["wildcard", "bind"]}
	findings(held(gone, grant)) == {{
		"deletedSeconds": testing.day,
		"otherSubjects": 2,
		"manager": "argocd",
		"powers": ["bind", "wildcard"],
	}}
}

test_denies_a_deleted_group_and_one_without_a_date if {
	findings(held({"state": "deleted", "listComplete": true, "type": "group"}, {})) == {{
		"deletedSeconds": null,
		"otherSubjects": 0,
		"manager": "none",
		"powers": [],
	}}
}

test_leaves_who_is_there if {
	every state in {"active", "disabled"} {
		r := held({"state": state}, {})
		findings(r) == set()
		unknowns(r) == set()
		not is_left(r)
	}
}

test_a_list_with_gaps_is_unknown if {
	every state in {"deleted", "unknown"} {
		is_unknown(held({"state": state}, {}))
	}
}

test_a_name_that_no_list_has_is_unknown if {
	is_unknown(held({"state": "unknown", "listComplete": true, "name": "20012345-1700000000"}, {}))
	is_unknown(held({"state": "unknown", "listComplete": true, "type": "group", "name": "ops"}, {}))
}

test_does_not_judge_service_accounts_and_built_in_names if {
	every identity in [
		object.union(gone, {"type": "service_account", "name": "build/gone"}),
		object.union(gone, {"name": "system:kube-scheduler"}),
		object.union(gone, {"type": "group", "name": "system:authenticated"}),
		{"state": "unknown", "type": "service_account", "name": "build/gone"},
		{"state": "unknown", "type": "group", "name": "kubeadm:cluster-admins"},
	] {
		r := held(identity, {})
		findings(r) == set()
		unknowns(r) == set()
		is_left(r)
	}
}

held(identity, grant) := testing.grant({"identity": identity, "grant": grant})

robots := ["kubeadm:cluster-admins"]

findings(r) := found if found := policy.deny with input as r with data.params.lib.subjects.robots as robots

unknowns(r) := found if found := policy.unknown with input as r with data.params.lib.subjects.robots as robots

is_unknown(r) if {
	findings(r) == set()
	unknowns(r) == {{"identityState": r.identity.state}}
	not is_left(r)
}

is_left(r) if policy.not_applicable with input as r with data.params.lib.subjects.robots as robots
