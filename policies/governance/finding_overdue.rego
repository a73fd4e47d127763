# METADATA
# title: Finding older than its deadline
# description: >-
#   A finding has been open for longer than the params allow for its severity; informative ones have no
#   deadline. Its age counts from the first run of the history that had it. A policy that was renamed makes
#   new findings, whose age begins again: that is not told apart.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: finding
#   question: Is this finding dealt with in time?
#   why: >-
#     A finding that everybody has grown used to is a risk that nobody has accepted.
#   severity: medium
#   needs: [history]
#   min_grade: none
#   remediation: >-
#     Follow the remedy of the finding's policy, or have somebody accept it by a waiver with a reason, an
#     owner and a date. Escalate it to the owner's lead meanwhile.
#   traps:
#     - {case: Its id is new because a policy was renamed, test: test_counts_from_the_day_the_id_was_first_seen}
#     - {case: It is informative, test: test_does_not_judge_informative_ones_and_itself}
#     - {case: It is a finding of this very policy, test: test_does_not_judge_informative_ones_and_itself}
#   params:
#     critical_seconds:
#       default: 604800
#       description: Time in which a critical finding is to be dealt with (7 days).
#     high_seconds:
#       default: 2592000
#       description: Time in which a high finding is to be dealt with (30 days).
#     medium_seconds:
#       default: 7776000
#       description: Time in which a medium finding is to be dealt with (90 days).
#     low_seconds:
#       default: 15552000
#       description: Time in which a low finding is to be dealt with (180 days).
#   controls:
#     - {framework: SOC 2, version: "2017", id: CC7.2, strength: analogy}
package policies.governance.finding_overdue

deny contains {
	"policyId": input.finding.policyId,
	"openSeconds": _open_seconds,
	"overdueSeconds": _open_seconds - _deadline,
} if {
	not not_applicable
	_open_seconds > _deadline
}

not_applicable if input.finding.severity == "info"

not_applicable if input.finding.policyId == "governance/finding_overdue"

_open_seconds := input.now - input.finding.firstSeen

_deadline := {
	"critical": _params.critical_seconds,
	"high": _params.high_seconds,
	"medium": _params.medium_seconds,
	"low": _params.low_seconds,
}[input.finding.severity]

_params := data.params.governance.finding_overdue
