package policies.kind.bound_token_long_test

import data.lib.testing
import data.policies.kind.bound_token_long as policy

test_denies_over_a_day if {
	findings(living(testing.day + 1, {})) == {{"lifetimeSeconds": testing.day + 1, "isExtended": false}}
	findings(living(testing.day, {})) == set()
	unknowns(living(testing.day, {})) == set()
}

test_says_which_the_server_extended if {
	findings(living(testing.year, {})) == {{"lifetimeSeconds": testing.year, "isExtended": true}}
	findings(living(testing.year + 1, {})) == {{"lifetimeSeconds": testing.year + 1, "isExtended": false}}
}

test_leaves_extended_ones_where_allowed if {
	r := token(living(testing.year, {}))
	allowing := {"max_seconds": testing.day, "allow_extended": true}
	policy.deny == set() with input as r with data.params.kind.bound_token_long as allowing
	policy.not_applicable with input as r with data.params.kind.bound_token_long as allowing
	not policy.not_applicable with input as r with data.params.kind.bound_token_long as params
	policy.deny != set() with input as token(living(testing.year - 1, {}))
		with data.params.kind.bound_token_long as allowing
}

test_without_a_start_only_what_is_left_counts if {
	findings(living(testing.day + 1, {"notBefore": null})) == {{
		"lifetimeSeconds": testing.day + 1,
		"isExtended": false,
	}}
	unknowns(living(testing.day + 1, {"notBefore": null})) == set()
	every changes in [{"notBefore": null}, {"notAfter": null}, {"notBefore": null, "notAfter": null}] {
		r := living(testing.day, changes)
		findings(r) == set()
		unknowns(r) == {{"reason": "a date is not known"}}
	}
}

test_does_not_judge_other_and_ended_ones if {
	every changes in [
		{"kind": "token_secret", "notAfter": null},
		{"kind": "token_secret"},
		{"serviceAccount": null},
		{"state": "revoked", "notBefore": null},
		{"serviceAccount": null, "notAfter": null},
		{"kind": "client_certificate", "notBefore": null, "notAfter": testing.now + 1},
		{"notBefore": testing.now - testing.year, "notAfter": testing.now - 1},
	] {
		r := living(testing.year, changes)
		findings(r) == set()
		unknowns(r) == set()
		policy.not_applicable with input as token(r) with data.params.kind.bound_token_long as params
	}
}

params := {"max_seconds": testing.day, "allow_extended": false}

# Issued this very second, so that what is left is the whole life.
living(seconds, changes) := object.union({"notBefore": testing.now, "notAfter": testing.now + seconds}, changes)

token(changes) := testing.token_secret({"credential": object.union({"kind": "bound_token"}, changes)})

findings(changes) := found if found := policy.deny with input as token(changes)
	with data.params.kind.bound_token_long as params

unknowns(changes) := found if found := policy.unknown with input as token(changes)
	with data.params.kind.bound_token_long as params
