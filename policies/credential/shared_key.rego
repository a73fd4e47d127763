# METADATA
# title: One key at several owners
# description: >-
#   The same private key stands behind credentials of another user, another cluster or another owner of
#   a file. Whoever holds one of them can act as all, and an audit log cannot tell them apart. The same
#   user's copies and renewals on one cluster are not shared.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: key
#   question: Does one private key stand behind more than one user, cluster or owner?
#   why: >-
#     Ending one of the credentials leaves the key in use elsewhere, and who of them did something cannot be
#     told.
#   severity: high
#   needs: [certificate_requests, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Issue a credential over a new key for each owner and cluster. Each old certificate works until
#     notAfter unless its user and groups lose every role binding or its CA is rotated.
#   traps:
#     - case: A copy of one file in a backup of the same owner.
#       test: test_leaves_copies_and_renewals_of_one_user
#     - case: A renewal over the same key for the same user on one cluster.
#       test: test_leaves_copies_and_renewals_of_one_user
#     - case: One certificate of one cluster that a file names by another address.
#       test: test_leaves_one_certificate_at_another_address_that_only_a_file_knows
#     - case: A file whose owner's number is not known.
#       test: test_an_owner_that_is_not_known_is_not_another
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(1), strength: analogy}
package policies.credential.shared_key

deny contains finding if {
	count(_others) > 0
	finding := {
		"clusters": sort({sibling.cluster.name | some sibling in _others}),
		"usernames": sort({sibling.username | some sibling in _others}),
		"locations": sort({sibling.location | some sibling in _others}),
		"siblings": input.siblingsTotal,
	}
}

_others contains sibling if {
	some sibling in input.siblings
	sibling.username != input.credential.username
}

_others contains sibling if {
	some sibling in input.siblings
	sibling.cluster.uid != input.credential.cluster.uid
	not _is_same_file(sibling)
}

_others contains sibling if {
	some sibling in input.siblings
	sibling.ownerUid != null
	input.credential.ownerUid != null
	sibling.ownerUid != input.credential.ownerUid
}

# A cluster known only from a file may be a scanned one by another address: one certificate of one user, not two.
_is_same_file(sibling) if {
	sibling.sha256 == input.credential.sha256
	"files" in {sibling.cluster.provider, input.credential.cluster.provider}
}
