# METADATA
# title: Token Secret unused for a long time
# description: >-
#   The API server writes the day of last use on a token Secret (kubernetes.io/legacy-token-last-used,
#   Kubernetes 1.28 and newer). That day is long ago, or the Secret is old and has none. A refused
#   attempt moves the day too, and a day before an upgrade to 1.28 was never written.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Has anybody tried this long-lived token within idle_seconds?
#   why: >-
#     It never ends, and nobody would miss it: whoever has read it once, or reads a backup of it, can use
#     it for ever.
#   severity: medium
#   privileged_severity: high
#   needs: [token_secrets]
#   min_grade: C
#   ends: credential
#   remediation: >-
#     Quarantine it with the label kubernetes.io/legacy-token-invalid-since, which can be taken back,
#     and delete the Secret when nobody has missed it: that ends the token. Deleting a binding does not,
#     and neither does deleting a kubeconfig. Quarterly jobs and break-glass tokens look like this too.
#   traps:
#     - {case: "The label has only the day, the last use may be as late as its midnight", test: test_counts_from_the_end_of_the_day_of_last_use}
#     - {case: The API server is too old to write the label, test: test_without_tracking_no_label_says_nothing}
#     - {case: It is new and was not needed yet, test: test_counts_a_token_never_used_from_its_creation}
#     - {case: "Already quarantined, or ended with its account", test: test_does_not_judge_quarantined_orphaned_and_other_ones}
#   params:
#     idle_seconds:
#       default: 7776000
#       description: Time without use after which a token counts as idle (90 days).
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(d), strength: exact}
#     - {framework: CIS Controls, version: "8.1", id: "5.3", strength: exact}
package policies.usage.token_idle

import data.lib.usage

deny contains {"idleSeconds": idle, "isNeverUsed": input.credential.lastUsed == null} if {
	not not_applicable
	not _is_untracked
	idle := input.now - _quiet_since
	idle > data.params.usage.token_idle.idle_seconds
}

unknown contains {"clusterVersion": input.cluster.version} if {
	not not_applicable
	_is_untracked
}

not_applicable if input.credential.kind != "token_secret"

# Already quarantined.
not_applicable if input.credential.invalidSince != null

# Such a token ended with its account.
not_applicable if input.serviceAccountExists == "no"

# The label says the day: the last use may be as late as its midnight.
_quiet_since := input.credential.lastUsed + 86400

_quiet_since := input.credential.createdAt if input.credential.lastUsed == null

_is_untracked if {
	input.credential.lastUsed == null
	not usage.tracks_tokens
}
