package policies.usage.token_idle_test

import data.lib.testing
import data.policies.usage.token_idle as policy

idle := 90 * testing.day

test_counts_from_the_end_of_the_day_of_last_use if {
	findings(used(idle + testing.day), {}) == set()
	findings(used((idle + testing.day) + 1), {}) == {{"idleSeconds": idle + 1, "isNeverUsed": false}}
}

test_counts_a_token_never_used_from_its_creation if {
	findings(made(idle), {}) == set()
	findings(made(idle + 1), {}) == {{"idleSeconds": idle + 1, "isNeverUsed": true}}
}

test_leaves_a_token_without_dates if findings({"createdAt": null}, {}) == set()

test_without_tracking_no_label_says_nothing if {
	every version in {"v1.27.16", "v0.99.0", "", "nonsense"} {
		old := {"cluster": {"version": version}}
		findings(made(testing.year), old) == set()
		unknowns(made(testing.year), old) == {{"clusterVersion": version}}
		findings(used(testing.year), old) == {{"idleSeconds": testing.year - testing.day, "isNeverUsed": false}}
	}
}

test_reads_the_versions_of_distributions if {
	every version in {"v1.28.0", "v1.30.1+k3s1", "v1.28.3-gke.100", "v2.0.0"} {
		new := {"cluster": {"version": version}}
		findings(made(testing.year), new) == {{"idleSeconds": testing.year, "isNeverUsed": true}}
		unknowns(made(testing.year), new) == set()
	}
}

test_does_not_judge_quarantined_orphaned_and_other_ones if {
	every r in [
		testing.token_secret({"credential": object.union(used(testing.year), {"invalidSince": testing.now})}),
		testing.token_secret({"credential": used(testing.year), "serviceAccountExists": "no"}),
		testing.credential({"credential": used(testing.year)}),
		testing.credential({"credential": made(testing.year), "cluster": {"version": ""}}),
	] {
		policy.not_applicable with input as r
		policy.deny == set() with input as r with data.params.usage.token_idle.idle_seconds as idle
		policy.unknown == set() with input as r
	}
}

used(ago) := {"lastUsed": testing.now - ago, "createdAt": testing.now - (2 * testing.year)}

made(ago) := {"lastUsed": null, "createdAt": testing.now - ago}

findings(dates, changes) := found if found := policy.deny with input as object.union(testing.token_secret({"credential": dates}), changes)
	with data.params.usage.token_idle.idle_seconds as idle

unknowns(dates, changes) := found if found := policy.unknown with input as object.union(testing.token_secret({"credential": dates}), changes)
