# METADATA
# title: Emergency user was used
# description: >-
#   A user or service account that is kept for emergencies (break_glass of lib.subjects) made requests
#   within recent_seconds, allowed or not. A drill looks the same: waive it until its date. No use passes
#   only on whole evidence that reaches back that far.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: identity
#   question: Did nobody log in as this emergency user of late?
#   why: >-
#     Its credential opens everything and lies ready. Each use is either an emergency that everybody knows
#     of, or a theft.
#   severity: high
#   needs: [usage]
#   min_grade: C
#   remediation: >-
#     Tell whoever is on duty, find the emergency or the drill that explains it, then replace the
#     credential: whoever has used it may have kept it. A certificate ends by a purge at its provider, its
#     notAfter or a new CA; a token Secret when it is deleted.
#   traps:
#     - {case: A drill some time ago, test: test_leaves_use_before_the_recent_time}
#     - {case: The evidence is short or has holes, test: test_evidence_that_is_short_or_not_whole_is_unknown}
#     - {case: "Other users, and groups of emergency users", test: test_does_not_judge_others}
#   params:
#     recent_seconds:
#       default: 2592000
#       description: Time for which a use is reported (30 days).
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(g), strength: exact}
package policies.governance.break_glass_used

import data.lib.subjects
import data.lib.usage

deny contains {"lastUsed": input.usage.last, "allowed": input.usage.allowed, "denied": input.usage.denied} if {
	not not_applicable
	_is_used
}

unknown contains usage.shown if {
	not not_applicable
	not _is_used
	not _is_seen
}

not_applicable if input.identity.type == "group"

not_applicable if not subjects.is_break_glass(input.identity.name)

_is_used if input.now - input.usage.last <= data.params.governance.break_glass_used.recent_seconds

_is_seen if {
	usage.is_whole
	usage.window_seconds >= data.params.governance.break_glass_used.recent_seconds
}
