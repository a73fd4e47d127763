package policies.orphan.cluster_gone_test

import data.lib.testing
import data.policies.orphan.cluster_gone as policy

no_cloud := testing.not_configured(["cloud"])

test_denies_a_cluster_that_the_whole_list_lacks if {
	findings("no", []) == {{"clusterExists": "no"}}
	policy.unknown == set() with input as named("no", [])
	not policy.not_applicable with input as named("no", no_cloud)
}

test_leaves_one_that_is_listed if {
	findings("yes", []) == set()
	policy.unknown == set() with input as named("yes", [])
	not policy.not_applicable with input as named("yes", [])
	not policy.not_applicable with input as named("yes", testing.not_configured(["usage"]))
}

test_leaves_one_that_answers if {
	findings("yes", no_cloud) == set()
	policy.not_applicable with input as named("yes", no_cloud)
}

test_one_that_does_not_answer_is_unknown if {
	every gaps in [[], no_cloud] {
		findings("unknown", gaps) == set()
		policy.unknown == {{"clusterExists": "unknown"}} with input as named("unknown", gaps)
		not policy.not_applicable with input as named("unknown", gaps)
	}
}

named(exists, gaps) := testing.connection({"clusterExists": exists, "gaps": gaps})

findings(exists, gaps) := found if found := policy.deny with input as named(exists, gaps)
