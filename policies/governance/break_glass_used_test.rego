package policies.governance.break_glass_used_test

import data.lib.testing
import data.policies.governance.break_glass_used as policy

period := 30 * testing.day

test_denies_use_of_late if {
	every name in ["break-glass", "oidc:Break-Glass-2"] {
		r := object.union(used(period, {}), {"identity": {"name": name}})
		deny(r) == {{"lastUsed": testing.now - period, "allowed": 40, "denied": 0}}
		unknowns(r) == set()
	}
	deny(used(0, {"allowed": 0, "denied": 1})) == {{"lastUsed": testing.now, "allowed": 0, "denied": 1}}
	count(deny(object.union(used(0, {}), {"identity": {"type": "service_account"}}))) == 1
}

test_denies_use_on_any_evidence if {
	r := used(testing.hour, {"grade": "C", "evidence": "cloud_activity", "window": {"complete": false}})
	count(deny(r)) == 1
	unknowns(r) == set()
}

test_leaves_use_before_the_recent_time if passes(used(period + 1, {}))

test_leaves_who_was_not_used if passes(used(0, {"result": "unused", "first": null, "last": null}))

test_evidence_that_is_short_or_not_whole_is_unknown if {
	silent := {"result": "unused", "first": null, "last": null}
	unknown(used(0, object.union(silent, {"window": {"complete": false}})))
	unknown(used(0, object.union(silent, {"window": {"from": (testing.now - period) + 1}})))
	passes(used(0, object.union(silent, {"window": {"from": testing.now - period}})))
	unknown(object.union(used(0, {}), {"usage": null}))
	unknowns(object.union(used(0, {}), {"usage": null})) == {{"windowSeconds": null, "isWindowWhole": false}}
}

test_does_not_judge_others if {
	every usage in [testing.usage({}), null] {
		exempt(object.union(used(0, {}), {"identity": {"type": "group"}, "usage": usage}))
		exempt(object.union(used(0, {}), {"identity": {"name": "alice"}, "usage": usage}))
	}
}

used(ago, changes) := testing.identity({
	"identity": {"name": "break-glass"},
	"usage": object.union(testing.usage({"last": testing.now - ago}), changes),
})

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
	"governance": {"break_glass_used": {"recent_seconds": period}},
	"lib": {
		"usage": {"lag_seconds": 2 * testing.day, "rare_users": []},
		"subjects": {"break_glass": ["nobody", "*break-glass*"], "robots": []},
	},
}
