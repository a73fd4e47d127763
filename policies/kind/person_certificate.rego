# METADATA
# title: Person logs in with a client certificate
# description: >-
#   A usable client certificate is a person's: of a user that an identity source calls human, or whose
#   name is neither system: nor a robot of the params. One whose whole life is no longer than
#   temporary_seconds (five minutes more, by which signers date it back) is left out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does a person log in with a certificate that nobody can take back?
#   why: >-
#     Kubernetes has no revocation list: a certificate works until notAfter, whatever becomes of the
#     person. Nothing asks for a second factor or notices that the file was copied.
#   severity: medium
#   needs: [certificate_requests, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Let people log in through an identity provider (OIDC), or with certificates of hours
#     (spec.expirationSeconds; a temporary kubeconfig where the cloud issues them). The one that was
#     issued ends at notAfter or with the client CA; removing every binding of its user and groups leaves
#     it the rights of all authenticated users. Deleting the file or the request ends nothing.
#   traps:
#     - case: A temporary kubeconfig, whose certificate lives three days
#       test: test_leaves_temporary_ones
#     - case: The certificates of nodes and of the control plane
#       test: test_does_not_judge_machines
#     - case: A robot that the params or an identity source name
#       test: test_does_not_judge_machines
#     - case: A serving certificate in a kubeconfig, with which nobody can log in
#       test: test_does_not_judge_what_lets_nobody_in
#     - case: A certificate that has expired, was revoked, or was never issued
#       test: test_does_not_judge_what_lets_nobody_in
#   params:
#     temporary_seconds:
#       default: 259200
#       description: Whole life up to which a person's certificate counts as temporary (3 days).
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.1.1, strength: exact}
package policies.kind.person_certificate

import data.lib.credentials
import data.lib.subjects

deny contains {"lifetimeSeconds": credentials.least_seconds} if {
	not not_applicable
	_is_person
	_is_lasting
}

unknown contains {"reason": "a date is not known"} if {
	not not_applicable
	not _is_lasting
}

unknown contains {"reason": "the user is not known"} if {
	not not_applicable
	_is_nameless
}

not_applicable if not input.credential.kind in {"client_certificate", "cloud_kubeconfig"}

not_applicable if not credentials.is_usable

# The API server asks for the usage.
not_applicable if input.credential.certificate.clientAuth == false

not_applicable if credentials.lifetime_seconds <= _max_seconds

not_applicable if {
	not _is_person
	not _is_nameless
}

_is_person if input.identity.human == "yes"

_is_person if {
	input.identity.human == "unknown"
	input.credential.username != ""
	subjects.is_person("User", input.credential.username)
}

_is_nameless if {
	input.identity.human == "unknown"
	input.credential.username == ""
}

_is_lasting if credentials.least_seconds > _max_seconds

# The cluster's own signers date back by five minutes, against clocks that are slow.
_max_seconds := data.params.kind.person_certificate.temporary_seconds + 300
