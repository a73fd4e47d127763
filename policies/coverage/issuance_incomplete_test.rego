package policies.coverage.issuance_incomplete_test

import data.lib.testing
import data.policies.coverage.issuance_incomplete as policy

week := 7 * testing.day

test_denies_a_cluster_without_a_ledger if {
	every gaps in [[], testing.not_configured(["usage"])] {
		findings(testing.cluster_with({"ledgerSince": null, "gaps": gaps})) == {{"ledgerSeconds": null}}
	}
	unknowns(testing.cluster_with({"ledgerSince": null})) == set()
}

test_leaves_a_history_that_was_not_read_to_its_gap if {
	r := testing.cluster_with({"ledgerSince": null, "gaps": testing.not_configured(["history"])})
	findings(r) == set()
	unknowns(r) == set()
}

test_denies_a_ledger_that_is_too_short if {
	every age in [week, testing.year - 1] {
		findings(kept(age)) == {{"ledgerSeconds": age}}
		unknowns(kept(age)) == set()
	}
}

test_leaves_a_ledger_that_is_long_enough if {
	findings(kept(testing.year)) == set()
	unknowns(kept(testing.year)) == set()
}

test_a_ledger_in_its_first_week_is_unknown if {
	findings(kept(week - 1)) == set()
	unknowns(kept(week - 1)) == {{"ledgerSeconds": week - 1}}
}

params := {"cover_seconds": testing.year, "grace_seconds": week}

kept(age) := testing.cluster_with({"ledgerSince": testing.now - age})

findings(r) := found if found := policy.deny with input as r with data.params.coverage.issuance_incomplete as params

unknowns(r) := found if found := policy.unknown with input as r with data.params.coverage.issuance_incomplete as params
