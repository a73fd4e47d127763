# METADATA
# title: Older certificate lives beside a newer one
# description: >-
#   A user has a working client certificate on this cluster, and was issued another one that works too,
#   more than grace_seconds ago. Users named system: are left out: kubelets renew theirs, and every
#   machine of the control plane has its own. The newer one may have other groups; that its issuer is
#   trusted is taken as given.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this certificate still work although its user got a newer one?
#   why: >-
#     A renewal ends nothing: the old file opens the same doors until its own notAfter, and nobody looks
#     after it any more.
#   severity: medium
#   needs: [certificate_requests, kubeconfig]
#   min_grade: A
#   ends: credential
#   remediation: >-
#     Move whoever still uses the older one, and when an audit log shows by credential id that nobody
#     does, have the issuer revoke it where it can (on ACK a purge or a revocation ends the user's older
#     names). Elsewhere nothing ends it alone: both are one user, so that removing role bindings ends
#     the newer one too, and deleting the file or the request ends neither. Then it ends at notAfter, when
#     the CA is rotated, or when the user is given a new name and the old name loses its bindings. The
#     next one: with a shorter life.
#   traps:
#     - case: A short overlap after a renewal, while its users move over.
#       test: test_leaves_a_short_overlap
#     - case: One certificate met in several places, as in its request and in a file.
#       test: test_leaves_one_without_a_newer
#     - case: A kubelet's certificates, which overlap at each renewal.
#       test: test_does_not_judge_nodes_and_the_control_plane
#     - case: The scheduler's and the controller manager's, one on each machine of the control plane.
#       test: test_does_not_judge_nodes_and_the_control_plane
#   params:
#     grace_seconds:
#       default: 604800
#       description: Time from the newer one's notBefore in which both may live (7 days).
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 3.1.1, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(1), strength: analogy}
package policies.credential.superseded

import data.lib.credentials
import data.lib.subjects

deny contains {
	"overlapSeconds": overlap,
	"secondsLeft": credentials.seconds_left,
	"newerSha256": input.newer.sha256,
	"use": _use,
} if {
	not not_applicable
	overlap := input.now - input.newer.notBefore # undefined where there is none
	overlap > data.params.credential.superseded.grace_seconds
}

unknown contains {"certificate": null} if {
	not not_applicable
	is_null(input.credential.certificate)
}

not_applicable if input.credential.kind != "client_certificate"

not_applicable if not credentials.is_usable

not_applicable if subjects.is_builtin(input.credential.username)

default _use := "not_known"

_use := input.usage.result
