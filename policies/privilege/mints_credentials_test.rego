package policies.privilege.mints_credentials_test

import data.lib.testing
import data.policies.privilege.mints_credentials as policy

test_denies_each_power_that_mints if {
	every power in {"approve_csr", "bind", "create_token", "escalate", "impersonate", "sign_csr"} {
		findings({"powers": [power, "read_secrets"]}) == {{"powers": [power]}}
	}
}

test_denies_once_for_several if {
	findings({"powers": ["sign_csr", "approve_csr"]}) == {{"powers": ["approve_csr", "sign_csr"]}}
}

test_denies_cluster_admin_of_what_is_no_person if {
	admin := {"powers": ["cluster_admin"]}
	every subject in [
		{"kind": "ServiceAccount", "name": "deployer", "namespace": "build"},
		{"kind": "User", "name": "system:serviceaccount:build:deployer"},
		{"kind": "Group", "name": "system:serviceaccounts"},
	] {
		findings(object.union(admin, {"subject": subject})) == {admin}
	}
}

test_denies_cluster_admin_of_robots if {
	admin := {"powers": ["cluster_admin"], "subject": {"name": "robot-1"}}
	r := testing.grant({"grant": admin})
	policy.deny == {{"powers": ["cluster_admin"]}} with input as r with data.params.lib.subjects.robots as ["robot-*"]
	policy.deny == set() with input as r with data.params.lib.subjects.robots as ["other"]
	known := object.union(r, {"identity": {"human": "no"}})
	policy.deny == {{"powers": ["cluster_admin"]}} with input as known with data.params.lib.subjects.robots as ["other"]
}

test_denies_in_the_namespace_of_the_control_plane if {
	every power in {"bind", "create_token", "escalate", "impersonate"} {
		findings({"powers": [power, "exec_pods"], "namespace": "kube-system"}) == {{"powers": [power]}}
	}
	findings({"powers": ["read_secrets"], "namespace": "kube-system"}) == set()
}

test_leaves_other_powers_and_other_namespaces if {
	findings({"powers": ["read_secrets", "exec_pods", "wildcard", "write_rbac"]}) == set()
	findings({"powers": ["impersonate"], "namespace": "build"}) == set()
	findings({"powers": ["create_token"], "namespace": "kube-system-2"}) == set()
}

test_does_not_judge_bootstrap_subjects_and_persons_bound_to_cluster_admin if {
	every changes in [
		{"powers": ["bind"], "isBootstrapDefault": true},
		{"powers": ["create_token"], "isBootstrapDefault": true, "namespace": "kube-system"},
		{"powers": ["cluster_admin", "bind"]},
		{"powers": ["cluster_admin"], "subject": {"kind": "Group", "name": "ops"}},
	] {
		findings(changes) == set()
		policy.not_applicable with input as testing.grant({"grant": changes})
	}
}

test_does_not_judge_allowed_bindings if {
	every name, isAllowed in {"cert-manager-sign": true, "my-cert-manager": false} {
		r := testing.grant({"grant": {"powers": ["sign_csr"], "bindingName": name}})
		denied := policy.deny with input as r
			with data.params.privilege.mints_credentials.allowed_bindings as ["cert-manager-*"]
		denied == set() == isAllowed
	}
	policy.not_applicable with input as testing.grant({"grant": {"bindingName": "cert-manager-sign"}})
		with data.params.privilege.mints_credentials.allowed_bindings as ["cert-manager-*"]
}

findings(changes) := found if found := policy.deny with input as testing.grant({"grant": changes})
