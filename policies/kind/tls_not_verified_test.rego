package policies.kind.tls_not_verified_test

import data.lib.testing
import data.policies.kind.tls_not_verified as policy

test_denies_skipped_checks_and_plain_http if {
	findings("skipped") == {{"verification": "skipped"}}
	findings("plain_http") == {{"verification": "plain_http"}}
}

test_leaves_a_named_ca_and_the_systems_own if {
	findings("verified") == set()
	findings("system_roots") == set()
}

test_does_not_judge_allowed_servers if {
	every server, isAllowed in {"https://127.0.0.1:16443": true, "https://127.0.0.1.example.com": false} {
		r := testing.connection({"connection": {"verification": "skipped", "server": server}})
		denied := policy.deny with input as r
			with data.params.kind.tls_not_verified.allowed_servers as ["https://127.0.0.1:*"]
		denied == set() == isAllowed
	}
	policy.not_applicable with input as testing.connection({"connection": {"server": "https://127.0.0.1:16443"}})
		with data.params.kind.tls_not_verified.allowed_servers as ["https://127.0.0.1:*"]
}

findings(verification) := found if found := policy.deny with input as testing.connection({"connection": {"verification": verification}})
