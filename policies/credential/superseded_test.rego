package policies.credential.superseded_test

import data.lib.testing
import data.policies.credential.superseded as policy

grace := 7 * testing.day

test_denies_after_the_grace if {
	findings(renewed(grace + 1, {})) == {{
		"overlapSeconds": grace + 1,
		"secondsLeft": 12 * testing.hour,
		"newerSha256": "02",
		"use": "not_known",
	}}
}

test_leaves_a_short_overlap if {
	findings(renewed(grace, {})) == set()
	not policy.not_applicable with input as renewed(grace, {})
}

test_leaves_one_without_a_newer if {
	findings(testing.credential({})) == set()
	policy.unknown == set() with input as testing.credential({})
	not policy.not_applicable with input as testing.credential({})
}

test_tells_whether_the_older_is_used if {
	every result in {"used", "unused", "unavailable"} {
		r := object.union(renewed(testing.year, {}), {"usage": testing.usage({"result": result})})
		{finding.use | some finding in findings(r)} == {result}
	}
}

test_judges_users_who_only_look_built_in if {
	every username in {"systems:ann", "system", "system:serviceaccount:build:deployer"} {
		findings(renewed(testing.year, {"username": username})) != set()
	}
}

test_does_not_judge_nodes_and_the_control_plane if {
	every username in {"system:node:worker-1", "system:kube-scheduler", "system:kube-controller-manager"} {
		not_judged(renewed(testing.year, {"username": username}))
	}
}

test_does_not_judge_what_does_not_work_and_other_kinds if {
	every changes in [
		{"notAfter": testing.now - 1},
		{"state": "revoked"},
		{"kind": "bound_token"},
		{"kind": "cloud_kubeconfig"},
	] {
		not_judged(renewed(testing.year, changes))
		not_judged(testing.credential({"credential": object.union(changes, {"certificate": null})}))
	}
}

test_one_that_was_not_read_is_unknown if {
	r := testing.credential({"credential": {"state": "unknown", "notBefore": null, "notAfter": null, "certificate": null}})
	findings(r) == set()
	policy.unknown == {{"certificate": null}} with input as r
	not policy.not_applicable with input as r
}

renewed(ago, changes) := testing.credential({
	"credential": changes,
	"newer": {"uid": "x509:02", "sha256": "02", "notBefore": testing.now - ago, "notAfter": testing.now + testing.year},
})

findings(r) := found if found := policy.deny with input as r
	with data.params.credential.superseded.grace_seconds as grace

not_judged(r) if {
	findings(r) == set()
	policy.unknown == set() with input as r
	policy.not_applicable with input as r
}
