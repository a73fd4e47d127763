package policies.governance.waiver_unused_test

import data.lib.testing
import data.policies.governance.waiver_unused as policy

test_denies_one_that_covers_nothing if {
	policy.deny == {{"owner": "build@example.com"}} with input as testing.waiver({"matches": 0})
	policy.unknown == set() with input as testing.waiver({"matches": 0})
}

test_leaves_one_that_covers_something if {
	every is_examined in [true, false] {
		policy.deny == set() with input as testing.waiver({"isExamined": is_examined})
		policy.unknown == set() with input as testing.waiver({"isExamined": is_examined})
	}
}

test_what_was_not_examined_is_unknown if {
	policy.deny == set() with input as testing.waiver({"matches": 0, "isExamined": false})
	policy.unknown == {{"matches": 0}} with input as testing.waiver({"matches": 0, "isExamined": false})
}

test_does_not_judge_what_has_expired if {
	every is_examined in [true, false] {
		r := testing.waiver({"matches": 0, "isExamined": is_examined, "waiver": {"expires": testing.now}})
		policy.not_applicable with input as r
		policy.deny == set() with input as r
		policy.unknown == set() with input as r
	}
	not expires_in_a_second
}

expires_in_a_second if {
	policy.not_applicable with input as testing.waiver({"waiver": {"expires": testing.now + 1}})
}
