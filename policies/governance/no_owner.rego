# METADATA
# title: Grant without an owner
# description: >-
#   A binding gives a person a privilege and has neither of the annotations a8r.io/owner and
#   kubelapse.io/owner. Bindings that Helm, a GitOps tool or an operator keeps are answered for there, and
#   so is what Kubernetes puts into its own, but not whom somebody added to them. persons_only and
#   privileged_only of the params widen what is judged. Purpose and date of review are not on record in a
#   cluster.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: Is it written down who answers for this grant?
#   why: >-
#     Without an owner nobody can say whether it is still needed, and it stays.
#   severity: low
#   needs: [bindings, roles]
#   min_grade: none
#   remediation: >-
#     Find out who asked for it and write the annotation kubelapse.io/owner (or a8r.io/owner) on the
#     binding. Where nobody answers, remove the subject; its credentials still authenticate.
#   traps:
#     - {case: What Kubernetes itself grants or a tool keeps, test: test_does_not_judge_what_is_kept_elsewhere}
#     - {case: "Nodes, service accounts and robots", test: test_does_not_judge_who_is_no_person}
#     - {case: Grants without a privilege, test: test_does_not_judge_small_grants}
#     - {case: The role could not be read, test: test_a_role_that_was_not_read_may_be_privileged}
#   params:
#     persons_only:
#       default: true
#       description: Judge only grants to users and groups of persons.
#     privileged_only:
#       default: true
#       description: Judge only grants of a privilege.
#   controls:
#     - {framework: CIS Controls, version: "8.1", id: "5.5", strength: analogy}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(j), strength: analogy}
package policies.governance.no_owner

import data.lib.subjects

deny contains {"roleName": input.grant.roleName} if {
	not not_applicable
	not _is_answered
	_is_wanted
}

not_applicable if input.grant.isBootstrapDefault

# The label of a bootstrap binding proves nothing: anybody may add a subject, or copy it.
not_applicable if not input.grant.manager in {"none", "bootstrap"}

not_applicable if {
	data.params.governance.no_owner.persons_only
	not _is_person
}

not_applicable if {
	not _is_wanted
	not _is_unread
}

_is_answered if trim_space(input.grant.owner) != ""

_is_wanted if input.isPrivileged

_is_wanted if not data.params.governance.no_owner.privileged_only

# Its role may be a privileged one.
_is_unread if {
	some gap in input.gaps
	gap.source == "roles"
}

_is_person if {
	input.identity.human != "no"
	subjects.is_person(input.grant.subject.kind, input.grant.subject.name)
}
