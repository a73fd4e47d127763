package policies.privilege.toxic_mix_test

import data.lib.testing
import data.policies.privilege.toxic_mix as policy

test_denies_what_is_privileged_long_lived_and_public if {
	findings(mix({})) == {{
		"parts": ["credential/lifetime_too_long", "privilege/reads_secrets"],
		"powers": ["read_secrets"],
	}}
	unknowns(mix({})) == set()
}

test_denies_what_is_privileged_idle_and_public if {
	idle := {"notBefore": testing.now - (89 * testing.day), "notAfter": testing.now + testing.day, "createdAt": null}
	r := mix({"credential": idle, "identity": {"human": "no"}, "usage": unused})
	findings(r) == {{"parts": ["privilege/reads_secrets", "usage/unused"], "powers": ["read_secrets"]}}
}

test_denies_tokens_without_end if {
	token := {"notBefore": null, "notAfter": null, "certificate": null}
	static := mix({"credential": object.union(token, {"kind": "static_token"})})
	findings(static) == {{"parts": ["kind/static_credential", "privilege/reads_secrets"], "powers": ["read_secrets"]}}
	account := {"username": "system:serviceaccount:build:deployer", "kind": "token_secret", "createdAt": testing.now}
	secret := mix({"credential": object.union(token, account)})
	findings(secret) == {{
		"parts": ["kind/long_lived_token_secret", "privilege/reads_secrets"],
		"powers": ["read_secrets"],
	}}
	old := mix({"credential": object.union(token, object.union(account, {"createdAt": testing.now - testing.year}))})
	findings(old) == {{
		"parts": ["kind/long_lived_token_secret", "privilege/reads_secrets", "usage/token_idle"],
		"powers": ["read_secrets"],
	}}
}

test_cites_each_part_once if {
	all_powers := ["cluster_admin", "wildcard", "impersonate", "read_secrets"]
	cited({"powers": all_powers}) == {"privilege/cluster_admin_person"}
	cited({"powers": all_powers, "identity": {"human": "no"}}) == {"privilege/wildcard"}
	cited({"powers": all_powers, "credential": {"username": "robot"}}) == {"privilege/wildcard"}
	cited({"powers": ["bind", "read_secrets"]}) == {"privilege/mints_credentials", "privilege/reads_secrets"}
	cited({"powers": ["nodes_proxy"]}) == set()
	cited({"powers": [], "credential": {"groups": ["system:masters"]}}) == {"privilege/system_masters_certificate"}
}

test_cites_what_is_granted_in_the_namespace_of_the_control_plane if {
	cited({"powers": [], "grants": [grant("kube-system", ["create_token", "read_secrets"])]}) == {"privilege/mints_credentials"}
	cited({"powers": [], "identity": {"human": "no"}, "grants": [grant("kube-system", ["wildcard"])]}) == {"privilege/wildcard"}
	cited({"powers": [], "grants": [grant("build", ["create_token", "wildcard"])]}) == set()
}

test_does_not_judge_a_private_server if not_judged(mix({"cluster": {"exposure": "private"}}))

test_a_host_name_is_unknown_only_when_all_else_holds if {
	hidden := {"cluster": {"exposure": "unknown"}}
	findings(mix(hidden)) == set()
	unknowns(mix(hidden)) == {{
		"reason": "whether its server is public is not known",
		"parts": ["credential/lifetime_too_long", "privilege/reads_secrets"],
	}}
	unseen := {"usage": testing.usage({"result": "unavailable", "first": null, "last": null})}
	count(unknowns(object.union(mix(hidden), unseen))) == 1
	unknowns(object.union(fresh(testing.usage({})), hidden)) == set()
	not_judged(object.union(mix(hidden), {"credential": {"kind": "static_token", "state": "revoked"}}))
	not_judged(object.union(mix(hidden), {"isPrivileged": false}))
}

test_leaves_what_is_short_lived_and_used if {
	findings(fresh(testing.usage({}))) == set()
	unknowns(fresh(testing.usage({}))) == set()
}

test_use_that_nobody_saw_is_unknown if {
	lived := {"notBefore": testing.now - (89 * testing.day), "notAfter": testing.now + testing.day}
	r := mix({"credential": lived, "identity": {"human": "no"}, "usage": testing.usage({"result": "unavailable", "last": null, "first": null})})
	findings(r) == set()
	unknowns(r) == {{"reason": "whether it is idle is not known"}}
	every changes in [{"cluster": {"exposure": "private"}}, {"credential": {"state": "revoked"}}] {
		not_judged(object.union(r, changes))
	}
}

test_does_not_judge_what_is_not_privileged if not_judged(mix({"isPrivileged": false}))

test_a_user_that_was_not_read_is_unknown if {
	r := mix({"isPrivileged": false, "powers": [], "credential": {
		"kind": "static_token",
		"username": "",
		"notBefore": null,
		"notAfter": null,
		"certificate": null,
	}})
	findings(r) == set()
	unknowns(r) == {{"reason": "the user is not known"}}
	not_judged(object.union(r, {"cluster": {"exposure": "private"}}))
}

test_rights_that_were_not_read_are_left_to_their_gap if {
	every source in {"bindings", "roles", "authorizer"} {
		every exposure in {"public", "unknown"} {
			gap := {"gaps": [{"source": source, "code": "forbidden", "scope": "cluster"}], "isPrivileged": false}
			r := object.union(mix(gap), {"cluster": {"exposure": exposure}})
			findings(r) == set()
			unknowns(r) == set()
			not applies_not(r)
		}
	}
	not_judged(mix({"isPrivileged": false, "gaps": testing.not_configured(["cloud"])}))
}

test_does_not_judge_what_lets_nobody_in if {
	not_judged(mix({"credential": {"state": "revoked"}}))
	not_judged(mix({"credential": {"notAfter": testing.now - 1}}))
	every kind in {"exec_plugin", "auth_provider"} {
		not_judged(mix({"credential": {"kind": kind, "username": ""}}))
	}
}

params := {
	"lib": {
		"subjects": {"robots": ["robot"], "break_glass": []},
		"usage": {"lag_seconds": 2 * testing.day, "rare_users": []},
	},
	"credential": {"lifetime_too_long": {"person_seconds": testing.day, "robot_seconds": 90 * testing.day}},
	"usage": {"unused": {"idle_seconds": 60 * testing.day}, "token_idle": {"idle_seconds": 90 * testing.day}},
}

unused := {
	"result": "unused",
	"reason": "",
	"first": null,
	"last": null,
	"allowed": 0,
	"denied": 0,
	"agents": [],
	"sources": 0,
	"window": {"from": testing.now - testing.year, "to": testing.now, "complete": true},
	"evidence": "credential_id",
	"grade": "A",
}

grant(namespace, powers) := {
	"uid": "binding-1/User//alice",
	"bindingKind": "RoleBinding",
	"namespace": namespace,
	"bindingName": "ops",
	"roleKind": "Role",
	"roleName": "ops",
	"powers": powers,
}

mix(changes) := object.union(
	testing.credential({
		"isPrivileged": true,
		"powers": ["read_secrets"],
		"cluster": {"exposure": "public"},
		"credential": {"notBefore": testing.now - testing.day, "notAfter": testing.now + testing.year},
		"usage": testing.usage({}),
	}),
	changes,
)

fresh(usage) := mix({"credential": {"notBefore": testing.now - testing.hour, "notAfter": testing.now + testing.hour}, "usage": usage})

cited(changes) := {part |
	some finding in findings(mix(changes))
	some part in finding.parts
	startswith(part, "privilege/")
}

findings(r) := found if found := policy.deny with input as r with data.params as params

unknowns(r) := found if found := policy.unknown with input as r with data.params as params

applies_not(r) if policy.not_applicable with input as r with data.params as params

not_judged(r) if {
	findings(r) == set()
	unknowns(r) == set()
	applies_not(r)
}
