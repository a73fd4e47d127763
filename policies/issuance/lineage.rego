# METADATA
# title: Certificate requested with somebody else's certificate
# description: >-
#   The request of a working client certificate was made with the client certificate of another user, who
#   is not among the allowed_requesters. The finding names that certificate and its state. A request that
#   does not name the credential, one whose credential no inventory has, and a certificate from before
#   the ledger without a request on record are unknown: audit logs at level Metadata hold neither request nor certificate.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Did its own user, or somebody who may, request this certificate?
#   why: >-
#     Whoever requests a certificate makes its private key. A stolen credential that minted others is not
#     ended by ending it alone: what it requested goes on working.
#   severity: medium
#   privileged_severity: high
#   needs: [certificate_requests, usage, history]
#   min_grade: none
#   remediation: >-
#     Ask its user and the requester whether both know of it. If not, treat it as stolen: end it and every
#     other certificate of that requester, by a purge at the provider, by removing the bindings of its
#     user, or by a rotation of the CA. Deleting the request ends nothing. Name robots that request for
#     others in allowed_requesters.
#   traps:
#     - {case: Somebody who renews their own certificate, test: test_leaves_ones_own}
#     - {case: "A robot, or an administrator, that requests for people", test: test_leaves_allowed_requesters}
#     - {case: A request by a token, test: test_leaves_requests_by_token}
#     - {case: "Events that hold no request, and requests that name no credential", test: test_what_is_not_on_record_is_unknown}
#     - {case: "Kubelets, and what does not work any more", test: test_does_not_judge_kubelets_and_what_is_over}
#   params:
#     allowed_requesters:
#       default: []
#       description: Users that may request certificates for others; * stands for any characters.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(g), strength: analogy}
package policies.issuance.lineage

import data.lib.credentials
import data.lib.usage
import data.lib.wildcards

deny contains {
	"parentUid": input.parent.uid,
	"parentUser": input.parent.username,
	"parentState": input.parent.state,
} if {
	not not_applicable
	_is_anothers
}

unknown contains {"reason": "no request of it is on record"} if {
	not not_applicable
	is_null(input.credential.issuance)
	not _is_later
}

unknown contains {"reason": "its request does not name the credential"} if {
	not not_applicable
	_is_requested_by_another
	count(input.credential.issuance.requesterCredentialIds) == 0
}

unknown contains {"reason": "the certificate that requested it is not known"} if {
	not not_applicable
	_is_requested_by_another
	is_null(input.parent)
	some id in input.credential.issuance.requesterCredentialIds
	startswith(id, "X509SHA256=")
}

not_applicable if input.credential.kind != "client_certificate"

not_applicable if not credentials.is_usable

not_applicable if credentials.is_node

# The ledger would have its request: it came by none. null is less than any number, and no date at all.
_is_later if {
	not is_null(input.ledgerSince)
	usage.issued_at >= input.ledgerSince
}

# Undefined without a parent.
_is_anothers if {
	input.parent.username != input.credential.username
	not _is_allowed(input.parent.username)
}

# Tokens of service accounts and of nodes that join are no certificates.
_is_requested_by_another if {
	requester := input.credential.issuance.requester
	requester != input.credential.username
	not startswith(requester, "system:serviceaccount:")
	not startswith(requester, "system:bootstrap:")
	not _is_allowed(requester)
}

_is_allowed(name) if {
	some pattern in data.params.issuance.lineage.allowed_requesters
	wildcards.match(pattern, name)
}
