# METADATA
# title: Credential expires soon
# description: >-
#   A credential is inside its renewal window. Short-lived ones, whose whole life is no longer than
#   the window, are meant to be replaced and are left out, as are bootstrap tokens, the certificates of
#   kubelets and what has no end date.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   severity: medium
#   needs: [certificate_requests, token_secrets, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Issue a new credential before notAfter, move its users over, then drop the old one. An old
#     certificate works until notAfter, however many newer ones there are.
#   params:
#     window_seconds:
#       default: 2592000
#       description: Time before notAfter in which a renewal is due (30 days).
#     window_percent:
#       default: 25
#       description: The window is never longer than this part of the credential's lifetime.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: SC-12, strength: analogy}
#     - {framework: ISO 27001, version: "2022", id: A.8.5, strength: analogy}
#     - {framework: SOC 2, version: "2017", id: CC6.7, strength: analogy}
package policies.credential.expires_soon

import data.lib.credentials

deny contains {"secondsLeft": credentials.seconds_left, "windowSeconds": _window} if {
	not not_applicable
	credentials.seconds_left >= 0
	credentials.seconds_left < _window
}

unknown contains {"notAfter": null} if {
	not not_applicable
	input.credential.notAfter == null
}

not_applicable if credentials.is_node

not_applicable if credentials.is_over

not_applicable if credentials.is_endless

not_applicable if credentials.is_login

not_applicable if input.credential.kind == "bootstrap_token"

not_applicable if credentials.lifetime_seconds <= _params.window_seconds

_window := min(_windows)

_windows contains _params.window_seconds

_windows contains floor((credentials.lifetime_seconds * _params.window_percent) / 100)

_params := data.params.credential.expires_soon
