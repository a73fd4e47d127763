# METADATA
# title: Credential unused for a long time
# description: >-
#   Whole evidence (grade A, or B of its user, without a hole up to now) shows no use for idle_seconds,
#   and the credential is at least as old. A shorter window, a younger credential, and use by a user who
#   has a newer certificate too, where the log names only users, are unknown. Left out are emergency
#   users, the rare_users of the params, and what nobody can use any more.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Has somebody used this credential within idle_seconds?
#   why: >-
#     A credential that nobody uses is one that nobody misses when it is stolen; ending it costs no work.
#   severity: medium
#   privileged_severity: high
#   needs: [usage, certificate_requests, token_secrets, kubeconfig]
#   min_grade: B
#   ends: credential
#   remediation: >-
#     Quarantine it first, delete it when nobody has missed it. A token Secret stops by the label
#     kubernetes.io/legacy-token-invalid-since, which can be taken back, and ends with the Secret. A
#     certificate ends by a purge at its provider, by its notAfter or by a new CA; without every RBAC path
#     of its user it still authenticates. Deleting its request or its file ends nothing.
#   traps:
#     - {case: The credential is younger than the time asked for, test: test_a_credential_younger_than_the_period_is_unknown}
#     - {case: A certificate dated back is younger than it says, test: test_a_certificate_dated_back_is_as_young_as_its_request}
#     - {case: "The evidence reaches back too short a time, such as the seven days of a cloud", test: test_a_window_shorter_than_the_period_is_unknown}
#     - {case: "The evidence is a summary, has holes, or ended long ago", test: test_evidence_that_is_not_whole_is_unknown}
#     - {case: "Quarterly jobs, disaster recovery and emergency users", test: test_does_not_judge_users_that_are_idle_on_purpose}
#     - {case: The user works with a newer certificate and the log names only users, test: test_use_that_may_be_of_a_newer_certificate_is_unknown}
#     - {case: A kubelet renewed its certificate, test: test_does_not_judge_what_a_kubelet_left_behind}
#     - {case: It cannot be used any more, test: test_does_not_judge_what_cannot_be_used}
#   params:
#     idle_seconds:
#       default: 7776000
#       description: Time without use after which a credential counts as unused (90 days).
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(d), strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 8.2.6, strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 7.2.4, strength: analogy}
#     - {framework: CIS Controls, version: "8.1", id: "5.3", strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.5.15, strength: analogy}
#     - {framework: CIS Alibaba Cloud Foundation, version: "2.0", id: "1.5", strength: analogy}
package policies.usage.unused

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

# It ends before it can have been idle for so long.
not_applicable if credentials.lifetime_seconds < data.params.usage.unused.idle_seconds

_is_idle if usage.idle_seconds >= data.params.usage.unused.idle_seconds

_is_used if {
	some at in usage.own_uses
	input.now - at < data.params.usage.unused.idle_seconds
}
