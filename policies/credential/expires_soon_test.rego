package policies.credential.expires_soon_test

import data.lib.testing
import data.policies.credential.expires_soon as policy

test_denies_up_to_the_window if {
	findings(params.window_seconds - 1, testing.year, {}) == {{
		"secondsLeft": params.window_seconds - 1,
		"windowSeconds": params.window_seconds,
	}}
	findings(0, testing.year, {}) == {{"secondsLeft": 0, "windowSeconds": params.window_seconds}}
}

test_leaves_what_is_outside_the_window if findings(params.window_seconds, testing.year, {}) == set()

test_leaves_expired_to_its_own_policy if findings(-1, testing.year, {}) == set()

test_narrows_the_window_to_a_part_of_the_lifetime if {
	findings((10 * testing.day) - 1, 40 * testing.day, {}) == {{
		"secondsLeft": (10 * testing.day) - 1,
		"windowSeconds": 10 * testing.day,
	}}
	findings(10 * testing.day, 40 * testing.day, {}) == set()
}

test_takes_the_whole_window_when_the_start_is_not_known if {
	findings(testing.hour, testing.year, {"notBefore": null}) == {{
		"secondsLeft": testing.hour,
		"windowSeconds": params.window_seconds,
	}}
}

test_does_not_judge_short_lived_ones if {
	judged(testing.hour, params.window_seconds + 1, {})
	not judged(testing.hour, params.window_seconds, {})
}

test_does_not_judge_nodes_bootstrap_tokens_and_what_is_over if {
	not judged(testing.hour, testing.year, {"username": "system:node:worker-1"})
	not judged(testing.hour, testing.year, {"kind": "bootstrap_token"})
	not judged(testing.hour, testing.year, {"state": "revoked"})
}

test_does_not_judge_what_has_no_end if {
	every kind in {"static_token", "basic_auth", "token_secret", "exec_plugin", "auth_provider"} {
		r := undated(kind, [])
		policy.deny == set() with input as r with data.params.credential.expires_soon as params
		policy.unknown == set() with input as r with data.params.credential.expires_soon as params
		policy.not_applicable with input as r with data.params.credential.expires_soon as params
	}
}

test_an_end_that_was_not_read_is_unknown if {
	every kind in {"client_certificate", "bound_token"} {
		r := undated(kind, [{"source": "kubeconfig", "code": "partial"}])
		policy.deny == set() with input as r with data.params.credential.expires_soon as params
		policy.unknown == {{"notAfter": null}} with input as r with data.params.credential.expires_soon as params
		not policy.not_applicable with input as r with data.params.credential.expires_soon as params
	}
}

test_knows_an_end_that_was_read if {
	policy.unknown == set() with input as living(testing.hour, testing.year, {})
		with data.params.credential.expires_soon as params
}

params := {"window_seconds": 30 * testing.day, "window_percent": 25}

living(left, lifetime, changes) := testing.credential({"credential": object.union(
	{"notBefore": (testing.now + left) - lifetime, "notAfter": testing.now + left},
	changes,
)})

undated(kind, gaps) := testing.credential({
	"gaps": gaps,
	"credential": {"kind": kind, "notBefore": null, "notAfter": null, "certificate": null},
})

findings(left, lifetime, changes) := found if found := policy.deny with input as living(left, lifetime, changes)
	with data.params.credential.expires_soon as params

judged(left, lifetime, changes) if {
	findings(left, lifetime, changes) != set()
	not policy.not_applicable with input as living(left, lifetime, changes)
		with data.params.credential.expires_soon as params
}
