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

findings(verification) := found if found := policy.deny with input as testing.connection({"connection": {"verification": verification}})
