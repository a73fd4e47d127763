# METADATA
# title: Certificate names an unlisted group
# description: >-
#   A usable client certificate puts its bearer into a group (O of its subject) that the params do not
#   allow. system:masters is left to privilege/system_masters_certificate.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this certificate carry a group that nobody can take it out of?
#   why: >-
#     The groups of a certificate are fixed until notAfter: who is taken out of a team keeps its rights,
#     and who binds a role to the group later gives it to every old certificate.
#   severity: medium
#   needs: [certificate_requests, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Issue certificates of the user alone and bind the user, or take groups from an identity provider.
#     The one that was issued ends at notAfter or with the client CA; removing every binding of the group
#     takes the rights from all its members.
#   traps:
#     - case: The groups of nodes and of the control plane
#       test: test_leaves_allowed_groups
#     - case: The common group of a cloud's certificates (system:users of ACK)
#       test: test_leaves_allowed_groups
#     - case: system:masters, which another policy names
#       test: test_leaves_allowed_groups
#     - case: A certificate that has expired or was never issued, and other kinds
#       test: test_does_not_judge_other_and_ended_ones
#   params:
#     allowed:
#       default: ["system:nodes", "system:bootstrappers*", "system:monitoring", "system:users", "kubeadm:cluster-admins"]
#       description: Groups that certificates may name; * stands for any characters.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-6, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.1.1, strength: analogy}
package policies.privilege.certificate_groups

import data.lib.credentials
import data.lib.wildcards

deny contains {"groups": sort(_unlisted)} if {
	not not_applicable
	count(_unlisted) > 0
}

not_applicable if not input.credential.kind in {"client_certificate", "cloud_kubeconfig"}

not_applicable if not credentials.is_usable

_unlisted contains group if {
	some group in input.credential.groups
	group != "system:masters"
	not _is_allowed(group)
}

_is_allowed(group) if {
	some pattern in data.params.privilege.certificate_groups.allowed
	wildcards.match(pattern, group)
}
