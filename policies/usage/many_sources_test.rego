package policies.usage.many_sources_test

import data.lib.testing
import data.policies.usage.many_sources as policy

test_denies_more_addresses if {
	r := seen({"sources": 21})
	deny(r) == {{"sourceAddresses": 21, "programs": ["kubectl"]}}
	unknowns(r) == set()
	passes(seen({"sources": 20}))
}

test_denies_more_programs if {
	r := seen({"agents": ["kubectl/v1.34.4 (linux/amd64)", "k9s/0.50", "Go-http-client/1.1"]})
	deny(r) == {{"sourceAddresses": 1, "programs": ["Go-http-client", "k9s", "kubectl"]}}
	unknowns(r) == set()
	passes(seen({"agents": ["kubectl/v1.34.4", "k9s/0.50"]}))
}

test_counts_the_versions_of_a_program_once if {
	passes(seen({"agents": ["kubectl/v1.32.1", "kubectl/v1.33.0", "kubectl/v1.34.4", "kubectl"]}))
}

test_denies_on_evidence_with_holes if {
	r := seen({"sources": 21, "window": {"complete": false}})
	count(deny(r)) == 1
	unknowns(r) == set()
}

test_evidence_of_the_user_is_unknown if {
	of_user := {"evidence": "username", "grade": "B"}
	r := seen(object.union(of_user, {"sources": 21}))
	deny(r) == set()
	unknowns(r) == {{"sourceAddresses": 21, "programs": ["kubectl"]}}
	passes(seen(of_user))
}

test_evidence_that_is_short_or_not_whole_is_unknown if {
	unknown(seen({"window": {"complete": false}}))
	unknown(seen({"window": {"from": (testing.now - (7 * testing.day)) + 1}}))
	passes(seen({"window": {"from": testing.now - (7 * testing.day)}}))
	unknown(seen({"evidence": "username", "grade": "B", "sources": 21, "window": {"complete": false}}))
	unknown(testing.credential({}))
	unknowns(testing.credential({})) == {{"windowSeconds": null, "isWindowWhole": false}}
}

test_does_not_judge_expected_names if exempt({"username": "ci/runner"})

test_does_not_judge_kubelets_and_what_is_over if {
	exempt({"username": "system:node:worker-1"})
	exempt({"kind": "exec_plugin"})
	exempt({"notAfter": testing.now - 1})
	exempt({"state": "revoked"})
}

seen(changes) := testing.credential({"usage": object.union(testing.usage({}), changes)})

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

exempt(credential) if {
	every usage in [{"sources": 21}, {"sources": 21, "evidence": "username", "grade": "B"}, {"grade": "D"}] {
		r := object.union(seen(usage), {"credential": credential})
		deny(r) == set()
		unknowns(r) == set()
		not_applicable(r)
	}
}

params := {
	"usage": {"many_sources": {
		"most_sources": 20,
		"most_programs": 2,
		"window_seconds": 7 * testing.day,
		"expected": ["nobody", "ci/*"],
	}},
	"lib": {
		"usage": {"lag_seconds": 2 * testing.day, "rare_users": []},
		"subjects": {"break_glass": [], "robots": []},
	},
}
