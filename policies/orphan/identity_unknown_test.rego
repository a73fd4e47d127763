package policies.orphan.identity_unknown_test

import data.lib.testing
import data.policies.orphan.identity_unknown as policy

nowhere := {"state": "unknown", "listComplete": true}

test_denies_a_user_and_a_group_that_no_list_has if {
	findings(named(nowhere)) == {{"grantsTotal": 1}}
	findings(named(object.union(nowhere, {"human": "yes"}))) == {{"grantsTotal": 1}}
	findings(named(object.union(nowhere, {"type": "group", "name": "ops"}))) == {{"grantsTotal": 1}}
}

test_denies_whom_an_account_of_a_cloud_does_not_list if {
	every type in {"user", "ram_user", "ram_role", "root"} {
		who := {"provider": "alibaba", "type": type, "human": "no", "name": "9000000000000001"}
		findings(named(object.union(nowhere, who))) == {{"grantsTotal": 1}}
		unknowns(named(object.union({"state": "unknown", "listComplete": false}, who))) == {{"listComplete": false}}
	}
}

test_leaves_who_is_known if {
	every state in {"active", "disabled", "deleted"} {
		every complete in {true, false} {
			r := named({"state": state, "listComplete": complete})
			findings(r) == set()
			unknowns(r) == set()
			not is_left(r)
		}
	}
}

test_a_list_with_gaps_is_unknown if {
	r := named({"state": "unknown"})
	findings(r) == set()
	unknowns(r) == {{"listComplete": false}}
	not is_left(r)
	unknowns(named(nowhere)) == set()
}

test_does_not_judge_what_is_no_person if {
	every changes in [
		{"type": "service_account", "name": "build/deployer"},
		{"name": "system:kube-scheduler"},
		{"type": "group", "name": "kubeadm:cluster-admins"},
		{"human": "no"},
	] {
		every complete in {true, false} {
			r := named(object.union({"state": "unknown", "listComplete": complete}, changes))
			findings(r) == set()
			unknowns(r) == set()
			is_left(r)
		}
	}
}

named(identity) := testing.identity({"identity": identity})

robots := ["kubeadm:cluster-admins"]

findings(r) := found if found := policy.deny with input as r with data.params.lib.subjects.robots as robots

unknowns(r) := found if found := policy.unknown with input as r with data.params.lib.subjects.robots as robots

is_left(r) if policy.not_applicable with input as r with data.params.lib.subjects.robots as robots
