package policies.governance.shared_user_name_test

import data.lib.testing
import data.policies.governance.shared_user_name as policy

test_denies_generic_names if {
	every name in [
		"admin",
		"Admin",
		"oidc:admin",
		"https://login.example.com#admin",
		"corp/ADMIN@example.com",
		"admin@example.com",
	] {
		findings({"name": name}) == {{"pattern": "admin"}}
	}
	findings({"name": "team-7"}) == {{"pattern": "team-*"}}
	findings({"name": "user42"}) == {{"pattern": "user[0-9]*"}}
}

test_names_one_pattern if findings({"name": "team-admin"}) == {{"pattern": "*-admin"}}

test_judges_who_is_said_to_be_a_person if findings({"name": "admin", "human": "yes"}) == {{"pattern": "admin"}}

test_leaves_names_of_persons if {
	every name in ["alice", "admina", "teamuser", "userine", "admin.alice@example.com", "alice@admin", "alice@team-7.example.com", ""] {
		findings({"name": name}) == set()
		judged({"name": name})
	}
}

test_does_not_judge_robots_and_kubernetes if {
	not_judged({"name": "system:admin"})
	not_judged({"name": "robot/admin"})
	not_judged({"name": "admin", "human": "no"})
}

test_does_not_judge_groups_and_service_accounts if {
	not_judged({"name": "admin", "type": "group"})
	not_judged({"name": "admin", "type": "service_account"})
}

findings(changes) := found if found := policy.deny with input as testing.identity({"identity": changes})
	with data.params as params

judged(changes) if not not_applicable(changes)

not_applicable(changes) if {
	policy.not_applicable with input as testing.identity({"identity": changes}) with data.params as params
}

not_judged(changes) if {
	findings(changes) == set()
	not_applicable(changes)
}

params := {
	"governance": {"shared_user_name": {"generic_names": ["admin", "team-*", "*-admin", "user[0-9]*"]}},
	"lib": {"subjects": {"robots": ["robot/*"], "break_glass": []}},
}
