# METADATA
# title: Credential never used since its issue
# description: >-
#   Whole evidence (grade A, or B of its user) reaches back to the day of issue, issued_seconds or more
#   ago, and shows no use since. Where it begins later, the credential is younger, or the only use may be
#   that of a newer certificate of the same user, the answer is unknown.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Was this credential ever used since it was issued?
#   why: >-
#     It was issued for nothing, or lies with somebody other than the one who asked for it; its first use
#     would be a surprise.
#   severity: medium
#   needs: [usage, certificate_requests, token_secrets, kubeconfig]
#   min_grade: B
#   ends: credential
#   remediation: >-
#     Quarantine it and ask whoever requested it. A token Secret stops by the label
#     kubernetes.io/legacy-token-invalid-since, which can be taken back; a certificate ends by a purge at
#     its provider, by its notAfter or by a new CA, not by deleting its request.
#   traps:
#     - {case: Auditing began after the issue, test: test_evidence_that_begins_after_the_issue_is_unknown}
#     - {case: It was issued a few days ago, test: test_a_younger_credential_is_unknown}
#     - {case: The evidence has holes, test: test_evidence_that_is_not_whole_is_unknown}
#     - {case: Used once in the second of its issue, test: test_leaves_what_was_used_since_its_issue}
#     - {case: The user was busy before the issue, test: test_use_before_the_issue_is_not_its_use}
#     - {case: "Emergency users, and what cannot be used", test: test_does_not_judge_what_unused_does_not}
#   params:
#     issued_seconds:
#       default: 2592000
#       description: Time since the issue in which a credential is to be used for the first time (30 days).
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(d), strength: exact}
#     - {framework: CIS Controls, version: "8.1", id: "5.3", strength: exact}
package policies.usage.never_used

import data.lib.credentials
import data.lib.usage

deny contains {"ageSeconds": input.now - usage.issued_at} if {
	not not_applicable
	_is_never_used
}

unknown contains usage.shown if {
	not not_applicable
	not _is_never_used
	not _is_used
}

not_applicable if usage.is_exempt

# It ends before it can have been left lying for so long.
not_applicable if credentials.lifetime_seconds < data.params.usage.never_used.issued_seconds

# Silent for as long as it exists.
_is_never_used if {
	usage.idle_seconds == usage.issued_seconds
	usage.idle_seconds >= data.params.usage.never_used.issued_seconds
	not _is_used_at_once
}

_is_used_at_once if input.usage.last == usage.issued_at

_is_used if {
	some at in usage.own_uses
	at >= usage.issued_at
}

# Nobody says when it was issued, but the log names it.
_is_used if {
	usage.is_own
	input.usage.last != null
}
