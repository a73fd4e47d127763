package policies.coverage.purge_not_possible_test

import data.lib.testing
import data.policies.coverage.purge_not_possible as policy

test_denies_what_the_cloud_would_not_revoke if {
	every kind in {"client_certificate", "cloud_kubeconfig"} {
		findings({"kind": kind}, listed(false)) == {{
			"certState": "Unexpired",
			"clusterState": "deleting",
			"accountType": "ram_user",
		}}
	}
}

test_leaves_what_it_would_revoke if findings({}, listed(true)) == set()

test_does_not_judge_what_is_over_and_other_kinds if {
	every changes in [{"state": "not_issued"}, {"state": "revoked"}, {"state": "deleted"}, {"kind": "bound_token"}] {
		findings(changes, listed(false)) == set()
		policy.not_applicable with input as record(changes, listed(false), [])
	}
}

test_does_not_judge_what_no_cloud_lists if {
	findings({}, null) == set()
	policy.not_applicable with input as record({}, null, testing.not_configured(["usage"]))
}

test_a_cloud_that_was_not_read_is_left_to_its_gap if {
	r := record({}, null, testing.not_configured(["cloud"]))
	policy.deny == set() with input as r
	not policy.not_applicable with input as r
}

listed(revokable) := {
	"accountId": "200000000000000001",
	"accountType": "ram_user",
	"accountState": "active",
	"certState": "Unexpired",
	"revokable": revokable,
	"clusterState": "deleting",
}

record(changes, cloud, gaps) := testing.credential({"gaps": gaps, "credential": object.union({"cloud": cloud}, changes)})

findings(changes, cloud) := found if found := policy.deny with input as record(changes, cloud, [])
