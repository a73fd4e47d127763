package policies.issuance.unexplained_certificate_test

import data.lib.testing
import data.policies.issuance.unexplained_certificate as policy

since := testing.now - (60 * testing.day)

test_denies_what_only_the_audit_log_knows if {
	every changes in [{}, {"credential": {"notBefore": since}}, {"credential": {"locations": [seen, seen]}}] {
		r := object.union(used(since), changes)
		findings(r) == {{"firstUseEpochSeconds": since, "ledgerSinceEpochSeconds": since}}
		unknowns(r) == set()
	}
}

test_leaves_what_is_explained if {
	every origin in {"csr", "kubeconfig", "connection", "cloud", "secret"} {
		r := object.union(used(since), {"credential": {"locations": [seen, object.union(seen, {"origin": origin})]}})
		findings(r) == set()
		unknowns(r) == set()
		not policy.not_applicable with input as testing.credential(r)
	}
}

test_older_than_the_ledger_is_unknown if {
	every r in [
		used(since - 1),
		used(null),
		object.union(used(since), {"usage": null}),
		object.union(used(since), {"ledgerSince": null}),
		object.union(used(null), {"ledgerSince": null}),
		object.union(used(since), {"credential": {"notBefore": since - 1}}),
	] {
		findings(r) == set()
		unknowns(r) == {{"reason": "it may be older than the ledger"}}
	}
}

test_does_not_judge_other_kinds if {
	every first in {since, since - 1} {
		r := object.union(used(first), {"credential": {"kind": "bound_token"}})
		findings(r) == set()
		unknowns(r) == set()
		policy.not_applicable with input as testing.credential(r)
	}
}

seen := {"origin": "audit", "path": "", "line": 0, "namespace": "", "name": "", "mode": null, "ownerUid": null}

used(first) := {
	"credential": {"state": "unknown", "notBefore": null, "notAfter": null, "certificate": null, "locations": [seen]},
	"usage": testing.usage({"first": first}),
	"ledgerSince": since,
}

findings(changes) := found if found := policy.deny with input as testing.credential(changes)

unknowns(changes) := found if found := policy.unknown with input as testing.credential(changes)
