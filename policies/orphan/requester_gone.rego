# METADATA
# title: Certificate requested by somebody who is gone
# description: >-
#   A working certificate was requested, in the name of somebody else, by an identity that has since been
#   deleted. What they requested for themselves is left to orphan/identity_deleted; requests of service
#   accounts and of Kubernetes' own users (a robot that requests for people, a kubelet, a bootstrap token)
#   are left out. Most certificates have no request on record any more: those are not judged.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Did somebody who has left request this certificate in another's name?
#   why: >-
#     Whoever requests a certificate makes its private key, and may have kept it: under another's name they
#     would still be inside.
#   severity: medium
#   needs: [certificate_requests, identities]
#   min_grade: none
#   remediation: >-
#     Ask its user whether the key was ever in other hands. If so, or if nobody can tell, issue another one
#     over a new key, and end this one as a deleted identity's: by a purge on ACK, elsewhere by removing the
#     bindings of its user, by a rotation of the CA, or at notAfter. Deleting the request ends nothing.
#   traps:
#     - case: A service robot that requests for people, and was replaced.
#       test: test_does_not_judge_requests_of_machines
#     - case: A kubelet's request by a bootstrap token that has been deleted.
#       test: test_does_not_judge_requests_of_machines
#     - case: Somebody who requested for themselves.
#       test: test_leaves_ones_own_to_another_policy
#     - case: The list of identities has a gap, or none has the name.
#       test: test_who_cannot_be_told_is_unknown
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(b), strength: exact}
package policies.orphan.requester_gone

import data.lib.credentials
import data.lib.identities

deny contains {"requester": input.requester.id, "deletedSeconds": identities.state_seconds(input.requester)} if {
	not not_applicable
	identities.is_deleted(input.requester)
}

unknown contains {"requester": input.requester.id, "requesterState": input.requester.state} if {
	not not_applicable
	identities.is_unsettled(input.requester)
}

not_applicable if is_null(input.requester)

not_applicable if not credentials.is_usable

not_applicable if input.requester.id == input.identity.id

not_applicable if identities.is_not_listed(input.requester)
