package policies.orphan.identity_deleted_test

import data.lib.testing
import data.policies.orphan.identity_deleted as policy

gone := {"state": "deleted", "listComplete": true, "stateSince": testing.now - testing.day}

test_denies_a_deleted_user if {
	findings(held(gone, {})) == {{"deletedSeconds": testing.day}}
	findings(held(object.union(gone, {"stateSince": null}), {})) == {{"deletedSeconds": null}}
	findings(held(object.union(gone, {"human": "no"}), {})) == {{"deletedSeconds": testing.day}}
	unknowns(held(gone, {})) == set()
	unknowns(held(gone, account("deleted"))) == set()
}

test_denies_any_kind_that_works if {
	every kind in {"client_certificate", "cloud_kubeconfig", "bound_token", "static_token", "basic_auth"} {
		findings(held(gone, {"kind": kind})) != set()
	}
	findings(held(gone, {"state": "unknown"})) != set()
	findings(held(gone, {"notAfter": testing.now})) != set()
}

test_denies_an_account_that_the_cloud_lists_as_deleted if {
	every identity in [gone, {"state": "deleted"}, {"state": "unknown"}, {"state": "unknown", "listComplete": true}] {
		count(findings(held(identity, account("deleted")))) == 1
	}
	findings(held(gone, account("unknown"))) != set()
}

test_leaves_an_active_user if {
	every state in {"active", "disabled"} {
		passes(held({"state": state, "listComplete": true}, {}))
		passes(held({"state": state}, {}))
		passes(held({"state": state}, account("active")))
	}
}

test_leaves_a_role_that_is_there if {
	cloud := object.union(account("active").cloud, {"accountType": "ram_role"})
	passes(held({"state": "active"}, {"kind": "cloud_kubeconfig", "cloud": cloud}))
}

test_a_list_with_gaps_is_unknown if {
	is_unknown(held({"state": "deleted"}, {}), {"identityState": "deleted", "accountState": "unknown"})
	is_unknown(held({"state": "unknown"}, {}), {"identityState": "unknown", "accountState": "unknown"})
}

test_a_name_that_no_list_has_is_unknown if {
	r := held({"state": "unknown", "listComplete": true}, account("active"))
	is_unknown(r, {"identityState": "unknown", "accountState": "active"})
}

test_two_that_disagree_are_unknown if {
	every state in {"active", "inactive"} {
		is_unknown(held(gone, account(state)), {"identityState": "deleted", "accountState": state})
	}
	every state in {"active", "disabled"} {
		is_unknown(
			held({"state": state, "listComplete": true}, account("deleted")),
			{"identityState": state, "accountState": "deleted"},
		)
	}
}

test_does_not_judge_what_does_not_work if {
	every changes in [
		{"state": "revoked"},
		{"notAfter": testing.now - 1},
		{"kind": "exec_plugin", "notAfter": null},
		object.union(account("deleted"), {"state": "deleted"}),
		object.union(account("active"), {"state": "revoked"}),
	] {
		every identity in [gone, {"state": "unknown"}, {"state": "deleted"}, {"state": "active"}] {
			not_judged(held(identity, changes))
		}
	}
}

test_does_not_judge_service_accounts_and_built_in_names if {
	not_judged(held(object.union(gone, {"type": "service_account"}), {}))
	not_judged(held(object.union(gone, {"name": "system:kube-scheduler"}), {}))
	not_judged(held({"state": "unknown", "name": "system:bootstrap:07401b"}, {}))
}

test_nobody_can_tell_of_whom_an_account_of_a_cloud_does_not_list if {
	every type in {"user", "ram_user", "ram_role"} {
		every complete in {true, false} {
			who := {"provider": "alibaba", "type": type, "state": "unknown", "listComplete": complete, "human": "no"}
			is_unknown(held(who, account("active")), {"identityState": "unknown", "accountState": "active"})
		}
	}
}

test_does_not_judge_robots_that_no_list_has if {
	not_judged(held({"state": "unknown", "listComplete": true, "name": "ci-deploy"}, {}))
	not_judged(held({"state": "unknown", "human": "no"}, {}))
	findings(held(object.union(gone, {"name": "ci-deploy"}), {})) != set()
}

account(state) := {"kind": "cloud_kubeconfig", "cloud": {
	"accountId": "1",
	"accountType": "ram_user",
	"accountState": state,
	"certState": "Unexpired",
	"revokable": true,
	"clusterState": "running",
}}

held(identity, credential) := testing.credential({"identity": identity, "credential": credential})

findings(r) := found if found := policy.deny with input as r with data.params.lib.subjects.robots as ["ci-*"]

unknowns(r) := found if found := policy.unknown with input as r with data.params.lib.subjects.robots as ["ci-*"]

passes(r) if {
	findings(r) == set()
	unknowns(r) == set()
	not is_left(r)
}

is_unknown(r, details) if {
	findings(r) == set()
	unknowns(r) == {details}
	not is_left(r)
}

not_judged(r) if {
	findings(r) == set()
	unknowns(r) == set()
	is_left(r)
}

is_left(r) if policy.not_applicable with input as r with data.params.lib.subjects.robots as ["ci-*"]
