# METADATA
# title: Binding to a service account that does not exist
# description: >-
#   Whoever may create a service account of this name in this namespace inherits the role. The API
#   server's own bindings are left out: most of their controllers do not run in every cluster.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   severity: medium
#   privileged_severity: high
#   needs: [bindings, service_accounts]
#   min_grade: none
#   remediation: >-
#     Remove the subject from the binding (the binding only when it is the last one), unless a chart is
#     about to create the account. Tokens of the old account ended with it.
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
