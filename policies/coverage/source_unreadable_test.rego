package policies.coverage.source_unreadable_test

import data.lib.testing
import data.policies.coverage.source_unreadable as policy

test_denies_once_a_source if {
	findings([
		gap("bindings", "forbidden", "list rolebindings"),
		gap("bindings", "timeout", ""),
		gap("bindings", "forbidden", "list clusterrolebindings"),
		gap("token_secrets", "throttled", ""),
	]) == {
		{
			"key": "bindings",
			"codes": ["forbidden", "timeout"],
			"permissions": ["list clusterrolebindings", "list rolebindings"],
		},
		{"key": "token_secrets", "codes": ["throttled"], "permissions": []},
	}
}

test_leaves_a_cluster_without_gaps if findings([]) == set()

test_leaves_what_nobody_configured if findings([gap("usage", "not_configured", "")]) == set()

test_leaves_the_authorizer_to_its_own_policy if findings([gap("authorizer", "partial", "")]) == set()

gap(source, code, permission) := {"source": source, "code": code, "permission": permission}

findings(gaps) := found if found := policy.deny with input as testing.cluster(gaps)
