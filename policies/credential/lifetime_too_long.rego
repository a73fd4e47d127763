# METADATA
# title: Credential lives longer than allowed
# description: >-
#   The time between a credential's two dates is longer than what is allowed for a person or for a
#   machine. Whoever copies it may use it all that time. Of a kubeconfig in the list of a cloud, which tells
#   only when it ends, what is left is judged: it lives at least so long. The control plane's own credentials
#   (users named system:) are left out. So is what has no end at all: kind/static_credential and
#   kind/long_lived_token_secret deny that. How long a plugin's credentials live, nobody can read.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this credential live longer than its kind of user needs?
#   why: >-
#     A copy in a backup, a chat or a stolen laptop works to the last day, and Kubernetes has no list of
#     revoked certificates.
#   severity: medium
#   privileged_severity: high
#   needs: [certificate_requests, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Issue short-lived credentials: spec.expirationSeconds of a certificate request, the duration of a
#     token request, or an identity provider for persons. The certificate already issued works until
#     notAfter unless its user and groups lose every role binding or the CA is rotated.
#   traps:
#     - case: A kubelet's certificate of a year, and those of the control plane.
#       test: test_does_not_judge_the_control_plane_and_what_does_not_work
#     - case: A machine, which may have one for 90 days.
#       test: test_allows_robots_more
#     - case: A person who gets one for the day.
#       test: test_leaves_a_person_at_the_limit
#     - case: A kubeconfig of a cloud with no more left than is allowed, however long it lived before.
#       test: test_judges_what_is_left_of_a_cloud_kubeconfig
#     - case: A static token or a token Secret, which other policies deny.
#       test: test_leaves_endless_ones_to_their_own_policies
#   params:
#     person_seconds:
#       default: 86400
#       description: Longest lifetime of a person's credential (24 hours).
#     robot_seconds:
#       default: 7776000
#       description: Longest lifetime of a service account's or robot's credential (90 days).
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.1.1, strength: analogy}
#     - {framework: CIS Alibaba Cloud Foundation, version: "2.0", id: "1.6", strength: analogy}
#     - {framework: PCI DSS, version: "4.0", id: 8.3.9, strength: analogy}
#     - {framework: PCI DSS, version: "4.0", id: 8.6.3, strength: analogy}
#     - {framework: ISO 27001, version: "2022", id: A.5.15, strength: analogy}
package policies.credential.lifetime_too_long

import data.lib.credentials
import data.lib.subjects

deny contains {"lifetimeSeconds": _lifetime_seconds, "maxSeconds": _max_seconds} if {
	not not_applicable
	_lifetime_seconds > _max_seconds
}

unknown contains {"reason": "issued at each login"} if {
	not not_applicable
	credentials.is_login
}

unknown contains {"reason": "a date is not known"} if {
	not not_applicable
	not credentials.is_login
	not _lifetime_seconds
}

not_applicable if not credentials.is_usable

not_applicable if credentials.is_endless

not_applicable if {
	startswith(input.credential.username, "system:")
	not subjects.is_service_account("User", input.credential.username)
}

_lifetime_seconds := credentials.lifetime_seconds

# The list of a cloud never tells its beginning.
_lifetime_seconds := credentials.seconds_left if {
	input.credential.kind == "cloud_kubeconfig"
	input.credential.notBefore == null
}

_max_seconds := _params.person_seconds if {
	_is_person
} else := _params.robot_seconds

_is_person if input.identity.human == "yes"

_is_person if {
	input.identity.human == "unknown"
	subjects.is_person("User", input.credential.username)
}

_params := data.params.credential.lifetime_too_long
