package policies.credential.bootstrap_token_left_test

import data.lib.testing
import data.policies.credential.bootstrap_token_left as policy

grace := 3600

test_denies_one_without_end if {
	findings(token({"notAfter": null})) == {{"isEndless": true, "ageSeconds": 12 * testing.hour}}
	findings(token({"notAfter": null, "createdAt": null})) == {{"isEndless": true, "ageSeconds": null}}
}

test_denies_one_that_the_cleaner_forgot if {
	findings(token({"notAfter": (testing.now - grace) - 1})) == {{"isEndless": false, "expiredSeconds": grace + 1}}
}

test_leaves_an_expired_one_to_the_cleaner_for_a_while if {
	passes(token({"notAfter": testing.now - grace}))
	passes(token({"notAfter": testing.now}))
}

test_leaves_one_that_will_end if passes(token({"notAfter": testing.now + testing.day}))

test_leaves_the_tokens_of_node_pools if {
	every username in {"system:bootstrap:pool01", "system:bootstrap:auto.9"} {
		passes(token({"username": username, "notAfter": null}))
		findings(token({"username": username, "notAfter": testing.now - testing.day})) != set()
	}
	every username in {"system:bootstrap:pool02", "system:bootstrap:pool01x"} {
		findings(token({"username": username, "notAfter": null})) != set()
	}
}

test_an_end_that_was_not_read_is_unknown if {
	every source in {"bootstrap_tokens", "kubeconfig"} {
		gaps := [{"source": source, "code": "not_configured", "scope": "record"}]
		r := object.union(token({"notAfter": null}), {"gaps": gaps})
		findings(r) == set()
		policy.unknown == {{"notAfter": null}} with input as r
		not policy.not_applicable with input as r
	}
}

test_does_not_judge_other_kinds_and_what_is_over if {
	unread := [{"source": "bootstrap_tokens", "code": "partial", "scope": "record"}]
	every r in [
		testing.token_secret({}),
		testing.credential({"credential": {"notAfter": testing.now - testing.year}}),
		testing.credential({"credential": {"notAfter": null}}),
		token({"state": "deleted", "notAfter": null}),
		token({"state": "deleted", "notAfter": testing.now - testing.year}),
		object.union(token({"state": "deleted", "notAfter": null}), {"gaps": unread}),
	] {
		findings(r) == set()
		policy.unknown == set() with input as r
		policy.not_applicable with input as r
	}
}

token(changes) := testing.credential({"credential": object.union(
	{"kind": "bootstrap_token", "username": "system:bootstrap:07401b", "certificate": null},
	changes,
)})

params := {"grace_seconds": grace, "pool_users": ["system:bootstrap:pool01", "system:bootstrap:auto*"]}

findings(r) := found if found := policy.deny with input as r
	with data.params.credential.bootstrap_token_left as params

passes(r) if {
	findings(r) == set()
	policy.unknown == set() with input as r
	not policy.not_applicable with input as r
}
