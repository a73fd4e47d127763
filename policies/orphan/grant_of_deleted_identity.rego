# METADATA
# title: Role bound to a deleted identity
# description: >-
#   A user or group that a binding names was deleted where identities are kept. Only a list that was
#   read to its end says so; a list with gaps, and a name that no list has, are unknown: the binding may
#   name the user with or without a suffix, which is for the list to know. Service accounts have
#   orphan/service_account_missing; names that begin with system: are Kubernetes' own.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: Does this binding still grant something to somebody who is gone?
#   why: >-
#     Every credential that was ever issued to that name keeps these rights, and so does the next person
#     who is given the name.
#   severity: high
#   needs: [bindings, identities]
#   min_grade: none
#   ends: grant
#   remediation: >-
#     Remove the subject from the binding, and the binding only where it is the last one. What the details
#     name as manager (a chart, Argo CD, Flux) puts it back: change it there. That takes rights, it does not end
#     the credential, which still authenticates with the rights of its groups and of everybody.
#   traps:
#     - case: The list of identities has a gap.
#       test: test_a_list_with_gaps_is_unknown
#     - case: The user is named with or without a numeric suffix, and so no list has the name.
#       test: test_a_name_that_no_list_has_is_unknown
#     - case: A user or group that Kubernetes or its installer made.
#       test: test_does_not_judge_service_accounts_and_built_in_names
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 5.1.1, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(b), strength: exact}
#     - {framework: SOC 2, version: "2017", id: CC6.3, strength: exact}
#     - {framework: CIS Controls, version: "8.1", id: "6.2", strength: exact}
package policies.orphan.grant_of_deleted_identity

import data.lib.identities

deny contains {
	"deletedSeconds": identities.state_seconds(input.identity),
	"otherSubjects": input.grant.otherSubjects,
	"manager": input.grant.manager,
	"powers": sort(input.grant.powers),
} if {
	not not_applicable
	identities.is_deleted(input.identity)
}

unknown contains {"identityState": input.identity.state} if {
	not not_applicable
	identities.is_unsettled(input.identity)
}

not_applicable if identities.is_not_listed(input.identity)
