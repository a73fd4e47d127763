# METADATA
# title: Attempt to use a quarantined token
# description: >-
#   A token Secret was marked invalid (kubernetes.io/legacy-token-invalid-since), and the API server dated
#   an attempt to use it on a later day (kubernetes.io/legacy-token-last-used). Both are days: an attempt
#   on the day of the quarantine is unknown. The refused request leaves no name in the audit log, so an
#   agent or a probe that still holds the token looks like an attacker.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Did somebody try this token after it was quarantined?
#   why: >-
#     Either something that still needs the token is broken now, or somebody tries a token that should be
#     forgotten.
#   severity: high
#   needs: [token_secrets]
#   min_grade: C
#   remediation: >-
#     Find out who has it: the 401 answers in the audit log of that day show the address. Take the label
#     kubernetes.io/legacy-token-invalid-since off when it is needed (the token works again within a
#     second); escalate when it is not. Deleting the Secret ends the token for good, and with it this
#     trace.
#   traps:
#     - {case: Last used earlier on the day of the quarantine, test: test_the_same_day_is_unknown}
#     - {case: Used until it was quarantined, test: test_leaves_use_before_the_quarantine}
#     - {case: The API server is too old to write the day of last use, test: test_without_tracking_no_label_says_nothing}
#     - {case: It is in use and not quarantined, test: test_does_not_judge_other_ones}
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(g), strength: exact}
package policies.usage.quarantined_token_tried

import data.lib.usage

deny contains _dates if {
	not not_applicable
	input.credential.lastUsed > input.credential.invalidSince
}

unknown contains _dates if {
	not not_applicable
	input.credential.lastUsed == input.credential.invalidSince
}

unknown contains {"clusterVersion": input.cluster.version} if {
	not not_applicable
	input.credential.lastUsed == null
	not usage.tracks_tokens
}

not_applicable if input.credential.kind != "token_secret"

not_applicable if input.credential.invalidSince == null

_dates := {"lastUsed": input.credential.lastUsed, "invalidSince": input.credential.invalidSince}
