package policies.orphan.grants_outlive_kubeconfig_test

import data.lib.testing
import data.policies.orphan.grants_outlive_kubeconfig as policy

ended := {"expired", "revoked", "deleted"}

test_denies_bindings_that_name_the_user if {
	every state in ended {
		findings(kubeconfig({"state": state}, [own("ops"), own("build")], null)) == {{
			"state": state,
			"bindings": ["build", "ops"],
			"grantsTotal": 2,
		}}
	}
}

test_denies_bindings_that_name_the_user_of_a_certificate if {
	every suffix in {"-1673419473", "-aZ09"} {
		grant := granted("ops", concat("", ["User//alice", suffix]))
		findings(kubeconfig({"state": "deleted"}, [grant], null)) == {{
			"state": "deleted",
			"bindings": ["ops"],
			"grantsTotal": 1,
		}}
	}
}

test_leaves_users_whose_names_only_begin_alike if {
	every subject in {"User//alice-", "User//alice-a.b", "User//alice2-1", "User//malice-1", "Group//alice-1", "User//alice-1/User//alice-1"} {
		r := kubeconfig({"state": "revoked"}, [granted("other", subject)], null)
		findings(r) == set()
		policy.unknown == set() with input as r
		not policy.not_applicable with input as r
	}
}

test_denies_what_was_used_before_it_expired if {
	every usage in [
		seen(0), seen(0 - testing.day), object.union(seen(1), {"allowed": 0}), object.union(seen(1), {"evidence": "credential_id"}), object.union(seen(1), {"last": null}),
	] {
		findings(kubeconfig({"state": "expired"}, [own("ops")], usage)) != set()
	}
	findings(kubeconfig({"state": "expired", "notAfter": null}, [own("ops")], seen(1))) != set()
}

test_leaves_the_grants_of_groups if {
	every grant in [
		granted("everybody", "Group//system:authenticated"),
		granted("team", "Group//alice"),
		granted("other", "User//malice"),
		granted("account", "ServiceAccount/alice/alice"),
	] {
		r := kubeconfig({"state": "revoked"}, [grant], null)
		findings(r) == set()
		policy.unknown == set() with input as r
		not policy.not_applicable with input as r
	}
}

test_does_not_judge_a_user_who_logs_in_otherwise if {
	not_judged(kubeconfig({"state": "expired"}, [own("ops")], seen(1)))
}

test_a_user_seen_before_an_end_without_date_is_unknown if {
	every state in {"revoked", "deleted"} {
		r := kubeconfig({"state": state}, [own("ops")], seen(1))
		findings(r) == set()
		policy.unknown == {{"state": state, "use": "seen"}} with input as r
		not policy.not_applicable with input as r
		policy.unknown == set() with input as kubeconfig({"state": state}, [], seen(1))
		policy.unknown == set() with input as kubeconfig({"state": state}, [own("ops")], null)
	}
}

test_a_state_that_the_cloud_does_not_know_is_unknown if {
	r := kubeconfig({"state": "unknown"}, [own("ops")], null)
	findings(r) == set()
	policy.unknown == {{"state": "unknown"}} with input as r
	policy.unknown == set() with input as kubeconfig({"state": "unknown"}, [], null)
}

test_grants_that_are_not_shown_are_unknown if {
	r := object.union(kubeconfig({"state": "expired"}, [granted("team", "Group//ops")], null), {"grantsTotal": 21})
	findings(r) == set()
	policy.unknown == {{"grantsTotal": 21}} with input as r
	shown := object.union(kubeconfig({"state": "expired"}, [own("ops")], null), {"grantsTotal": 21})
	policy.unknown == set() with input as shown
	findings(shown) == {{"state": "expired", "bindings": ["ops"], "grantsTotal": 21}}
}

test_does_not_judge_one_that_works_or_was_never_issued if {
	every state in {"effective", "not_issued"} {
		not_judged(kubeconfig({"state": state}, [own("ops")], null))
		not_judged(object.union(kubeconfig({"state": state}, [], null), {"grantsTotal": 21}))
	}
}

test_does_not_judge_what_no_cloud_lists if {
	every changes in [{"kind": "client_certificate", "state": "expired"}, {"state": "expired", "cloud": null}] {
		not_judged(kubeconfig(changes, [own("ops")], null))
		not_judged(object.union(kubeconfig(changes, [], null), {"grantsTotal": 21}))
		not_judged(kubeconfig(object.union(changes, {"state": "unknown"}), [own("ops")], null))
		not_judged(kubeconfig(object.union(changes, {"state": "revoked"}), [own("ops")], seen(1)))
	}
}

own(name) := granted(name, "User//alice")

granted(name, subject) := {
	"uid": concat("", ["uid of ", name, "/", subject]),
	"bindingKind": "ClusterRoleBinding",
	"namespace": "",
	"bindingName": name,
	"roleKind": "ClusterRole",
	"roleName": "edit",
	"powers": [],
}

# The user's last request, so long after the kubeconfig ended.
seen(after) := testing.usage({"evidence": "username", "grade": "B", "last": (testing.now - testing.day) + after})

kubeconfig(credential, grants, usage) := object.union(
	testing.credential({"credential": object.union(
		{
			"kind": "cloud_kubeconfig",
			"notAfter": testing.now - testing.day,
			"cloud": {
				"accountId": "1",
				"accountType": "ram_user",
				"accountState": "active",
				"certState": "Expired",
				"revokable": false,
				"clusterState": "running",
			},
		},
		credential,
	)}),
	{"grants": grants, "grantsTotal": count(grants), "usage": usage},
)

findings(r) := found if found := policy.deny with input as r

not_judged(r) if {
	findings(r) == set()
	policy.unknown == set() with input as r
	policy.not_applicable with input as r
}
