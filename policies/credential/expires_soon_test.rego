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
	judged(living(testing.hour, params.window_seconds + 1, {}))
	not_judged(living(testing.hour, params.window_seconds, {}))
}

test_does_not_judge_nodes_bootstrap_tokens_and_what_is_over if {
	not_judged(living(testing.hour, testing.year, {"username": "system:node:worker-1"}))
	not_judged(living(testing.hour, testing.year, {"kind": "bootstrap_token"}))
	not_judged(living(testing.hour, testing.year, {"state": "revoked"}))
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

test_leaves_an_ack_kubeconfig_that_may_be_renewed if {
	kubeconfig := {"kind": "cloud_kubeconfig"}
	findings(179 * testing.day, 3 * testing.year, kubeconfig) == set()
	judged(living(29 * testing.day, 3 * testing.year, kubeconfig))
}

test_does_not_judge_what_nobody_uses if {
	every usage in [
		unused({}),
		unused({"grade": "B", "window": {"from": testing.now - unused_seconds}}),
		unused({"result": "used", "last": testing.now - unused_seconds}),
	] {
		not_judged(with_usage({}, usage))
	}
}

test_judges_what_may_be_used if {
	every usage in [
		unused({"window": {"from": (testing.now - unused_seconds) + 1}}),
		unused({"window": {"from": null}}),
		unused({"window": {"complete": false}}),
		unused({"grade": "C"}),
		unused({"result": "unavailable"}),
		unused({"result": "used", "last": (testing.now - unused_seconds) + 1}),
		null,
	] {
		judged(with_usage({}, usage))
	}
}

test_judges_what_is_kept_for_a_rare_day if {
	judged(with_usage({"username": "break-glass-2"}, unused({})))
	judged(with_usage({"username": "quarterly-audit"}, unused({})))
}

with_usage(changes, usage) := object.union(
	living(testing.hour, 2 * testing.year, object.union({"createdAt": testing.now - testing.year}, changes)),
	{"usage": usage},
)

unused_seconds := 90 * testing.day

unused(changes) := testing.usage(object.union({"result": "unused", "first": null, "last": null}, changes))

params := {"window_seconds": 30 * testing.day, "window_percent": 25, "unused_seconds": unused_seconds}

living(left, lifetime, changes) := testing.credential({"credential": object.union(
	{"notBefore": (testing.now + left) - lifetime, "notAfter": testing.now + left},
	changes,
)})

undated(kind, gaps) := testing.credential({
	"gaps": gaps,
	"credential": {"kind": kind, "notBefore": null, "notAfter": null, "certificate": null},
})

findings(left, lifetime, changes) := denied(living(left, lifetime, changes))

denied(r) := found if found := policy.deny with input as r
	with data.params.credential.expires_soon as params
	with data.params.lib.usage.lag_seconds as testing.day
	with data.params.lib.usage.rare_users as ["quarterly-*"]
	with data.params.lib.subjects.break_glass as ["break-glass*"]

judged(r) if {
	denied(r) != set()
	not is_left(r)
}

not_judged(r) if {
	denied(r) == set()
	is_left(r)
}

is_left(r) if {
	policy.not_applicable with input as r
		with data.params.credential.expires_soon as params
		with data.params.lib.usage.lag_seconds as testing.day
		with data.params.lib.usage.rare_users as ["quarterly-*"]
		with data.params.lib.subjects.break_glass as ["break-glass*"]
}
