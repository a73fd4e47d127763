package policies.credential.shared_key_test

import data.lib.testing
import data.policies.credential.shared_key as policy

test_denies_another_username if findings({"username": "bob"}) == {object.union(copy, {"usernames": ["bob"]})}

test_denies_another_cluster if {
	findings({"cluster": {"uid": "cluster-2", "name": "south"}}) == {object.union(copy, {"clusters": ["south"]})}
}

test_denies_one_certificate_in_files_of_two_owners if {
	findings({"ownerUid": 1001, "location": "deploy.kubeconfig:7"}) == {object.union(
		copy,
		{"locations": ["deploy.kubeconfig:7"]},
	)}
	findings({"ownerUid": 0}) == {copy}
}

test_an_owner_that_is_not_known_is_not_another if {
	findings({"ownerUid": null}) == set()
	r := testing.key({"ownerUid": 1001})
	policy.deny == set() with input as object.union(r, {"credential": {"ownerUid": null}})
}

test_leaves_one_certificate_at_another_address_that_only_a_file_knows if {
	known := {"uid": "file:1", "name": "k8s.example.com", "provider": "files"}
	findings({"cluster": known}) == set()
	findings({"cluster": known, "sha256": "02"}) == {object.union(copy, {"clusters": ["k8s.example.com"]})}
}

test_leaves_copies_and_renewals_of_one_user if {
	findings({}) == set()
	findings({"uid": "x509:02", "sha256": "02", "location": "csr/alice"}) == set()
	findings({"ownerUid": null}) == set()
}

test_names_only_those_that_differ if {
	r := testing.key({"username": "bob"})
	more := array.concat(r.siblings, [object.union(r.credential, {"location": "csr/alice"})])
	policy.deny == {object.union(copy, {"usernames": ["bob"]})} with input as object.union(r, {"siblings": more})
}

copy := {"clusters": ["north"], "usernames": ["alice"], "locations": ["ci.kubeconfig:12"], "siblings": 1}

findings(changes) := found if found := policy.deny with input as testing.key(changes)
