# METADATA
# title: Client certificate with group system:masters
# description: >-
#   The API server lets members of system:masters do everything before it asks any authorizer. No role
#   binding gives that right and removing none takes it away.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this certificate open everything, whatever RBAC says?
#   why: >-
#     It is a master key with a date on it: nobody can take its rights away, and a copy is as good.
#   severity: critical
#   needs: [certificate_requests, kubeconfig, authorizer]
#   min_grade: none
#   ends: credential
#   remediation: >-
#     Rotate the cluster's client CA, or wait for notAfter: no change of RBAC ends it. A managed cluster
#     may purge it at the provider; a front proxy or an authorizing webhook can refuse it until then.
#   traps:
#     - case: kubeadm's own admin file, whose group is kubeadm:cluster-admins since 1.29
#       test: test_leaves_other_groups
#     - case: A certificate that has expired, was revoked, or was never issued
#       test: test_does_not_judge_other_kinds_and_what_does_not_work
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.7, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-6, strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.8.2, strength: exact}
package policies.privilege.system_masters_certificate

import data.lib.credentials

deny contains {"group": "system:masters"} if {
	not not_applicable
	"system:masters" in input.credential.groups
}

not_applicable if input.credential.kind != "client_certificate"

not_applicable if not credentials.is_usable
