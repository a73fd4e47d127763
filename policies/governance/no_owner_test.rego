package policies.governance.no_owner_test

import data.lib.testing
import data.policies.governance.no_owner as policy

test_denies_a_privilege_that_nobody_answers_for if {
	every owner in ["", "  "] {
		findings({"grant": {"owner": owner}}, {}) == {{"roleName": "view"}}
	}
	findings({"grant": {"subject": {"kind": "Group", "name": "ops"}}}, {}) == {{"roleName": "view"}}
}

test_leaves_one_with_an_owner if {
	r := {"grant": {"owner": "ops@example.com"}}
	findings(r, {}) == set()
	judged(r, {})
}

test_does_not_judge_what_is_kept_elsewhere if {
	not_judged({"grant": {"isBootstrapDefault": true}}, {})
	every manager in ["helm", "argocd", "flux", "operator", "addon_manager"] {
		not_judged({"grant": {"manager": manager}}, {"persons_only": false, "privileged_only": false})
	}
}

test_denies_whom_somebody_added_to_a_binding_of_kubernetes if {
	findings({"grant": {"manager": "bootstrap"}}, {}) == {{"roleName": "view"}}
}

test_does_not_judge_who_is_no_person if {
	every changes in [
		{"identity": {"human": "no"}},
		{"grant": {"subject": {"name": "system:node:worker-1"}}},
		{"grant": {"subject": {"kind": "ServiceAccount", "name": "deployer", "namespace": "build"}}},
		{"grant": {"subject": {"name": "robot/deploy"}}},
	] {
		not_judged(changes, {})
		findings(changes, {"persons_only": false}) == {{"roleName": "view"}}
	}
}

test_does_not_judge_small_grants if {
	not_judged({"isPrivileged": false}, {})
	not_judged({"isPrivileged": false, "gaps": [{"source": "identities", "code": "partial", "scope": "cluster"}]}, {})
	findings({"isPrivileged": false}, {"privileged_only": false}) == {{"roleName": "view"}}
}

test_a_role_that_was_not_read_may_be_privileged if {
	gaps := [{"source": "roles", "code": "forbidden", "scope": "cluster"}]
	findings({"isPrivileged": false, "gaps": gaps}, {}) == set()
	judged({"isPrivileged": false, "gaps": gaps}, {})
}

record(changes) := testing.grant(object.union({"isPrivileged": true}, changes))

findings(changes, overrides) := found if {
	found := policy.deny with input as record(changes) with data.params as params(overrides)
}

judged(changes, overrides) if not not_applicable(changes, overrides)

not_applicable(changes, overrides) if {
	policy.not_applicable with input as record(changes) with data.params as params(overrides)
}

not_judged(changes, overrides) if {
	findings(changes, overrides) == set()
	not_applicable(changes, overrides)
}

params(overrides) := {
	"governance": {"no_owner": object.union({"persons_only": true, "privileged_only": true}, overrides)},
	"lib": {"subjects": {"robots": ["robot/*"], "break_glass": []}},
}
