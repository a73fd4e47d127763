package policies.credential.not_yet_valid_test

import data.lib.testing
import data.policies.credential.not_yet_valid as policy

skew := 300

test_denies_what_begins_later if {
	every kind in {"client_certificate", "bound_token"} {
		findings({"kind": kind, "notBefore": (testing.now + skew) + 1}) == {{"secondsUntilValid": skew + 1}}
	}
}

test_leaves_the_skew_of_two_clocks if {
	findings({"notBefore": testing.now + skew}) == set()
	findings({"notBefore": testing.now}) == set()
	not policy.not_applicable with input as begun({"notBefore": testing.now + skew})
	policy.unknown == set() with input as begun({"notBefore": testing.now + skew})
}

test_a_beginning_that_was_not_read_is_unknown if {
	every kind in {"client_certificate", "bound_token"} {
		r := begun({"kind": kind, "notBefore": null})
		findings({"kind": kind, "notBefore": null}) == set()
		policy.unknown == {{"notBefore": null}} with input as r
		not policy.not_applicable with input as r
	}
}

test_does_not_judge_what_has_no_beginning if {
	every kind in {"cloud_kubeconfig", "token_secret", "static_token", "basic_auth", "exec_plugin", "auth_provider", "bootstrap_token"} {
		not_judged({"kind": kind, "notBefore": null})
		not_judged({"kind": kind, "notBefore": testing.now + testing.year})
	}
}

test_does_not_judge_what_is_over if {
	every state in {"not_issued", "revoked", "deleted"} {
		not_judged({"state": state, "notBefore": testing.now + testing.year})
		not_judged({"state": state, "notBefore": null})
	}
}

begun(changes) := testing.credential({"credential": changes})

findings(changes) := found if found := policy.deny with input as begun(changes)
	with data.params.credential.not_yet_valid.skew_seconds as skew

not_judged(changes) if {
	findings(changes) == set()
	policy.unknown == set() with input as begun(changes)
	policy.not_applicable with input as begun(changes)
}
