package policies.issuance.lineage_test

import data.lib.testing
import data.policies.issuance.lineage as policy

parent := {"uid": "x509:0b", "username": "bob", "state": "effective"}

found := {{"parentUid": "x509:0b", "parentUser": "bob", "parentState": "effective"}}

ids := ["X509SHA256=0b"]

no_record := {{"reason": "no request of it is on record"}}

not_named := {{"reason": "its request does not name the credential"}}

not_known := {{"reason": "the certificate that requested it is not known"}}

test_denies_a_certificate_that_another_requested if {
	judged(requested("bob", ids, parent), found, set())
	revoked := object.union(parent, {"state": "revoked"})
	judged(requested("bob", ids, revoked), {{"parentUid": "x509:0b", "parentUser": "bob", "parentState": "revoked"}}, set())
}

test_leaves_what_came_by_no_request if {
	judged(testing.credential({"ledgerSince": testing.credential({}).credential.createdAt}), set(), set())
}

test_leaves_ones_own if {
	judged(requested("alice", ids, object.union(parent, {"username": "alice"})), set(), set())
	judged(requested("alice", ids, null), set(), set())
	judged(requested("alice", [], null), set(), set())
}

test_leaves_allowed_requesters if {
	judged(requested("ca-robot", ids, object.union(parent, {"username": "ca-robot"})), set(), set())
	judged(requested("ca-robot", ids, null), set(), set())
	judged(requested("ca-robot", [], null), set(), set())
}

test_leaves_requests_by_token if {
	judged(requested("bob", ["JTI=1"], null), set(), set())
	judged(requested("system:serviceaccount:certs:desk", [], null), set(), set())
	judged(requested("system:bootstrap:07401b", [], null), set(), set())
}

test_what_is_not_on_record_is_unknown if {
	judged(testing.credential({}), set(), no_record)
	since := testing.credential({}).credential.createdAt
	judged(testing.credential({"ledgerSince": since + 1}), set(), no_record)
	judged(requested("bob", [], null), set(), not_named)
	judged(requested("bob", ids, null), set(), not_known)
	judged(requested("bob", ["JTI=1", "X509SHA256=0b"], null), set(), not_known)
}

test_does_not_judge_kubelets_and_what_is_over if {
	every credential in [
		{"kind": "cloud_kubeconfig"},
		{"username": "system:node:n1"},
		{"state": "revoked"},
		{"notAfter": testing.now - 1},
	] {
		every made in [
			requested("bob", ids, parent),
			requested("bob", ids, null),
			requested("bob", [], null),
			testing.credential({}),
		] {
			r := object.union(made, {"credential": credential})
			judged(r, set(), set())
			is_left(r)
		}
	}
	not is_left(requested("bob", ids, parent))
}

requested(requester, credential_ids, by) := object.union(
	testing.credential({"credential": {"issuance": {
		"signerName": "kubernetes.io/kube-apiserver-client",
		"requester": requester,
		"requesterCredentialIds": credential_ids,
		"approver": "",
		"decision": "approved",
		"expirationSeconds": 3600,
	}}}),
	{"parent": by},
)

judged(r, findings, unknowns) if {
	findings == policy.deny with input as r with data.params.issuance.lineage.allowed_requesters as ["ca-*"]
	unknowns == policy.unknown with input as r with data.params.issuance.lineage.allowed_requesters as ["ca-*"]
}

is_left(r) if policy.not_applicable with input as r
