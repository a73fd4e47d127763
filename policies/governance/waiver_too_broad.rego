# METADATA
# title: Waiver is too broad
# description: >-
#   A waiver that has not expired covers more than anybody has looked at, which its file allows by
#   `broad: true`.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: waiver
#   question: Does this waiver cover only what somebody looked at?
#   why: >-
#     It also suppresses what is found tomorrow, which nobody has accepted.
#   severity: medium
#   needs: []
#   min_grade: none
#   remediation: >-
#     Write one waiver for each object: by finding id, by the fingerprint of the credential, or by policy,
#     cluster and subject together.
#   traps:
#     - {case: It has expired and suppresses nothing, test: test_does_not_judge_what_has_expired}
#     - {case: It covers many findings of one narrow selector, test: test_leaves_narrow_ones}
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: analogy}
package policies.governance.waiver_too_broad

deny contains {"matches": input.matches, "owner": input.waiver.owner} if {
	not not_applicable
	input.waiver.isBroad
}

not_applicable if input.now >= input.waiver.expires
