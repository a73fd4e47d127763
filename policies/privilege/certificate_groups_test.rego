package policies.privilege.certificate_groups_test

import data.lib.testing
import data.policies.privilege.certificate_groups as policy

test_denies_once_for_several if {
	every kind in {"client_certificate", "cloud_kubeconfig"} {
		findings({"kind": kind, "groups": ["system:nodes", "ops", "dev"]}) == {{"groups": ["dev", "ops"]}}
	}
}

test_leaves_allowed_groups if {
	findings({"groups": ["system:nodes", "kubeadm:admins", "system:masters"]}) == set()
	findings({"groups": []}) == set()
	findings({"groups": ["system:nodes2"]}) == {{"groups": ["system:nodes2"]}}
}

test_does_not_judge_other_and_ended_ones if {
	every changes in [
		{"kind": "bootstrap_token"},
		{"state": "not_issued"},
		{"notAfter": testing.now - 1},
	] {
		r := object.union({"groups": ["ops"]}, changes)
		findings(r) == set()
		policy.not_applicable with input as testing.credential({"credential": r})
	}
}

findings(changes) := found if found := policy.deny with input as testing.credential({"credential": changes})
	with data.params.privilege.certificate_groups.allowed as ["system:nodes", "kubeadm:*"]
