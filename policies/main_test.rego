package main_test

import data.lib.testing
import data.main

test_answers_for_the_policies_of_the_kind_alone if {
	answers := main.connection with input as testing.connection({"connection": {"verification": "skipped"}})
		with data.kinds as kinds
	answers == {["kind", "tls_not_verified", "fail", {"verification": "skipped"}]}
}

test_a_pass_says_nothing if {
	main.connection == set() with input as testing.connection({}) with data.kinds as kinds
}

test_tells_unknown_from_not_applicable if {
	r := testing.grant({"grant": {"roleExists": "unknown"}})
	main.grant == {
		["orphan", "role_missing", "unknown", {"roleName": "view"}],
		["privilege", "anonymous_grant", "not_applicable", {}],
	} with input as r with data.kinds as kinds
}

test_every_kind_has_an_entrypoint if {
	main.credential == set() with input as testing.credential({}) with data.kinds as {}
	main.grant == set() with input as testing.grant({}) with data.kinds as {}
	main.identity == set() with input as {"kind": "identity"} with data.kinds as {}
	main.connection == set() with input as testing.connection({}) with data.kinds as {}
	main.cluster == set() with input as testing.cluster([]) with data.kinds as {}
	main.key == set() with input as testing.key({}) with data.kinds as {}
	main.waiver == set() with input as testing.waiver({}) with data.kinds as {}
	main.finding == set() with input as testing.finding({}) with data.kinds as {}
}

test_another_entrypoint_answers_nothing if {
	not main.grant with input as testing.connection({}) with data.kinds as kinds
}

kinds := {
	"kind": {"tls_not_verified": "connection"},
	"orphan": {"role_missing": "grant"},
	"privilege": {"anonymous_grant": "grant"},
}
