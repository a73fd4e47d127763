package policies.credential.lifetime_too_long_test

import data.lib.testing
import data.policies.credential.lifetime_too_long as policy

test_denies_a_person_above_the_limit if {
	findings(testing.day + 1, {}, "unknown") == {{"lifetimeSeconds": testing.day + 1, "maxSeconds": testing.day}}
	findings(testing.day + 1, {}, "yes") == {{"lifetimeSeconds": testing.day + 1, "maxSeconds": testing.day}}
}

test_denies_a_token_that_ends_too_late if {
	every kind in {"static_token", "basic_auth"} {
		findings(testing.day + 1, {"kind": kind}, "yes") == {{"lifetimeSeconds": testing.day + 1, "maxSeconds": testing.day}}
	}
}

test_leaves_a_person_at_the_limit if findings(testing.day, {}, "unknown") == set()

test_allows_robots_more if {
	long := 90 * testing.day
	every robot in [{"username": "ci-deploy"}, {"username": "system:serviceaccount:build:deployer"}] {
		findings(long, robot, "unknown") == set()
		findings(long + 1, robot, "unknown") == {{"lifetimeSeconds": long + 1, "maxSeconds": long}}
	}
	findings(long, {}, "no") == set()
}

test_judges_what_is_left_of_a_cloud_kubeconfig if {
	findings_left(testing.day + 1, null) == {{"lifetimeSeconds": testing.day + 1, "maxSeconds": testing.day}}
	findings_left(testing.day, null) == set()
	policy.unknown == set() with input as left(testing.day, null)
	policy.unknown == set() with input as left(testing.day + 1, null)
	not policy.not_applicable with input as left(testing.day, null)

	# One whose beginning is known is judged by it.
	findings_left(testing.hour, testing.now - testing.day) == {{"lifetimeSeconds": testing.day + testing.hour, "maxSeconds": testing.day}}
	findings_left(testing.hour, testing.now - testing.hour) == set()
}

test_a_cloud_kubeconfig_without_an_end_is_unknown if {
	r := undated({"kind": "cloud_kubeconfig"}, [])
	policy.deny == set() with input as r
	policy.unknown == {{"reason": "a date is not known"}} with input as r
}

test_leaves_endless_ones_to_their_own_policies if {
	every r in [
		undated({"kind": "static_token"}, []),
		undated({"kind": "basic_auth"}, []),
		undated({"kind": "token_secret", "username": "system:serviceaccount:build:deployer"}, []),
		undated({"kind": "bootstrap_token", "username": ""}, []),
	] {
		policy.deny == set() with input as r
		policy.unknown == set() with input as r
		policy.not_applicable with input as r
	}
}

test_nobody_knows_what_a_plugin_issues if {
	every kind in {"exec_plugin", "auth_provider"} {
		r := undated({"kind": kind, "username": ""}, [])
		policy.deny == set() with input as r
		policy.unknown == {{"reason": "issued at each login"}} with input as r
		not policy.not_applicable with input as r
	}
}

test_a_date_that_was_not_read_is_unknown if {
	every r in [
		undated({}, [{"source": "kubeconfig", "code": "partial"}]),
		undated({"kind": "bound_token"}, [{"source": "kubeconfig", "code": "partial"}]),
		undated({"kind": "bootstrap_token", "username": ""}, [{"source": "bootstrap_tokens", "code": "partial"}]),
		living(testing.year, {"notBefore": null}, "yes"),
		living(testing.year, {"notAfter": null}, "yes"),
	] {
		policy.deny == set() with input as r
		policy.unknown == {{"reason": "a date is not known"}} with input as r
		not policy.not_applicable with input as r
	}
}

test_knows_dates_that_were_read if {
	policy.unknown == set() with input as living(testing.day, {}, "yes")
}

test_does_not_judge_the_control_plane_and_what_does_not_work if {
	every changes in [
		{"username": "system:kube-scheduler"},
		{"username": "system:node:worker-1"},
		{"state": "revoked"},
		{"notAfter": testing.now - 1},
	] {
		findings(testing.year, changes, "unknown") == set()
		policy.not_applicable with input as living(testing.year, changes, "unknown")
	}
}

test_does_not_judge_a_plugin_that_is_over if {
	r := undated({"kind": "exec_plugin", "username": "", "state": "deleted"}, [])
	policy.unknown == set() with input as r
	policy.not_applicable with input as r
}

params := {"person_seconds": testing.day, "robot_seconds": 90 * testing.day}

living(lifetime, changes, human) := testing.credential({
	"identity": {"human": human},
	"credential": object.union(
		{"notBefore": (testing.now + testing.hour) - lifetime, "notAfter": testing.now + testing.hour},
		changes,
	),
})

left(seconds, begun) := testing.credential({
	"identity": {"human": "yes"},
	"credential": {"kind": "cloud_kubeconfig", "notBefore": begun, "notAfter": testing.now + seconds, "certificate": null},
})

findings_left(seconds, begun) := found if found := policy.deny with input as left(seconds, begun)
	with data.params.credential.lifetime_too_long as params

undated(changes, gaps) := testing.credential({
	"gaps": gaps,
	"credential": object.union({"notBefore": null, "notAfter": null, "certificate": null}, changes),
})

findings(lifetime, changes, human) := found if found := policy.deny with input as living(lifetime, changes, human)
	with data.params.credential.lifetime_too_long as params
	with data.params.lib.subjects.robots as ["ci-*"]
