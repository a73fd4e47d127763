# METADATA
# title: Working credential of a disabled identity
# description: >-
#   The user of a credential that still works is disabled or locked where identities are kept, or the
#   cloud lists the account of its own kubeconfig as frozen. A lock for a while, as during a leave, looks
#   like one for good. One that any list calls deleted is left to orphan/identity_deleted. A name that no list has is
#   unknown.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this credential still work although its person may not log in?
#   why: >-
#     A lock at the identity provider is meant to stop somebody at once. Kubernetes does not ask the
#     provider: the certificate opens the cluster as before.
#   severity: high
#   privileged_severity: critical
#   needs: [certificate_requests, kubeconfig, identities]
#   min_grade: none
#   remediation: >-
#     Ask the owner how long the lock will last. Where it may be lifted, hold, remove the role bindings of
#     the user alone (keep a copy to put back); where it is for good, purge as for a deleted one. Locking
#     the identity, deleting the request or the file ends no certificate; one with system:masters keeps
#     its rights until notAfter or a rotation of the CA.
#   traps:
#     - case: The identity was unlocked again.
#       test: test_leaves_an_active_identity
#     - case: The identity is not locked but gone.
#       test: test_leaves_a_deleted_identity_to_its_own_policy
#     - case: A robot that no list of persons has.
#       test: test_does_not_judge_what_no_list_has_and_what_does_not_work
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3), strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 8.2.5, strength: analogy}
#     - {framework: CIS Controls, version: "8.1", id: "6.2", strength: exact}
package policies.orphan.identity_disabled

import data.lib.credentials
import data.lib.identities

deny contains {"disabledSeconds": identities.state_seconds(input.identity)} if {
	not not_applicable
	_is_disabled
}

unknown contains {"identityState": "unknown"} if {
	not not_applicable
	input.identity.state == "unknown"
}

not_applicable if not credentials.is_usable

# It logs in at the provider each time, where a disabled identity is refused.
not_applicable if credentials.is_login

not_applicable if identities.is_not_listed(input.identity)

not_applicable if input.identity.state == "deleted"

_is_disabled if input.identity.state == "disabled"

_is_disabled if input.credential.cloud.accountState == "inactive"
