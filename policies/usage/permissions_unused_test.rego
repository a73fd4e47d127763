package policies.usage.permissions_unused_test

import data.lib.testing
import data.policies.usage.permissions_unused as policy

period := 90 * testing.day

test_denies_what_is_not_used if {
	deny(seen(["list pods", "get pods"], {}, {})) == {{"granted": 4, "unused": ["get pods", "list pods"], "unusedTotal": 2}}
	unknowns(seen(["get pods", "list pods"], {}, {})) == set()
}

test_judges_service_accounts if {
	robot := {"identity": {
		"type": "service_account",
		"id": "system:serviceaccount:build:deployer",
		"name": "build/deployer",
	}}
	count(deny(object.union(seen(["get pods", "list pods"], {}, {}), robot))) == 1
}

test_leaves_less_than_the_percentage if {
	passes(seen(["get pods"], {}, {}))
	passes(seen([], {}, {}))
	passes(seen(["get pods"], {"unusedTotal": 49, "granted": 99}, {}))
	count(deny(seen(["get pods"], {"unusedTotal": 50, "granted": 100}, {}))) == 1
}

test_leaves_rare_verbs if {
	passes(seen(["delete pods", "deletecollection pods"], {}, {}))
	deny(seen(["delete pods", "get pods"], {}, {})) == {{"granted": 4, "unused": ["get pods"], "unusedTotal": 2}}
}

test_leaves_paths if {
	passes(seen(["get /metrics", "get /debug/*"], {}, {}))
	count(deny(seen(["create pods/exec", "get /metrics"], {}, {}))) == 1
}

test_what_is_not_shown_is_unknown if {
	r := seen(["delete pods", "get /metrics"], {"unusedTotal": 3}, {})
	deny(r) == set()
	unknowns(r) == {{"unusedTotal": 3}}
	unknowns(seen(["delete pods", "get pods"], {"unusedTotal": 3}, {})) == set()
	passes(seen(["delete pods"], {"unusedTotal": 3, "granted": 100}, {}))
}

test_young_grants_are_unknown if {
	every since in [null, (testing.now - period) + 1] {
		unknown(object.union(seen(["get pods", "list pods"], {}, {}), {"grantedSince": since}))
	}
	hidden := object.union(seen(["delete pods"], {"unusedTotal": 4}, {}), {"grantedSince": null})
	unknowns(hidden) == {{"windowSeconds": period, "isWindowWhole": true}}
}

test_evidence_that_is_short_or_not_whole_is_unknown if {
	unknown(seen(["get pods", "list pods"], {}, {"window": {"complete": false}}))
	unknown(seen(["get pods", "list pods"], {}, {"window": {"from": (testing.now - period) + 1}}))
	unknown(object.union(seen([], {}, {}), {"usage": null}))
	unknown(object.union(seen([], {}, {}), {"permissions": null}))
	unknowns(object.union(seen([], {}, {}), {"permissions": null})) == {{
		"windowSeconds": period,
		"isWindowWhole": true,
	}}
}

test_does_not_judge_emergencies_kubernetes_and_groups if {
	every identity in [
		{"type": "group"},
		{"name": "system:kube-scheduler"},
		{"name": "break-glass"},
		{"type": "service_account", "id": "system:serviceaccount:kube-system:cronjob-controller"},
	] {
		every r in [
			seen(["get pods", "list pods"], {}, {}),
			seen(["delete pods"], {"unusedTotal": 4}, {}),
			testing.identity({}),
		] {
			exempt(object.union(r, {"identity": identity}))
		}
	}
}

test_judges_a_service_account_of_a_name_like_kubernetes if {
	count(deny(object.union(
		seen(["get pods", "list pods"], {}, {}),
		{"identity": {"type": "service_account", "name": "system:x/deployer"}},
	))) == 1
}

seen(unused, permissions, usage) := testing.identity({
	"grantedSince": testing.now - period,
	"permissions": object.union({"granted": 4, "unused": unused, "unusedTotal": count(unused)}, permissions),
	"usage": object.union(
		testing.usage({"window": {
			"from": testing.now - period,
			"to": testing.now,
			"complete": true,
		}}),
		usage,
	),
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
	"usage": {"permissions_unused": {
		"window_seconds": period,
		"unused_percent": 50,
		"rare_verbs": ["delete", "deletecollection"],
		"built_in": ["nobody", "system:serviceaccount:kube-system:*"],
	}},
	"lib": {
		"usage": {"lag_seconds": 2 * testing.day, "rare_users": []},
		"subjects": {"break_glass": ["break-glass"], "robots": []},
	},
}
