package policies.privilege.reads_secrets_test

import data.lib.testing
import data.policies.privilege.reads_secrets as policy

test_denies_every_kind_of_subject if {
	findings({}) == {{"subjectKind": "User", "roleName": "reader"}}
	findings({"subject": {"kind": "Group", "name": "ops"}, "powers": ["exec_pods", "read_secrets"]}) == {{
		"subjectKind": "Group",
		"roleName": "reader",
	}}
	findings({"subject": {"kind": "ServiceAccount", "name": "deployer", "namespace": "build"}}) != set()
}

test_leaves_one_namespace if {
	every namespace in {"build", "kube-system"} {
		findings({"namespace": namespace}) == set()
		policy.not_applicable with input as reader({"namespace": namespace})
			with data.params.privilege.reads_secrets.allowed_bindings as []
	}
}

test_leaves_other_powers if findings({"powers": ["exec_pods", "create_pods", "write_rbac"]}) == set()

test_leaves_who_may_do_everything if {
	findings({"powers": ["cluster_admin", "wildcard", "read_secrets"]}) == set()
}

test_does_not_judge_defaults_and_allowed_bindings if {
	every changes in [{"isBootstrapDefault": true}, {"bindingName": "vault-operator"}] {
		findings(changes) == set()
		policy.not_applicable with input as reader(changes)
			with data.params.privilege.reads_secrets.allowed_bindings as ["vault-*"]
	}
	findings({"bindingName": "my-vault-operator"}) != set()
}

reader(changes) := testing.grant({"grant": object.union({"roleName": "reader", "powers": ["read_secrets"]}, changes)})

findings(changes) := found if found := policy.deny with input as reader(changes)
	with data.params.privilege.reads_secrets.allowed_bindings as ["vault-*"]
