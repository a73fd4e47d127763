package policies.governance.waiver_too_broad_test

import data.lib.testing
import data.policies.governance.waiver_too_broad as policy

test_denies_broad_ones if {
	findings({"isBroad": true}) == {{"matches": 1, "owner": "build@example.com"}}
	findings({"isBroad": true, "expires": testing.now + 1}) == {{"matches": 1, "owner": "build@example.com"}}
}

test_leaves_narrow_ones if {
	policy.deny == set() with input as testing.waiver({"matches": 1000})
	not not_applicable({})
}

test_does_not_judge_what_has_expired if {
	findings({"isBroad": true, "expires": testing.now}) == set()
	not_applicable({"isBroad": true, "expires": testing.now})
}

findings(changes) := found if found := policy.deny with input as testing.waiver({"waiver": changes})

not_applicable(changes) if policy.not_applicable with input as testing.waiver({"waiver": changes})
