package policies.orphan.identity_disabled_test

import data.lib.testing
import data.policies.orphan.identity_disabled as policy

test_denies_a_disabled_user if {
	findings(held({"state": "disabled", "stateSince": testing.now - testing.day}, {})) == {{"disabledSeconds": testing.day}}
	findings(held({"state": "disabled"}, {})) == {{"disabledSeconds": null}}
	findings(held({"state": "disabled", "human": "no"}, account("active"))) == {{"disabledSeconds": null}}
}

test_denies_an_account_that_the_cloud_has_frozen if {
	every state in {"active", "unknown", "disabled"} {
		findings(held({"state": state}, account("inactive"))) == {{"disabledSeconds": null}}
	}
}

test_leaves_an_active_identity if {
	every credential in [{}, account("active"), account("unknown")] {
		r := held({"state": "active"}, credential)
		findings(r) == set()
		unknowns(r) == set()
		not is_left(r)
	}
}

test_a_name_that_no_list_has_is_unknown if {
	every credential in [{}, account("active")] {
		r := held({"state": "unknown", "listComplete": true}, credential)
		findings(r) == set()
		unknowns(r) == {{"identityState": "unknown"}}
		not is_left(r)
	}
}

test_leaves_a_deleted_identity_to_its_own_policy if {
	not_judged(held({"state": "deleted", "listComplete": true}, account("inactive")))
	not_judged(held({"state": "deleted"}, {}))
}

test_does_not_judge_what_no_list_has_and_what_does_not_work if {
	every state in {"disabled", "unknown"} {
		not_judged(held({"state": state}, {"state": "revoked"}))
		not_judged(held({"state": state}, {"notAfter": testing.now - 1}))
		not_judged(held({"state": state}, {"kind": "auth_provider", "notAfter": null}))
		not_judged(held({"state": state, "type": "service_account"}, {}))
		not_judged(held({"state": state, "name": "system:node:worker-1"}, {}))
	}
	not_judged(held({"state": "unknown", "name": "ci-deploy"}, {}))
}

account(state) := {"kind": "cloud_kubeconfig", "cloud": {
	"accountId": "1",
	"accountType": "ram_user",
	"accountState": state,
	"certState": "Unexpired",
	"revokable": true,
	"clusterState": "running",
}}

held(identity, credential) := testing.credential({"identity": identity, "credential": credential})

findings(r) := found if found := policy.deny with input as r with data.params.lib.subjects.robots as ["ci-*"]

unknowns(r) := found if found := policy.unknown with input as r with data.params.lib.subjects.robots as ["ci-*"]

not_judged(r) if {
	findings(r) == set()
	unknowns(r) == set()
	is_left(r)
}

is_left(r) if policy.not_applicable with input as r with data.params.lib.subjects.robots as ["ci-*"]
