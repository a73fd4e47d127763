package policies.orphan.role_missing_test

import data.lib.testing
import data.policies.orphan.role_missing as policy

test_denies_a_missing_role if {
	findings({"roleExists": "no", "roleKind": "Role"}) == {{"roleKind": "Role", "roleName": "view"}}
}

test_leaves_one_that_exists if {
	findings({}) == set()
	policy.unknown == set() with input as testing.grant({})
}

test_unread_roles_are_unknown if {
	findings({"roleExists": "unknown"}) == set()
	policy.unknown == {{"roleName": "view"}} with input as testing.grant({"grant": {"roleExists": "unknown"}})
}

findings(changes) := found if found := policy.deny with input as testing.grant({"grant": changes})
