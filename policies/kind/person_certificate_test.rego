package policies.kind.person_certificate_test

import data.lib.testing
import data.policies.kind.person_certificate as policy

limit := (3 * testing.day) + 300

test_denies_a_certificate_that_outlives_the_limit if {
	every kind in {"client_certificate", "cloud_kubeconfig"} {
		findings(lasting(limit + 1, {"kind": kind})) == {{"lifetimeSeconds": limit + 1}}
		old := {"kind": kind, "notBefore": testing.now - testing.year}
		findings(lasting(testing.day, old)) == {{"lifetimeSeconds": testing.year + testing.day}}
	}
}

test_leaves_temporary_ones if {
	not_judged(lasting(limit, {}))
	not_judged(lasting(testing.hour, {}))
	not_judged({"identity": {"human": "yes"}, "credential": dates(limit, {"username": ""})})
}

test_denies_whom_a_source_calls_human if {
	every username in {"alice", "robot/deploy", "system:serviceaccount:build:deployer", ""} {
		r := {"identity": {"human": "yes"}, "credential": dates(testing.year, {"username": username})}
		findings(r) == {{"lifetimeSeconds": testing.year}}
		unknowns(r) == set()
	}
}

test_does_not_judge_machines if {
	every username in {"system:node:worker-1", "system:kube-scheduler", "robot/deploy"} {
		not_judged(lasting(testing.year, {"username": username}))
	}
	every username in {"alice", ""} {
		not_judged({"identity": {"human": "no"}, "credential": dates(testing.year, {"username": username})})
	}
}

test_does_not_judge_what_lets_nobody_in if {
	every changes in [
		{"kind": "bound_token"},
		{"state": "not_issued"},
		{"state": "revoked"},
		{"notAfter": testing.now - 1},
		{"certificate": {"clientAuth": false}},
	] {
		not_judged(lasting(testing.year, changes))
	}
}

test_a_user_that_was_not_read_is_unknown if {
	r := lasting(testing.year, {"username": ""})
	findings(r) == set()
	unknowns(r) == {{"reason": "the user is not known"}}
	unknowns(lasting(testing.year, {})) == set()
	not_judged(lasting(testing.year, {"username": "", "state": "revoked"}))
}

test_without_a_start_only_what_is_left_counts if {
	findings(lasting(limit + 1, {"notBefore": null})) == {{"lifetimeSeconds": limit + 1}}
	every changes in [{"notBefore": null}, {"notBefore": null, "notAfter": null}] {
		r := lasting(limit, changes)
		findings(r) == set()
		unknowns(r) == {{"reason": "a date is not known"}}
	}
}

# Issued this very second, so that what is left is the whole life.
lasting(seconds, changes) := {"credential": dates(seconds, changes)}

dates(seconds, changes) := object.union({"notBefore": testing.now, "notAfter": testing.now + seconds}, changes)

findings(changes) := found if found := policy.deny with input as testing.credential(changes)
	with data.params.kind.person_certificate.temporary_seconds as 3 * testing.day
	with data.params.lib.subjects.robots as ["robot/*"]

unknowns(changes) := found if found := policy.unknown with input as testing.credential(changes)
	with data.params.kind.person_certificate.temporary_seconds as 3 * testing.day
	with data.params.lib.subjects.robots as ["robot/*"]

not_judged(changes) if {
	findings(changes) == set()
	unknowns(changes) == set()
	policy.not_applicable with input as testing.credential(changes)
		with data.params.kind.person_certificate.temporary_seconds as 3 * testing.day
		with data.params.lib.subjects.robots as ["robot/*"]
}
