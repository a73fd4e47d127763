package policies.usage.never_used_test

import data.lib.testing
import data.policies.usage.never_used as policy

period := 30 * testing.day

test_denies_what_was_not_used_since_its_issue if {
	deny(silent(period, {})) == {{"ageSeconds": period}}
	unknowns(silent(period, {})) == set()
	deny(silent(testing.year, {})) == {{"ageSeconds": testing.year}}
}

test_a_younger_credential_is_unknown if {
	unknown(silent(period - 1, {}))
	unknowns(silent(testing.day, {})) == {{"windowSeconds": testing.year, "isWindowWhole": true}}
}

test_evidence_that_begins_after_the_issue_is_unknown if {
	unknown(silent(100 * testing.day, {"window": {"from": (testing.now - (100 * testing.day)) + 1}}))
	deny(silent(100 * testing.day, {"window": {"from": testing.now - (100 * testing.day)}})) != set()
}

test_evidence_that_is_not_whole_is_unknown if {
	unknown(silent(period, {"window": {"complete": false}}))
	unknown(object.union(silent(period, {}), {"usage": null}))
	unknown(object.union(silent(period, {}), {"credential": {"notBefore": null, "createdAt": null}}))
}

test_leaves_what_was_used_since_its_issue if {
	passes(used(100 * testing.day, 100 * testing.day, {}))
	passes(used(100 * testing.day, testing.day, {}))
	passes(used(100 * testing.day, testing.day, {"window": {"complete": false}}))
	passes(used(period - 1, testing.day, {}))
}

test_leaves_what_was_used_if_nobody_knows_its_age if {
	r := object.union(used(period, testing.day, {}), {"credential": {"notBefore": null, "createdAt": null}})
	passes(r)
	unknown(object.union(r, {"usage": {"evidence": "username", "grade": "B"}}))
}

test_use_before_the_issue_is_not_its_use if {
	deny(used(100 * testing.day, (100 * testing.day) + 1, of_user)) == {{"ageSeconds": 100 * testing.day}}
	passes(used(100 * testing.day, 100 * testing.day, of_user))
	unknown(used(period - 1, period, of_user))
}

test_use_that_may_be_of_a_newer_certificate_is_unknown if {
	unknown(object.union(used(100 * testing.day, testing.day, of_user), renewed(10 * testing.day)))
	passes(object.union(used(100 * testing.day, 11 * testing.day, of_user), renewed(10 * testing.day)))
	passes(object.union(
		used(100 * testing.day, testing.day, object.union(of_user, {"first": testing.now - (20 * testing.day)})),
		renewed(10 * testing.day),
	))
}

test_does_not_judge_what_unused_does_not if {
	exempt(object.union(silent(period, {}), {"credential": {"username": "break-glass"}}))
	exempt(object.union(silent(period, {}), {"credential": {"state": "deleted"}}))
}

test_does_not_judge_short_lived_ones if {
	exempt(lived(period - 1))
	unknown(lived(period))
}

of_user := {"evidence": "username", "grade": "B"}

used(age, ago, changes) := testing.credential({
	"credential": {
		"notBefore": testing.now - age,
		"createdAt": testing.now - age,
		"notAfter": testing.now + testing.year,
	},
	"usage": object.union(testing.usage({"first": testing.now - ago, "last": testing.now - ago}), changes),
})

silent(age, changes) := used(age, 0, object.union({"result": "unused", "first": null, "last": null}, changes))

lived(seconds) := object.union(silent(0, {}), {"credential": {"notAfter": testing.now + seconds}})

renewed(seconds) := {"newer": {
	"uid": "x509:03",
	"sha256": "03",
	"notBefore": testing.now - seconds,
	"notAfter": testing.now + testing.year,
}}

deny(r) := found if found := policy.deny with input as r with data.params as params

unknowns(r) := found if found := policy.unknown with input as r with data.params as params

not_applicable(r) if policy.not_applicable with input as r with data.params as params

unknown(r) if {
	deny(r) == set()
	count(unknowns(r)) == 1
	not not_applicable(r)
}

passes(r) if {
	deny(r) == set()
	unknowns(r) == set()
	not not_applicable(r)
}

exempt(r) if {
	deny(r) == set()
	unknowns(r) == set()
	not_applicable(r)
}

params := {
	"usage": {"never_used": {"issued_seconds": period}},
	"lib": {
		"usage": {"lag_seconds": 2 * testing.day, "rare_users": []},
		"subjects": {"break_glass": ["break-glass"], "robots": []},
	},
}
