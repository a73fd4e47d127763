package policies.credential.expired_test

import data.lib.testing
import data.policies.credential.expired as policy

skew := 300

test_denies_the_second_after_the_skew if findings(-1 - skew, {}) == {{"expiredSeconds": skew + 1}}

test_denies_every_kind_that_says_when_it_ended if {
	every kind in {"client_certificate", "token_secret", "bound_token", "bootstrap_token", "static_token", "basic_auth"} {
		findings(-1 - skew, {"kind": kind}) == {{"expiredSeconds": skew + 1}}
	}
}

test_leaves_the_skew_of_two_clocks if {
	findings(0 - skew, {}) == set()
	findings(0, {}) == set()
}

test_does_not_judge_what_has_no_end if {
	every kind in {"static_token", "basic_auth", "token_secret", "exec_plugin", "auth_provider", "bootstrap_token"} {
		r := undated(kind, [])
		policy.deny == set() with input as r with data.params.credential.expired.skew_seconds as skew
		policy.unknown == set() with input as r
		policy.not_applicable with input as r
	}
}

test_an_end_that_was_not_read_is_unknown if {
	every r in [
		undated("client_certificate", [{"source": "kubeconfig", "code": "partial"}]),
		undated("bound_token", [{"source": "kubeconfig", "code": "partial"}]),
		undated("bootstrap_token", [{"source": "bootstrap_tokens", "code": "not_configured"}]),
		undated("bound_token", []),
	] {
		policy.deny == set() with input as r with data.params.credential.expired.skew_seconds as skew
		policy.unknown == {{"notAfter": null}} with input as r
		not policy.not_applicable with input as r
	}
}

test_knows_an_end_that_was_read if {
	every r in [ending(0 - testing.day, {}), ending(0, {})] {
		policy.unknown == set() with input as r
		not policy.not_applicable with input as r
	}
}

test_a_gap_elsewhere_hides_no_end if {
	r := undated("bootstrap_token", [{"source": "bindings", "code": "forbidden"}])
	policy.not_applicable with input as r
}

test_does_not_judge_nodes if {
	r := ending(0 - testing.day, {"username": "system:node:worker-1"})
	policy.deny == set() with input as r with data.params.credential.expired.skew_seconds as skew
	policy.not_applicable with input as r
}

test_does_not_judge_what_is_over if {
	every state in {"not_issued", "revoked", "deleted"} {
		r := ending(0 - testing.day, {"state": state})
		policy.deny == set() with input as r with data.params.credential.expired.skew_seconds as skew
		policy.not_applicable with input as r
	}
}

ending(left, changes) := testing.credential({"credential": object.union({"notAfter": testing.now + left}, changes)})

undated(kind, gaps) := testing.credential({
	"gaps": gaps,
	"credential": {"kind": kind, "notBefore": null, "notAfter": null, "certificate": null},
})

findings(left, changes) := found if found := policy.deny with input as ending(left, changes)
	with data.params.credential.expired.skew_seconds as skew
