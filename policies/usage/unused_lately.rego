# METADATA
# title: Credential soon counts as unused
# description: >-
#   Whole evidence (grade A, or B of its user) shows no use for warn_seconds, and not yet for the
#   idle_seconds of usage/unused, which judges it from then on. What is unknown there is unknown here.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Has somebody used this credential within warn_seconds?
#   why: >-
#     It is the time to ask its owner, before it counts as unused and is quarantined.
#   severity: low
#   needs: [usage, certificate_requests, token_secrets, kubeconfig]
#   min_grade: B
#   remediation: >-
#     Ask its owner whether it is still needed. If not, quarantine it: a token Secret by the label
#     kubernetes.io/legacy-token-invalid-since, a certificate by a purge at its provider. Deleting the
#     request or the file of a certificate ends nothing.
#   traps:
#     - {case: Idle so long that usage/unused reports it, test: test_leaves_the_long_unused_to_their_own_policy}
#     - {case: The credential or the evidence is younger than the time asked for, test: test_what_is_too_young_is_unknown}
#     - {case: "Quarterly jobs, disaster recovery and emergency users, and what cannot be used", test: test_does_not_judge_what_unused_does_not}
#     - {case: A short-lived credential, test: test_does_not_judge_short_lived_ones}
#   params:
#     warn_seconds:
#       default: 3888000
#       description: Time without use after which to ask the owner (45 days).
#   controls:
#     - {framework: CIS Controls, version: "8.1", id: "5.3", strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(d), strength: analogy}
package policies.usage.unused_lately

import data.lib.credentials
import data.lib.usage

deny contains {"idleSeconds": usage.idle_seconds, "lastUsed": input.usage.last} if {
	not not_applicable
	_is_idle
}

unknown contains usage.shown if {
	not not_applicable
	not _is_idle
	not _is_used
}

not_applicable if usage.is_exempt

not_applicable if usage.idle_seconds >= data.params.usage.unused.idle_seconds

# It ends before it can have been idle for so long.
not_applicable if credentials.lifetime_seconds < data.params.usage.unused_lately.warn_seconds

_is_idle if usage.idle_seconds >= data.params.usage.unused_lately.warn_seconds

_is_used if {
	some at in usage.own_uses
	input.now - at < data.params.usage.unused_lately.warn_seconds
}
