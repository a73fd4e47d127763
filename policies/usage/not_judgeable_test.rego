package policies.usage.not_judgeable_test

import data.lib.testing
import data.policies.usage.not_judgeable as policy

test_denies_without_auditing if {
	every gaps in [[], testing.not_configured(["usage"])] {
		deny("off", [], gaps) == {{"auditing": "off", "codes": []}}
		unknowns("off", [], gaps) == set()
	}
}

test_denies_evidence_that_failed if {
	gaps := [gap("usage", "partial"), gap("usage", "auditing_off"), gap("usage", "partial")]
	every state in ["on", "unknown"] {
		deny(state, gaps, []) == {{"auditing": state, "codes": ["auditing_off", "partial"]}}
		unknowns(state, gaps, []) == set()
	}
}

test_auditing_that_cannot_be_told_is_unknown if {
	deny("unknown", [], []) == set()
	unknowns("unknown", [], []) == {{"auditing": "unknown"}}
}

# It is a gap of the record, and `needs` makes the answer unknown.
test_a_log_that_nobody_configured_is_no_fault if {
	every state in ["on", "unknown"] {
		deny(state, [gap("usage", "not_configured")], testing.not_configured(["usage"])) == set()
	}
	unknowns("unknown", [gap("usage", "not_configured")], testing.not_configured(["usage"])) == {{"auditing": "unknown"}}
}

test_leaves_other_sources_to_their_own_policy if {
	deny("on", [gap("bindings", "forbidden")], []) == set()
	unknowns("on", [gap("bindings", "forbidden")], []) == set()
}

test_leaves_a_log_without_credential_ids if {
	r := testing.cluster_with({"auditing": {"credentialIds": false}})
	policy.deny == set() with input as r
	policy.unknown == set() with input as r
}

gap(source, code) := {"source": source, "code": code, "permission": ""}

record(state, cluster_gaps, gaps) := testing.cluster_with({
	"auditing": {"state": state},
	"clusterGaps": cluster_gaps,
	"gaps": gaps,
})

deny(state, cluster_gaps, gaps) := found if found := policy.deny with input as record(state, cluster_gaps, gaps)

unknowns(state, cluster_gaps, gaps) := found if {
	found := policy.unknown with input as record(state, cluster_gaps, gaps)
}
