package policies.usage.unused_test

import data.lib.testing
import data.policies.usage.unused as policy

period := 90 * testing.day

test_denies_from_the_period_on if {
	deny(used(period, {})) == {{"idleSeconds": period, "lastUsed": testing.now - period}}
	deny(used(period - 1, {})) == set()
	unknowns(used(period, {})) == set()
}

test_use_within_the_period_passes if {
	every r in [used(period - 1, {}), used(0, {}), used(-60, {})] {
		unknowns(r) == set()
		deny(r) == set()
		judged(r)
	}
}

test_one_without_any_use_is_idle_since_the_evidence_begins if {
	deny(silent({})) == {{"idleSeconds": 200 * testing.day, "lastUsed": null}}
	deny(silent({"first": testing.now - (150 * testing.day), "last": testing.now - (150 * testing.day)})) == {{
		"idleSeconds": 150 * testing.day,
		"lastUsed": testing.now - (150 * testing.day),
	}}
}

test_use_without_a_date_is_unknown if unknown(silent({"result": "used"}))

test_the_evidence_of_its_user_is_enough if {
	deny(silent({"evidence": "username", "grade": "B"})) == {{"idleSeconds": 200 * testing.day, "lastUsed": null}}
}

test_counts_to_the_end_of_the_evidence if {
	window := {"from": testing.now - (90 * testing.day), "to": testing.now - 1, "complete": true}
	unknown(silent({"window": window}))
	deny(silent({"window": object.union(window, {"from": (testing.now - 1) - period})})) != set()
}

test_a_window_shorter_than_the_period_is_unknown if {
	unknown(silent({"window": {"from": (testing.now - period) + 1}}))
	unknown(silent({"window": {"from": null}}))
	unknowns(silent({"window": {"from": testing.now - testing.day}})) == {{
		"windowSeconds": testing.day,
		"isWindowWhole": true,
	}}
}

test_evidence_that_is_not_whole_is_unknown if {
	unknown(silent({"window": {"complete": false}}))
	unknown(silent({"grade": "C", "evidence": "cloud_activity"}))
	unknown(silent({"grade": "D", "evidence": "none"}))
	unknown(silent({"result": "unavailable"}))
	unknown(used(period, {"result": "unavailable"}))
	unknown(silent({"window": {"to": testing.now - ((2 * testing.day) + 1)}}))
	unknown(silent({"window": {"to": null}}))
	unknown(bearer({"usage": null}))
	unknowns(bearer({"usage": null})) == {{"windowSeconds": null, "isWindowWhole": false}}
	deny(silent({"window": {"to": testing.now - (2 * testing.day)}})) != set()
}

test_use_counts_on_any_evidence if {
	passes(used(0, {"grade": "C", "evidence": "cloud_activity", "window": {"complete": false}}))
	passes(used(0, {"window": {"from": null, "to": null, "complete": false}}))
	passes(used(period - 1, {"window": {"complete": false}}))
	unknown(used(period, {"window": {"complete": false}}))
}

test_a_credential_younger_than_the_period_is_unknown if {
	unknown(issued(period - 1, null))
	deny(issued(period, null)) == {{"idleSeconds": period, "lastUsed": null}}
}

test_a_certificate_dated_back_is_as_young_as_its_request if {
	unknown(issued(testing.year, period - 1))
	unknown(issued(period - 1, testing.year))
	deny(issued(testing.year, period)) == {{"idleSeconds": period, "lastUsed": null}}
	deny(issued(null, period)) == {{"idleSeconds": period, "lastUsed": null}}
	unknown(issued(null, null))
}

test_use_that_may_be_of_a_newer_certificate_is_unknown if {
	of_user := {"evidence": "username", "grade": "B"}
	unknown(object.union(used(testing.hour, of_user), renewed(testing.hour)))
	passes(object.union(used(testing.hour, of_user), renewed(testing.hour - 1)))
	passes(used(testing.hour, of_user))
	passes(object.union(used(testing.hour, {}), renewed(10 * testing.day)))
	deny(object.union(used(period, of_user), renewed(10 * testing.day))) != set()
	passes(object.union(
		used(testing.hour, object.union(of_user, {"first": testing.now - (80 * testing.day)})),
		renewed(10 * testing.day),
	))
}

test_does_not_judge_what_cannot_be_used if {
	every changes in [
		{"credential": {"kind": "exec_plugin"}},
		{"credential": {"state": "revoked"}},
		{"credential": {"notAfter": testing.now - 1}},
		{"credential": {"kind": "token_secret", "invalidSince": testing.now - testing.day}},
		{"serviceAccountExists": "no"},
	] {
		exempt(object.union(silent({}), changes))
	}
}

test_leaves_labels_to_their_own_policy if exempt(silent({"evidence": "token_label", "grade": "C"}))

test_does_not_judge_users_that_are_idle_on_purpose if {
	every name in ["Break-Glass-1", "quarterly/report"] {
		exempt(object.union(silent({}), {"credential": {"username": name}}))
	}
}

test_does_not_judge_what_a_kubelet_left_behind if {
	node := object.union(silent({}), {"credential": {"username": "system:node:worker-1"}})
	exempt(object.union(node, renewed(testing.day)))
	deny(node) != set()
	deny(object.union(silent({}), renewed(testing.day))) != set()
}

test_does_not_judge_what_ends_before if {
	exempt(lived(period - 1))
	unknown(lived(period))
}

bearer(changes) := object.union(
	testing.credential({"credential": {
		"notBefore": testing.now - testing.year,
		"notAfter": testing.now + testing.year,
		"createdAt": testing.now - testing.year,
	}}),
	changes,
)

# Used `ago` for the first and last time, in a window of 200 days.
used(ago, changes) := bearer({"usage": object.union(
	testing.usage({
		"first": testing.now - ago,
		"last": testing.now - ago,
		"window": {"from": testing.now - (200 * testing.day)},
	}),
	changes,
)})

silent(changes) := used(0, object.union({"result": "unused", "first": null, "last": null}, changes))

issued(dated_ago, requested_ago) := object.union(silent({}), {"credential": {
	"notBefore": ago(dated_ago),
	"createdAt": ago(requested_ago),
}})

lived(seconds) := object.union(silent({}), {"credential": {
	"notBefore": testing.now,
	"notAfter": testing.now + seconds,
}})

renewed(seconds) := {"newer": {
	"uid": "x509:03",
	"sha256": "03",
	"notBefore": ago(seconds),
	"notAfter": testing.now + testing.year,
}}

ago(null) := null

ago(seconds) := testing.now - seconds

deny(r) := found if found := policy.deny with input as r with data.params as params

unknowns(r) := found if found := policy.unknown with input as r with data.params as params

judged(r) if not not_applicable(r)

not_applicable(r) if policy.not_applicable with input as r with data.params as params

unknown(r) if {
	deny(r) == set()
	count(unknowns(r)) == 1
	judged(r)
}

passes(r) if {
	deny(r) == set()
	unknowns(r) == set()
	judged(r)
}

exempt(r) if {
	deny(r) == set()
	unknowns(r) == set()
	not_applicable(r)
}

params := {
	"usage": {"unused": {"idle_seconds": period}},
	"lib": {
		"usage": {"lag_seconds": 2 * testing.day, "rare_users": ["nobody", "quarterly/*"]},
		"subjects": {"break_glass": ["nobody", "*break-glass*"], "robots": []},
	},
}
