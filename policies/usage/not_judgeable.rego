# METADATA
# title: Use cannot be judged
# description: >-
#   Auditing is off on the cluster, or the evidence of use that the run was given could not be read or has
#   gaps. Where nobody named an audit log, or whether the cluster audits cannot be told, the answer is
#   unknown. An audit policy that drops requests makes a gap where it was read or declared; a log that was
#   sampled by somebody else is not told apart from a whole one.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: cluster
#   question: Does this cluster leave whole evidence of who used what?
#   why: >-
#     Without it no credential can be shown to be unused, nothing may be deleted, and nobody sees a
#     credential in the wrong hands.
#   severity: medium
#   needs: [usage]
#   min_grade: none
#   remediation: >-
#     Switch auditing on (at level Metadata for all requests is enough), keep the log for at least 90 days
#     and give it to the scan: --audit-log, or per cluster in the config. Until then nothing is proposed
#     for deletion because it is unused.
#   traps:
#     - {case: Nobody gave the scan an audit log of a cluster that audits, test: test_a_log_that_nobody_configured_is_no_fault}
#     - {case: Whether the cluster audits cannot be told, test: test_auditing_that_cannot_be_told_is_unknown}
#     - {case: Another source failed, test: test_leaves_other_sources_to_their_own_policy}
#     - {case: "The log names users, not credentials", test: test_leaves_a_log_without_credential_ids}
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 3.2.1, strength: exact}
#     - {framework: CIS ACK, version: "1.0", id: 6.5.1, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.2.1, strength: exact}
#     - {framework: CIS Alibaba Cloud Foundation, version: "2.0", id: "7.1", strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.8.15, strength: exact}
#     - {framework: SOC 2, version: "2017", id: CC7.2, strength: exact}
#     - {framework: PCI DSS, version: "4.0", id: 10.2.1, strength: exact}
package policies.usage.not_judgeable

deny contains {"auditing": input.auditing.state, "codes": sort(_codes)} if _is_blind

unknown contains {"auditing": "unknown"} if {
	not _is_blind
	input.auditing.state == "unknown"
}

_is_blind if input.auditing.state == "off"

_is_blind if count(_codes) > 0

_codes contains gap.code if {
	some gap in input.clusterGaps
	gap.source == "usage"
	gap.code != "not_configured"
}
