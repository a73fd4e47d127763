package policies.coverage.context_alias_test

import data.lib.testing
import data.policies.coverage.context_alias as policy

test_denies_more_than_one_name if {
	findings(["south", "north"]) == {{"names": ["north", "south"]}}
	findings(["south", "north", "north-green"]) == {{"names": ["north", "south"]}}
}

test_leaves_one_name if {
	findings(["north"]) == set()
	not policy.not_applicable with input as named(["north"], [])
	findings([]) == set()
	policy.not_applicable with input as named([], [])
}

test_leaves_allowed_names if {
	findings(["north", "north-green"]) == set()
	findings(["north-blue-green", "north-green"]) == set()
}

test_a_cluster_that_was_not_told_apart_is_unknown if {
	policy.unknown == {{"reason": "which cluster it is was not read"}} with input as named(["north"], ["roles", "cluster"])
	policy.unknown == set() with input as named(["north"], ["roles"])
	policy.unknown == set() with input as named([], ["cluster"])
}

named(names, gaps) := testing.cluster_with({
	"configuredNames": names,
	"clusterGaps": [{"source": source, "code": "forbidden", "permission": ""} | some source in gaps],
})

findings(names) := found if found := policy.deny with input as named(names, [])
	with data.params.coverage.context_alias.allowed as ["*-green"]
