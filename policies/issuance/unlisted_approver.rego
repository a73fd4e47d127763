# METADATA
# title: Certificate approved for a powerful group, or by somebody unlisted
# description: >-
#   The request of a usable client certificate was approved by somebody whom the params do not name, or
#   it was approved at all for a group of powerful_groups. Who approved is told by an audit log alone.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Did somebody approve this certificate who should not?
#   why: >-
#     Who approves requests makes users: any name, and nearly any group. A certificate that came by another
#     way than the agreed one is a back door until somebody explains it.
#   severity: high
#   needs: [certificate_requests, usage]
#   min_grade: none
#   remediation: >-
#     Ask whoever approved it: the approver named here, or the one that an audit log tells, else the
#     requester. Take the approve verb on signers and the approval subresource from whoever should not have
#     it. Deleting the request does not end the certificate: purge it where a cloud issued it, else remove
#     every binding of its user and groups, or rotate the client CA.
#   traps:
#     - case: The approver of kubelets, inside kube-controller-manager
#       test: test_leaves_listed_approvers
#     - case: A request that was denied, failed, or waits
#       test: test_does_not_judge_what_was_not_approved
#     - case: A certificate that has expired, or that came by no request
#       test: test_does_not_judge_what_was_not_approved
#   params:
#     approvers:
#       default: ["system:serviceaccount:kube-system:certificate-controller", "system:kube-controller-manager"]
#       description: Users that may approve client certificates; * stands for any characters.
#     powerful_groups:
#       default: ["system:masters", "kubeadm:cluster-admins"]
#       description: Groups that no request should be approved for; * stands for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.11, strength: analogy}
#     - {framework: PCI DSS, version: "4.0", id: 3.7.2, strength: analogy}
#     - {framework: ISO 27001, version: "2022", id: A.8.5, strength: exact}
package policies.issuance.unlisted_approver

import data.lib.credentials
import data.lib.wildcards

deny contains {"approver": input.credential.issuance.approver, "powerfulGroups": sort(_powerful)} if {
	not not_applicable
	_is_wrong
}

unknown contains {"reason": "no log tells who approved it"} if {
	not not_applicable
	input.credential.issuance.approver == ""
}

not_applicable if is_null(input.credential.issuance)

not_applicable if input.credential.issuance.decision != "approved"

not_applicable if not credentials.is_usable

_is_wrong if count(_powerful) > 0

_is_wrong if {
	input.credential.issuance.approver != ""
	not _is_like(input.credential.issuance.approver, _params.approvers)
}

_powerful contains group if {
	some group in input.credential.groups
	_is_like(group, _params.powerful_groups)
}

_is_like(name, patterns) if {
	some pattern in patterns
	wildcards.match(pattern, name)
}

_params := data.params.issuance.unlisted_approver
