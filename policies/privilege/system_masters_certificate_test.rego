package policies.privilege.system_masters_certificate_test

import data.lib.testing
import data.policies.privilege.system_masters_certificate as policy

test_denies_the_group_among_others if {
	findings({"groups": ["dev", "system:masters"]}) == {{"group": "system:masters"}}
}

test_leaves_other_groups if {
	findings({"groups": ["dev", "system:masters2", "kubeadm:cluster-admins"]}) == set()
}

test_leaves_one_that_was_not_read_to_its_gap if {
	r := testing.credential({
		"gaps": [{"source": "kubeconfig", "code": "partial"}],
		"credential": {"state": "unknown", "username": "", "notBefore": null, "notAfter": null, "certificate": null},
	})
	policy.deny == set() with input as r
	not policy.not_applicable with input as r
}

test_does_not_judge_other_kinds_and_what_does_not_work if {
	every changes in [
		{"kind": "bound_token"},
		{"state": "not_issued"},
		{"state": "revoked"},
		{"notAfter": testing.now - 1},
	] {
		r := object.union({"groups": ["system:masters"]}, changes)
		findings(r) == set()
		policy.not_applicable with input as testing.credential({"credential": r})
	}
}

findings(changes) := found if found := policy.deny with input as testing.credential({"credential": changes})
