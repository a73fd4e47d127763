# METADATA
# title: User that no list of identities has
# description: >-
#   A person or group that a binding or a credential names is in none of the lists, although all were
#   read to their end. That is not to say that it was deleted: a prefix of OIDC claims (oidc:), another
#   case, a new e-mail address or an old numeric suffix make another name of it, and which of them are one
#   is for the list to say. In a cloud's account, which lists robots too, it is also one on whom the lists
#   and the cluster disagree. Elsewhere names that begin with system: and the robots of the params are left
#   out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: identity
#   question: Is this user known to any source of identities?
#   why: >-
#     Nobody will notice when its owner leaves, for no list could say so. Whoever may request
#     certificates can also take a name that nobody has and inherit what it is granted.
#   severity: medium
#   needs: [bindings, identities]
#   min_grade: none
#   remediation: >-
#     Review only: find out who it is, then put the name into the list, name it a robot in the params of
#     lib/subjects, or remove it from its bindings. Nothing is ended on this finding alone.
#   traps:
#     - case: A list could not be read to its end.
#       test: test_a_list_with_gaps_is_unknown
#     - case: Static users of the system.
#       test: test_does_not_judge_what_is_no_person
#     - case: Robots, which no list of persons has.
#       test: test_does_not_judge_what_is_no_person
#     - case: An identity that was deleted or disabled, and so is known.
#       test: test_leaves_who_is_known
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: exact}
#     - {framework: CIS Controls, version: "8.1", id: "5.1", strength: exact}
package policies.orphan.identity_unknown

import data.lib.identities

deny contains {"grantsTotal": input.grantsTotal} if {
	not not_applicable
	input.identity.state == "unknown"
	input.identity.listComplete
}

unknown contains {"listComplete": false} if {
	not not_applicable
	input.identity.state == "unknown"
	not input.identity.listComplete
}

not_applicable if not identities.is_expected(input.identity)
