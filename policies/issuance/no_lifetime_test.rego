package policies.issuance.no_lifetime_test

import data.lib.testing
import data.policies.issuance.no_lifetime as policy

client := "kubernetes.io/kube-apiserver-client"

test_denies_a_request_without_a_lifetime if {
	findings(requested({}), {}) == {{"signerName": client}}
	findings(requested({"signerName": "example.com/pki"}), {}) == {{"signerName": "example.com/pki"}}
}

test_leaves_a_request_with_one if findings(requested({"expirationSeconds": 31536000}), {}) == set()

test_does_not_judge_kubelets if not_judged(requested({"signerName": concat("-", [client, "kubelet"])}), {})

test_does_not_judge_what_lets_nobody_in if {
	not_judged(requested({"decision": "pending"}), {"state": "not_issued"})
	not_judged(requested({}), {"notAfter": testing.now - 1})
	not_judged(null, {})
}

requested(changes) := object.union(
	{
		"signerName": client,
		"requester": "alice",
		"requesterCredentialIds": [],
		"approver": "",
		"decision": "approved",
		"expirationSeconds": null,
	},
	changes,
)

record(issuance, changes) := testing.credential({"credential": object.union({"issuance": issuance}, changes)})

findings(issuance, changes) := found if found := policy.deny with input as record(issuance, changes)

not_judged(issuance, changes) if {
	findings(issuance, changes) == set()
	policy.not_applicable with input as record(issuance, changes)
}
