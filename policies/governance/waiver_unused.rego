# METADATA
# title: Waiver that covers nothing
# description: >-
#   No finding of this run is covered by a waiver, and every cluster that it may be about was assessed
#   whole. Where one was not, the answer is unknown. An expired waiver is left to
#   governance/waiver_expired.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: waiver
#   question: Does this waiver cover anything?
#   why: >-
#     What it was made for is gone. It now waits for a finding that nobody has looked at.
#   severity: medium
#   needs: []
#   min_grade: none
#   remediation: Delete it from the waivers file, or correct its selector where it was meant for something else.
#   traps:
#     - {case: What it is about was not scanned this time, test: test_what_was_not_examined_is_unknown}
#     - {case: It has expired, test: test_does_not_judge_what_has_expired}
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: analogy}
package policies.governance.waiver_unused

deny contains {"owner": input.waiver.owner} if {
	_is_idle
	input.isExamined
}

unknown contains {"matches": 0} if {
	_is_idle
	not input.isExamined
}

not_applicable if input.now >= input.waiver.expires

_is_idle if {
	not not_applicable
	input.matches == 0
}
