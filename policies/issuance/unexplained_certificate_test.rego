package policies.issuance.unexplained_certificate_test

import data.lib.testing
import data.policies.issuance.unexplained_certificate as policy

since := testing.now - (60 * testing.day)

settled := since + (30 * testing.day)

test_denies_what_only_the_audit_log_knows if {
	every changes in [{}, {"credential": {"notBefore": since}}, {"credential": {"locations": [seen, seen]}}] {
		r := object.union(used(settled), changes)
		findings(r) == {{"firstUseEpochSeconds": settled, "ledgerSinceEpochSeconds": since}}
		unknowns(r) == set()
	}
}

test_leaves_what_is_explained if {
	every origin in {"csr", "kubeconfig", "connection", "cloud", "secret"} {
		r := object.union(used(settled), {"credential": {"locations": [seen, object.union(seen, {"origin": origin})]}})
		findings(r) == set()
		unknowns(r) == set()
		not policy.not_applicable with input as testing.credential(r)
	}
}

test_older_than_the_ledger_is_unknown if {
	every changes in [
		{"ledgerSince": null},
		{"ledgerSince": since + 1},
		{"credential": {"notBefore": since - 1}},
	] {
		is_open(object.union(used(settled), changes))
	}
}

test_without_a_long_silence_is_unknown if {
	every r in [
		used(settled - 1),
		used(since),
		used(null),
		object.union(used(settled), {"usage": null}),
		object.union(used(settled), {"usage": {"window": {"from": since + 1}}}),
		object.union(used(settled), {"usage": {"window": {"from": null}}}),
		object.union(used(settled), {"usage": {"window": {"complete": false}}}),
		object.union(used(null), {"ledgerSince": null}),
	] {
		is_open(r)
	}
}

test_takes_the_silence_from_the_parameter if {
	r := used(since + 10)
	findings(r) == set() with data.params.issuance.unexplained_certificate as {"settled_seconds": 11}
	count(findings(r)) == 1 with data.params.issuance.unexplained_certificate as {"settled_seconds": 10}
}

test_does_not_judge_other_kinds if {
	every first in {settled, since - 1} {
		r := object.union(used(first), {"credential": {"kind": "bound_token"}})
		findings(r) == set()
		unknowns(r) == set()
		policy.not_applicable with input as testing.credential(r)
	}
}

seen := {"origin": "audit", "path": "", "line": 0, "namespace": "", "name": "", "mode": null, "ownerUid": null}

used(first) := {
	"credential": {"state": "unknown", "notBefore": null, "notAfter": null, "certificate": null, "locations": [seen]},
	"usage": testing.usage({"first": first, "window": {"from": since, "to": testing.now, "complete": true}}),
	"ledgerSince": since,
}

is_open(r) if {
	findings(r) == set()
	unknowns(r) == {{"reason": "it may be older than the ledger"}}
}

findings(changes) := found if found := policy.deny with input as testing.credential(changes)

unknowns(changes) := found if found := policy.unknown with input as testing.credential(changes)
