# METADATA
# title: Working credential of a deleted identity
# description: >-
#   The user of a credential that still works was deleted where identities are kept. Only a list that was
#   read to its end says so; a cloud that lists the account of its own kubeconfig as deleted says so too,
#   unless the list calls it active. Two that disagree, a list with gaps, and a name that no list has are
#   unknown. Whether a name is matched in the right account or id space is for the list to know. Tokens of
#   service accounts and users named system: are other policies' business.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this credential still work although the person it was made for is gone?
#   why: >-
#     Deleting somebody at the identity provider ends neither a certificate nor what it is granted. Whoever
#     has kept a copy logs in as before, and no leaver's checklist finds it.
#   severity: critical
#   needs: [certificate_requests, kubeconfig, identities]
#   min_grade: none
#   ends: credential
#   remediation: >-
#     End the credential first, its role bindings after it. An ACK kubeconfig ends by a purge of its
#     user's permissions, which also removes the bindings (30 days in the recycle bin) and, unlike a
#     revocation, issues no new one. Any other certificate works until notAfter or a rotation of the CA:
#     remove each binding of its user, and mind that its groups grant on. Deleting the identity, the request
#     or the file ends nothing.
#   traps:
#     - case: The list of identities has a gap, or is filtered or paged and was not read to its end.
#       test: test_a_list_with_gaps_is_unknown
#     - case: The identity is of another account or id space, and so no list has it.
#       test: test_a_name_that_no_list_has_is_unknown
#     - case: The cloud and the list disagree.
#       test: test_two_that_disagree_are_unknown
#     - case: Single sign-on through a role, which is there.
#       test: test_leaves_a_role_that_is_there
#     - case: A robot that no list of persons has.
#       test: test_does_not_judge_robots_that_no_list_has
#     - case: The credential does not work any more.
#       test: test_does_not_judge_what_does_not_work
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 3.1.1, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(b), strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-3(8), strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 8.2.5, strength: analogy}
#     - {framework: ISO 27001, version: "2022", id: A.5.18, strength: exact}
#     - {framework: SOC 2, version: "2017", id: CC6.3, strength: exact}
#     - {framework: CIS Controls, version: "8.1", id: "6.2", strength: exact}
package policies.orphan.identity_deleted

import data.lib.credentials
import data.lib.identities

deny contains {"deletedSeconds": identities.state_seconds(input.identity)} if {
	not not_applicable
	identities.is_deleted(input.identity)
	not _account in {"active", "inactive"}
}

deny contains {"deletedSeconds": identities.state_seconds(input.identity)} if {
	not not_applicable
	_account == "deleted"
	not input.identity.state in {"active", "disabled"}
}

unknown contains {"identityState": input.identity.state, "accountState": _account} if {
	not not_applicable
	identities.is_unsettled(input.identity)
}

unknown contains {"identityState": input.identity.state, "accountState": _account} if {
	not not_applicable
	input.identity.state in {"active", "disabled"}
	_account == "deleted"
}

unknown contains {"identityState": input.identity.state, "accountState": _account} if {
	not not_applicable
	input.identity.state == "deleted"
	_account in {"active", "inactive"}
}

not_applicable if not credentials.is_usable

# It logs in at the provider each time, where a deleted identity is refused.
not_applicable if credentials.is_login

not_applicable if identities.is_not_listed(input.identity)

default _account := "unknown"

_account := input.credential.cloud.accountState
