package policies.governance.review_overdue_test

import data.lib.testing
import data.policies.governance.review_overdue as policy

period := 180 * testing.day

test_denies_a_review_before_the_period if {
	findings(period + 1, testing.year, {}) == {{"overdueSeconds": 1, "reviewedAt": (testing.now - period) - 1}}
	findings(period + 1, null, {}) == {{"overdueSeconds": 1, "reviewedAt": (testing.now - period) - 1}}
	findings(period, testing.year, {}) == set()
	unknowns(period, testing.year, {}) == set()
}

test_denies_access_that_was_never_reviewed if {
	findings(null, period + 1, {}) == {{"overdueSeconds": 1, "reviewedAt": null}}
	unknowns(null, period + 1, {}) == set()
}

test_without_a_record_of_reviews_nothing_is_overdue if {
	unread := {"gaps": testing.not_configured(["history"])}
	findings(null, testing.year, unread) == set()
	count(findings(null, testing.year, {"gaps": testing.not_configured(["usage"])})) == 1
	count(findings(testing.year, testing.year, unread)) == 1
}

test_leaves_what_was_granted_within_the_period if {
	findings(null, period, {}) == set()
	unknowns(null, period, {}) == set()
	findings(testing.year, testing.day, {}) == set()
	unknowns(testing.year, testing.day, {}) == set()
	not not_applicable(testing.year, testing.day, {})
}

test_without_any_date_it_is_unknown if {
	findings(null, null, {}) == set()
	unknowns(null, null, {}) == {{"reviewedAt": null, "grantedSince": null}}
}

test_judges_groups_and_service_accounts if {
	every identity in [
		{"type": "group", "name": "ops", "id": "group:ops"},
		{"type": "service_account", "name": "build/deployer", "id": "system:serviceaccount:build:deployer"},
		{"type": "service_account", "name": "system:x/deployer", "id": "system:serviceaccount:system:x:deployer"},
	] {
		count(findings(null, testing.year, {"identity": identity})) == 1
	}
}

test_does_not_judge_kubernetes_and_who_has_no_grant if {
	not_judged({"grantsTotal": 0})
	not_judged({"identity": {"name": "system:kube-scheduler"}})
	not_judged({"identity": {"type": "group", "name": "system:masters"}})
	not_judged({"identity": {
		"type": "service_account",
		"name": "kube-system/cronjob-controller",
		"id": "system:serviceaccount:kube-system:cronjob-controller",
	}})
}

record(reviewed_ago, granted_ago, changes) := testing.identity(object.union(
	{"reviewedAt": at(reviewed_ago), "grantedSince": at(granted_ago)},
	changes,
))

at(null) := null

at(seconds) := testing.now - seconds

findings(reviewed_ago, granted_ago, changes) := found if {
	found := policy.deny with input as record(reviewed_ago, granted_ago, changes) with data.params as params
}

unknowns(reviewed_ago, granted_ago, changes) := found if {
	found := policy.unknown with input as record(reviewed_ago, granted_ago, changes) with data.params as params
}

not_applicable(reviewed_ago, granted_ago, changes) if {
	policy.not_applicable with input as record(reviewed_ago, granted_ago, changes) with data.params as params
}

not_judged(changes) if {
	every ago in [null, testing.year] {
		findings(ago, ago, changes) == set()
		unknowns(ago, ago, changes) == set()
		not_applicable(ago, ago, changes)
	}
}

params := {"governance": {"review_overdue": {
	"period_seconds": period,
	"built_in": ["nobody", "system:serviceaccount:kube-system:*"],
}}}
