package policies.usage.quarantined_token_tried_test

import data.lib.testing
import data.policies.usage.quarantined_token_tried as policy

today := testing.now - (testing.now % testing.day)

test_denies_an_attempt_on_a_later_day if {
	r := quarantined({"lastUsed": today}, {})
	dates := {"lastUsed": today, "invalidSince": today - testing.day}
	policy.deny == {dates} with input as r
	policy.unknown == set() with input as r
}

test_the_same_day_is_unknown if {
	r := quarantined({"lastUsed": today - testing.day}, {})
	dates := {"lastUsed": today - testing.day, "invalidSince": today - testing.day}
	policy.deny == set() with input as r
	policy.unknown == {dates} with input as r
}

test_leaves_use_before_the_quarantine if {
	every last in [null, today - (2 * testing.day)] {
		passes(quarantined({"lastUsed": last}, {}))
	}
}

test_without_tracking_no_label_says_nothing if {
	every version in {"v1.27.16", "", "nonsense"} {
		old := {"cluster": {"version": version}}
		r := quarantined({"lastUsed": null}, old)
		policy.deny == set() with input as r
		policy.unknown == {{"clusterVersion": version}} with input as r
		passes(quarantined({"lastUsed": today - (2 * testing.day)}, old))
	}
}

test_does_not_judge_other_ones if {
	every changes in [{"invalidSince": null}, {"kind": "bound_token"}] {
		every last in [null, today, today - testing.day] {
			r := quarantined(object.union({"lastUsed": last}, changes), {"cluster": {"version": ""}})
			policy.not_applicable with input as r
			policy.deny == set() with input as r
			policy.unknown == set() with input as r
		}
	}
}

quarantined(changes, other) := object.union(
	testing.token_secret({"credential": object.union({"invalidSince": today - testing.day}, changes)}),
	other,
)

passes(r) if {
	policy.deny == set() with input as r
	policy.unknown == set() with input as r
	not not_applicable(r)
}

not_applicable(r) if policy.not_applicable with input as r
