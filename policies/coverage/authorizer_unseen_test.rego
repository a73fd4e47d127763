package policies.coverage.authorizer_unseen_test

import data.lib.testing
import data.policies.coverage.authorizer_unseen as policy

test_denies_once if {
	findings([gap("authorizer", "partial"), gap("authorizer", "forbidden")]) == {{"codes": ["forbidden", "partial"]}}
}

test_leaves_other_gaps if {
	findings([]) == set()
	findings([gap("bindings", "forbidden")]) == set()
}

gap(source, code) := {"source": source, "code": code, "permission": ""}

findings(gaps) := found if found := policy.deny with input as testing.cluster(gaps)
