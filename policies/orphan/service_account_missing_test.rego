package policies.orphan.service_account_missing_test

import data.lib.testing
import data.policies.orphan.service_account_missing as policy

test_denies_a_missing_account if {
	findings({"subjectExists": "no", "otherSubjects": 2, "powers": ["wildcard", "bind"]}) == {{
		"otherSubjects": 2,
		"powers": ["bind", "wildcard"],
	}}
}

test_denies_its_username if {
	subject := {"kind": "User", "name": "system:serviceaccount:build:gone", "namespace": ""}
	findings({"subjectExists": "no", "subject": subject}) == {{"otherSubjects": 0, "powers": []}}
}

test_leaves_one_that_exists if {
	findings({}) == set()
	policy.unknown == set() with input as bound({})
	not policy.not_applicable with input as bound({})
}

test_unread_accounts_are_unknown if {
	findings({"subjectExists": "unknown"}) == set()
	policy.unknown == {{"subjectExists": "unknown"}} with input as bound({"subjectExists": "unknown"})
}

test_does_not_judge_bootstrap_subjects_and_others if {
	every changes in [
		{"subjectExists": "no", "isBootstrapDefault": true},
		{"subjectExists": "unknown", "isBootstrapDefault": true},
		{"subject": {"kind": "Group", "name": "ops", "namespace": ""}},
	] {
		findings(changes) == set()
		policy.unknown == set() with input as bound(changes)
		policy.not_applicable with input as bound(changes)
	}
}

bound(changes) := testing.grant({"grant": object.union(
	{"subject": {"kind": "ServiceAccount", "name": "gone", "namespace": "build"}},
	changes,
)})

findings(changes) := found if found := policy.deny with input as bound(changes)
