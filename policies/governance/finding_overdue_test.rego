package policies.governance.finding_overdue_test

import data.lib.testing
import data.policies.governance.finding_overdue as policy

test_denies_after_the_deadline_of_its_severity if {
	every severity, deadline in deadlines {
		findings(deadline, {"severity": severity}) == set()
		findings(deadline + 1, {"severity": severity}) == {{
			"policyId": "credential/expired",
			"openSeconds": deadline + 1,
			"overdueSeconds": 1,
		}}
		not not_applicable({"severity": severity})
	}
}

test_counts_from_the_day_the_id_was_first_seen if findings(0, {"severity": "critical"}) == set()

test_does_not_judge_informative_ones_and_itself if {
	not_judged({"severity": "info"})
	not_judged({"policyId": "governance/finding_overdue"})
}

deadlines := {"critical": 10, "high": 100, "medium": 1000, "low": 10000}

record(age, changes) := testing.finding({"finding": object.union({"firstSeen": testing.now - age}, changes)})

findings(age, changes) := found if found := policy.deny with input as record(age, changes) with data.params as params

not_applicable(changes) if policy.not_applicable with input as record(testing.year, changes) with data.params as params

not_judged(changes) if {
	findings(testing.year, changes) == set()
	not_applicable(changes)
}

params := {"governance": {"finding_overdue": {concat("_", [severity, "seconds"]): deadline | some severity, deadline in deadlines}}}
