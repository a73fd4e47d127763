package policies.usage.unused_lately_test

import data.lib.testing
import data.policies.usage.unused
import data.policies.usage.unused_lately as policy

warn := 45 * testing.day

period := 90 * testing.day

test_denies_from_the_warning_on if {
	deny(used(warn)) == {{"idleSeconds": warn, "lastUsed": testing.now - warn}}
	unknowns(used(warn)) == set()
	passes(used(warn - 1))
	deny(used(period - 1)) == {{"idleSeconds": period - 1, "lastUsed": testing.now - (period - 1)}}
}

test_leaves_the_long_unused_to_their_own_policy if {
	every seconds in [period, 200 * testing.day] {
		exempt(used(seconds))
	}
	every seconds in [warn, period - 1, period, testing.year] {
		other := unused.deny with input as used(seconds) with data.params as params
		count(other) + count(deny(used(seconds))) == 1
	}
}

test_what_is_too_young_is_unknown if {
	unknown(windowed(warn - 1))
	deny(windowed(warn)) == {{"idleSeconds": warn, "lastUsed": null}}
	unknown(object.union(windowed(testing.year), {"credential": {"createdAt": testing.now - (warn - 1)}}))
	unknowns(windowed(testing.day)) == {{"windowSeconds": testing.day, "isWindowWhole": true}}
}

test_without_evidence_it_is_unknown if unknown(object.union(used(warn), {"usage": null}))

test_use_counts_on_any_evidence if {
	passes(object.union(used(warn - 1), {"usage": {"window": {"complete": false}}}))
	unknown(object.union(used(warn), {"usage": {"window": {"complete": false}}}))
}

test_does_not_judge_what_unused_does_not if {
	exempt(object.union(used(warn), {"credential": {"username": "break-glass"}}))
	exempt(object.union(used(warn), {"credential": {"state": "deleted"}}))
}

test_does_not_judge_short_lived_ones if {
	exempt(lived(warn - 1))
	unknown(lived(warn))
}

used(ago) := bearer({"usage": testing.usage({"first": testing.now - ago, "last": testing.now - ago})})

windowed(seconds) := bearer({"usage": testing.usage({
	"result": "unused",
	"first": null,
	"last": null,
	"window": {"from": testing.now - seconds},
})})

lived(seconds) := object.union(windowed(testing.year), {"credential": {
	"notBefore": testing.now,
	"notAfter": testing.now + seconds,
}})

bearer(changes) := object.union(
	testing.credential({"credential": {
		"notBefore": testing.now - testing.year,
		"notAfter": testing.now + testing.year,
		"createdAt": testing.now - testing.year,
	}}),
	changes,
)

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
	"usage": {"unused": {"idle_seconds": period}, "unused_lately": {"warn_seconds": warn}},
	"lib": {
		"usage": {"lag_seconds": 2 * testing.day, "rare_users": []},
		"subjects": {"break_glass": ["break-glass"], "robots": []},
	},
}
