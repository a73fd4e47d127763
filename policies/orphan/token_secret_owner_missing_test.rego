package policies.orphan.token_secret_owner_missing_test

import data.lib.testing
import data.policies.orphan.token_secret_owner_missing as policy

test_denies_a_missing_account if {
	findings("no") == {{"namespace": "build", "serviceAccount": "deployer"}}
}

test_leaves_one_that_exists if {
	findings("yes") == set()
	policy.unknown == set() with input as testing.token_secret({})
}

test_unread_accounts_are_unknown if {
	findings("unknown") == set()
	policy.unknown == {{"serviceAccountExists": "unknown"}} with input as testing.token_secret({"serviceAccountExists": "unknown"})
}

test_does_not_judge_other_kinds if {
	every existence in {"no", "unknown"} {
		every changes in [{"kind": "bound_token"}, {"kind": "client_certificate", "serviceAccount": null}] {
			r := testing.token_secret({"serviceAccountExists": existence, "credential": changes})
			policy.deny == set() with input as r
			policy.unknown == set() with input as r
			policy.not_applicable with input as r
		}
	}
}

findings(existence) := found if found := policy.deny with input as testing.token_secret({"serviceAccountExists": existence})
