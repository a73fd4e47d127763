# METADATA
# title: Shared or generic user name
# description: >-
#   The name of a user, without the prefix of its identity provider and its domain, is one of the
#   generic_names. Robots (lib.subjects), parts of Kubernetes and whom the identity source calls no person
#   are left out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: identity
#   question: Does this user name say who it is?
#   why: >-
#     Nobody answers for what a shared name does, and when one of its users leaves, everybody's credential
#     must go.
#   severity: medium
#   needs: [bindings]
#   min_grade: none
#   remediation: >-
#     Give each person a name and a grant of their own, then remove this subject from its bindings (not the
#     bindings, where they have others) and end its credentials: a certificate stays valid until it is
#     purged or its notAfter.
#   traps:
#     - {case: A robot with a generic name, test: test_does_not_judge_robots_and_kubernetes}
#     - {case: The name of a person in which a generic one is hidden, test: test_leaves_names_of_persons}
#     - {case: Groups are shared by nature, test: test_does_not_judge_groups_and_service_accounts}
#   params:
#     generic_names:
#       default:
#         - admin
#         - admin[0-9]*
#         - administrator
#         - "*-admins"
#         - cluster-admin
#         - kube-admin
#         - kubernetes-admin
#         - root
#         - user
#         - user[0-9]*
#         - test
#         - test[0-9]*
#         - "test-*"
#         - guest
#         - dev
#         - developer
#         - developers
#         - ops
#         - devops
#         - sre
#         - operator
#         - support
#         - team
#         - "team-*"
#         - "*-team"
#         - shared
#         - "shared-*"
#         - default
#         - temp
#         - tmp
#       description: Names that say nobody, in small letters; * stands for any characters, [0-9] for a digit.
#   controls:
#     - {framework: CIS Controls, version: "8.1", id: "5.1", strength: analogy}
package policies.governance.shared_user_name

import data.lib.subjects
import data.lib.wildcards

deny contains {"pattern": pattern} if {
	not not_applicable
	pattern := min(_matches)
}

not_applicable if input.identity.type != "user"

not_applicable if input.identity.human == "no"

not_applicable if not subjects.is_person("User", input.identity.name)

_matches contains pattern if {
	some pattern in data.params.governance.shared_user_name.generic_names
	wildcards.match(pattern, _local_name)
}

_matches contains pattern if {
	some pattern in data.params.governance.shared_user_name.generic_names
	contains(pattern, "[")
	glob.match(pattern, null, _local_name)
}

# As `admin` of oidc:Admin@example.com, and of https://login.example.com#admin.
_local_name := split(tail, "@")[0] if {
	parts := split(strings.replace_n({"#": ":", "/": ":"}, lower(input.identity.name)), ":")
	tail := parts[count(parts) - 1]
}
