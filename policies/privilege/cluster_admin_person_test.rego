package policies.privilege.cluster_admin_person_test

import data.lib.testing
import data.policies.privilege.cluster_admin_person as policy

test_denies_users_and_groups if {
	findings({}, "unknown") == {{"subjectKind": "User", "roleName": "cluster-admin"}}
	findings({"subject": {"kind": "Group", "name": "ops"}}, "yes") == {{
		"subjectKind": "Group",
		"roleName": "cluster-admin",
	}}
}

test_leaves_lesser_roles_and_one_namespace if {
	findings({"powers": ["wildcard", "read_secrets"]}, "unknown") == set()
	findings({"namespace": "build", "bindingKind": "RoleBinding"}, "unknown") == set()
}

test_judges_who_was_added_to_a_bootstrap_binding if {
	findings({"bindingName": "cluster-admin", "manager": "bootstrap"}, "unknown") != set()
}

test_does_not_judge_what_is_no_person if {
	not_judged({"isBootstrapDefault": true}, "unknown")
	not_judged({"subject": {"kind": "ServiceAccount", "name": "deployer", "namespace": "build"}}, "no")
	not_judged({"subject": {"name": "system:serviceaccount:build:deployer"}}, "no")
	not_judged({"subject": {"kind": "Group", "name": "system:masters"}}, "unknown")
	not_judged({"subject": {"kind": "Group", "name": "kubeadm:cluster-admins"}}, "unknown")
	not_judged({"subject": {"name": "robot/deploy.v2"}}, "unknown")
	not_judged({}, "no")
}

test_does_not_judge_allowed_subjects if {
	r := admin({"subject": {"name": "support@provider.example"}}, "unknown")
	policy.deny == set() with input as r
		with data.params.lib.subjects.robots as robots
		with data.params.privilege.cluster_admin_person.allowed_subjects as ["support@*"]
	policy.not_applicable with input as r
		with data.params.lib.subjects.robots as robots
		with data.params.privilege.cluster_admin_person.allowed_subjects as ["support@*"]
	policy.deny != set() with input as r
		with data.params.lib.subjects.robots as robots
		with data.params.privilege.cluster_admin_person.allowed_subjects as ["break-glass"]
}

admin(changes, human) := testing.grant({
	"identity": {"human": human},
	"grant": object.union({"roleName": "cluster-admin", "powers": ["cluster_admin"]}, changes),
})

robots := ["kubeadm:cluster-admins", "robot/*"]

findings(changes, human) := found if found := policy.deny with input as admin(changes, human)
	with data.params.lib.subjects.robots as robots

not_judged(changes, human) if {
	findings(changes, human) == set()
	policy.not_applicable with input as admin(changes, human) with data.params.lib.subjects.robots as robots
}
