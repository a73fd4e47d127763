# METADATA
# title: Binding to a service account that does not exist
# description: >-
#   Whoever may create a service account of this name in this namespace inherits the role. The API
#   server's own bindings are left out: most of their controllers do not run in every cluster. An account that a
#   chart creates after its binding looks the same until it is there.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: Does this binding grant something to a service account that does not exist?
#   why: >-
#     Whoever may create pods and accounts in that namespace needs only the name to inherit the role.
#   severity: medium
#   privileged_severity: high
#   needs: [bindings, service_accounts]
#   min_grade: none
#   ends: grant
#   remediation: >-
#     Remove the subject from the binding (the binding only when it is the last one), unless a chart is
#     about to create the account. Tokens of the old account ended with it.
#   traps:
#     - case: A controller of the API server's own bindings that does not run here.
#       test: test_does_not_judge_bootstrap_subjects_and_others
#     - case: The service accounts could not be read to their end.
#       test: test_unread_accounts_are_unknown
#     - case: A user or a group, which other policies judge.
#       test: test_does_not_judge_bootstrap_subjects_and_others
#   controls:
#     - {framework: CIS Controls, version: "8.1", id: "5.5", strength: analogy}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(b), strength: analogy}
package policies.orphan.service_account_missing

import data.lib.subjects

deny contains {"otherSubjects": input.grant.otherSubjects, "powers": sort(input.grant.powers)} if {
	not not_applicable
	input.grant.subjectExists == "no"
}

unknown contains {"subjectExists": "unknown"} if {
	not not_applicable
	input.grant.subjectExists == "unknown"
}

not_applicable if input.grant.isBootstrapDefault

not_applicable if not subjects.is_service_account(input.grant.subject.kind, input.grant.subject.name)
