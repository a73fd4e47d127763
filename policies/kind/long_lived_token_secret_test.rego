package policies.kind.long_lived_token_secret_test

import data.lib.testing
import data.policies.kind.long_lived_token_secret as policy

test_denies_every_token_secret if {
	findings({}) == {{"ageSeconds": 12 * testing.hour}}
	findings({"credential": {"createdAt": null}}) == {{"ageSeconds": null}}
	findings({"serviceAccountExists": "unknown"}) == {{"ageSeconds": 12 * testing.hour}}
}

test_leaves_a_missing_account_to_its_own_policy if {
	findings({"serviceAccountExists": "no"}) == set()
	policy.not_applicable with input as testing.token_secret({"serviceAccountExists": "no"})
}

test_does_not_judge_other_kinds if {
	policy.deny == set() with input as testing.credential({})
	policy.not_applicable with input as testing.credential({})
}

test_does_not_judge_allowed_accounts if {
	policy.deny == set() with input as testing.token_secret({})
		with data.params.kind.long_lived_token_secret.allowed_accounts as ["build/*"]
	policy.not_applicable with input as testing.token_secret({})
		with data.params.kind.long_lived_token_secret.allowed_accounts as ["build/*"]
	policy.deny != set() with input as testing.token_secret({})
		with data.params.kind.long_lived_token_secret.allowed_accounts as ["deployer", "build"]
}

findings(changes) := found if found := policy.deny with input as testing.token_secret(changes)
