# METADATA
# title: Credential expires soon
# description: >-
#   A credential is inside its renewal window. Short-lived ones, whose whole life is no longer than
#   the window, are meant to be replaced and are left out, as are bootstrap tokens, the certificates of
#   kubelets, what has no end date, and what nobody used for unused_seconds by whole
#   evidence of grade A or B.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Must somebody renew this credential now?
#   why: >-
#     On the day it ends its users are locked out, and what is renewed in haste is renewed for too long and
#     with too many rights.
#   severity: medium
#   needs: [certificate_requests, token_secrets, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Issue a new credential before notAfter, move its users over, then drop the old one. An old
#     certificate works until notAfter, however many newer ones there are.
#   traps:
#     - case: Nobody has used it for a long time, by complete evidence, and so nobody needs another.
#       test: test_does_not_judge_what_nobody_uses
#     - case: An ACK kubeconfig that could be renewed already (from 180 days before its end).
#       test: test_leaves_an_ack_kubeconfig_that_may_be_renewed
#     - case: A kubelet's certificate, which it renews itself.
#       test: test_does_not_judge_nodes_bootstrap_tokens_and_what_is_over
#     - case: One that is made to live shortly and to be replaced.
#       test: test_does_not_judge_short_lived_ones
#     - case: One that has ended, or has no end.
#       test: test_leaves_expired_to_its_own_policy
#   params:
#     window_seconds:
#       default: 2592000
#       description: Time before notAfter in which a renewal is due (30 days).
#     window_percent:
#       default: 25
#       description: The window is never longer than this part of the credential's lifetime.
#     unused_seconds:
#       default: 7776000
#       description: Time without use after which nobody is thought to need a renewal (90 days).
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: SC-12, strength: analogy}
#     - {framework: ISO 27001, version: "2022", id: A.8.5, strength: analogy}
#     - {framework: SOC 2, version: "2017", id: CC6.7, strength: analogy}
package policies.credential.expires_soon

import data.lib.credentials
import data.lib.usage

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

# A quarterly job and a break-glass account must work when they are needed.
not_applicable if {
	usage.idle_seconds >= _params.unused_seconds
	not usage.is_rare(input.credential.username)
}

_window := min(_windows)

_windows contains _params.window_seconds

_windows contains floor((credentials.lifetime_seconds * _params.window_percent) / 100)

_params := data.params.credential.expires_soon
