# METADATA
# title: Credential is not valid yet
# description: >-
#   A certificate or token begins more than skew_seconds from now. Either it was issued for later, or the
#   clock of its issuer and the clock of this scan disagree, and then no date in the report can be relied
#   on. Kinds that have no beginning of their own are left out, and so is a kubeconfig in the list of a cloud,
#   which tells only when it ends.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this credential begin only later?
#   why: >-
#     Nobody can log in with it now, but everybody who holds it will, when perhaps nobody remembers it. And
#     a wrong clock makes expired credentials look alive.
#   severity: info
#   needs: [certificate_requests, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Nothing has to be ended. Compare the clocks of the scan and of the issuer; where they agree, it was
#     issued for later, and works from notBefore to notAfter like any other.
#   traps:
#     - case: Clocks that differ by less than five minutes.
#       test: test_leaves_the_skew_of_two_clocks
#     - case: A token Secret or a password, which has no beginning.
#       test: test_does_not_judge_what_has_no_beginning
#     - case: A kubeconfig of a cloud, whose list tells only its end.
#       test: test_does_not_judge_what_has_no_beginning
#   params:
#     skew_seconds:
#       default: 300
#       description: Difference between two clocks that is not worth a word (5 minutes).
#   controls: []
package policies.credential.not_yet_valid

import data.lib.credentials

deny contains {"secondsUntilValid": wait} if {
	not not_applicable
	wait := input.credential.notBefore - input.now
	wait > data.params.credential.not_yet_valid.skew_seconds
}

unknown contains {"notBefore": null} if {
	not not_applicable
	input.credential.notBefore == null
}

not_applicable if not input.credential.kind in {"client_certificate", "bound_token"}

not_applicable if credentials.is_over
