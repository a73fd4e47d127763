# METADATA
# title: Waiver has expired
# description: >-
#   The second in expires of a waiver is reached: it suppresses nothing any more, and what it suppressed
#   counts again.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: waiver
#   question: Does this waiver still hold?
#   why: >-
#     The risk was accepted until a date. Somebody has to end it now, or to accept it again.
#   severity: medium
#   needs: []
#   min_grade: none
#   remediation: >-
#     Remedy what it covers and delete it from the file, or have its owner give a new reason and date. A
#     waiver never changes what a credential may do.
#   traps:
#     - {case: It ends a second from now, test: test_leaves_it_until_its_last_second}
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: analogy}
package policies.governance.waiver_expired

deny contains {"expiredSeconds": input.now - input.waiver.expires, "matches": input.matches} if {
	input.now >= input.waiver.expires
}
