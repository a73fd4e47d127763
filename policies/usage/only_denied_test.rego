package policies.usage.only_denied_test

import data.lib.testing
import data.policies.usage.only_denied as policy

period := 30 * testing.day

test_denies_who_was_always_refused if {
	every type in ["user", "service_account"] {
		r := object.union(seen({"denied": 1}), {"identity": {"type": type}})
		deny(r) == {{"denied": 1, "lastUsed": testing.now - testing.hour, "agents": ["kubectl/v1.34.4"]}}
		unknowns(r) == set()
	}
}

test_leaves_who_was_let_through_once if {
	passes(seen({"allowed": 1, "denied": 400}))
	passes(seen({"allowed": 1, "denied": 400, "window": {"complete": false}}))
}

test_leaves_who_made_no_request if {
	passes(seen({"result": "unused", "denied": 0, "first": null, "last": null, "agents": []}))
}

test_evidence_that_is_short_or_not_whole_is_unknown if {
	unknown(seen({"window": {"complete": false}}))
	unknown(seen({"window": {"from": (testing.now - period) + 1}}))
	count(deny(seen({"window": {"from": testing.now - period}}))) == 1
	unknown(testing.identity({}))
	unknowns(testing.identity({})) == {{"windowSeconds": null, "isWindowWhole": false}}
}

test_does_not_judge_probes if {
	exempt(seen({"agents": ["kube-probe/1.34", "kube-probe/1.33"]}))
	count(deny(seen({"agents": ["kube-probe/1.34", "curl/8.5"]}))) == 1
	count(deny(seen({"agents": []}))) == 1
}

test_does_not_judge_groups_and_nobody if {
	every r in [seen({}), testing.identity({})] {
		exempt(object.union(r, {"identity": {"type": "group"}}))
		exempt(object.union(r, {"identity": {"id": "system:anonymous"}}))
	}
}

seen(changes) := testing.identity({"usage": object.union(testing.usage({"allowed": 0, "denied": 9}), changes)})

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
	"usage": {"only_denied": {"window_seconds": period, "probe_agents": ["no-probe", "kube-probe/*"]}},
	"lib": {"usage": {"lag_seconds": 2 * testing.day, "rare_users": []}},
}
