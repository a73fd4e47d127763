package policies.credential.lifetime_too_long_test

import data.lib.testing
import data.policies.credential.lifetime_too_long as policy

test_denies_a_person_above_the_limit if {
	findings(testing.day + 1, {}, "unknown") == {{"lifetimeSeconds": testing.day + 1, "maxSeconds": testing.day}}
	findings(testing.day + 1, {}, "yes") == {{"lifetimeSeconds": testing.day + 1, "maxSeconds": testing.day}}
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

test_leaves_what_lacks_a_date if {
	findings(testing.year, {"notAfter": null}, "yes") == set()
	findings(testing.year, {"notBefore": null}, "yes") == set()
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

params := {"person_seconds": testing.day, "robot_seconds": 90 * testing.day}

living(lifetime, changes, human) := testing.credential({
	"identity": {"human": human},
	"credential": object.union(
		{"notBefore": (testing.now + testing.hour) - lifetime, "notAfter": testing.now + testing.hour},
		changes,
	),
})

findings(lifetime, changes, human) := found if found := policy.deny with input as living(lifetime, changes, human)
	with data.params.credential.lifetime_too_long as params
	with data.params.lib.subjects.robots as ["ci-*"]
