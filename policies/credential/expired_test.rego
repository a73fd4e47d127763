package policies.credential.expired_test

import data.lib.testing
import data.policies.credential.expired as policy

test_denies_the_second_after_its_end if findings(-1, {}) == {{"expiredSeconds": 1}}

test_leaves_its_last_second if findings(0, {}) == set()

test_leaves_what_has_no_end if {
	r := testing.token_secret({})
	policy.deny == set() with input as r
	not policy.not_applicable with input as r
}

test_does_not_judge_nodes if {
	r := ending(-1, {"username": "system:node:worker-1"})
	policy.deny == set() with input as r
	policy.not_applicable with input as r
}

test_does_not_judge_what_is_over if {
	every state in {"not_issued", "revoked", "deleted"} {
		r := ending(-1, {"state": state})
		policy.deny == set() with input as r
		policy.not_applicable with input as r
	}
}

ending(left, changes) := testing.credential({"credential": object.union({"notAfter": testing.now + left}, changes)})

findings(left, changes) := found if found := policy.deny with input as ending(left, changes)
