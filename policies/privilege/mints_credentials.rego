# METADATA
# title: May mint or borrow credentials
# description: >-
#   A subject may approve or sign certificates, create tokens, impersonate others, or bind and escalate
#   roles, in the whole cluster or in kube-system, where the control plane's accounts are: it can make
#   itself a credential that nobody issued to it. The API server's own bindings and the
#   allowed_bindings of the params are left out; persons bound to cluster-admin are left to
#   privilege/cluster_admin_person.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: grant
#   question: Can this subject make itself a credential that nobody issued to it?
#   why: >-
#     What it mints outlives the right to mint: a certificate works until notAfter, and no binding shows it.
#   severity: high
#   needs: [bindings, roles, authorizer]
#   min_grade: none
#   remediation: >-
#     Take the verb out of the role, or limit it with resourceNames (a signer, a service account, a
#     role). Certificate and token controllers need theirs: waive those by binding. Credentials that it
#     made already go on working: look for them.
#   traps:
#     - case: The API server's own controllers (kube-controller-manager, its certificate and token controllers)
#       test: test_does_not_judge_bootstrap_subjects_and_persons_bound_to_cluster_admin
#     - case: A certificate manager that needs it, allowed by its binding
#       test: test_does_not_judge_allowed_bindings
#     - case: A verb limited by resourceNames to one signer or role, which is no such power
#       test: test_leaves_other_powers_and_other_namespaces
#     - case: A person bound to cluster-admin, whom another policy names
#       test: test_does_not_judge_bootstrap_subjects_and_persons_bound_to_cluster_admin
#   params:
#     allowed_bindings:
#       default: []
#       description: Bindings whose subjects mint credentials on purpose (cert-manager); * stands for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.8, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.11, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.13, strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.8.3, strength: exact}
#     - {framework: ISO 27001, version: "2022", id: A.8.5, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-6, strength: exact}
package policies.privilege.mints_credentials

import data.lib.subjects
import data.lib.wildcards

deny contains {"powers": powers} if {
	not not_applicable
	input.grant.namespace in {"", "kube-system"}
	powers := sort({power | some power in input.grant.powers; power in _minting})
	count(powers) > 0
}

not_applicable if input.grant.isBootstrapDefault

not_applicable if {
	"cluster_admin" in input.grant.powers
	input.identity.human != "no"
	subjects.is_person(input.grant.subject.kind, input.grant.subject.name)
}

not_applicable if {
	some pattern in data.params.privilege.mints_credentials.allowed_bindings
	wildcards.match(pattern, input.grant.bindingName)
}

_minting := {
	"approve_csr",
	"bind",
	"cluster_admin",
	"create_token",
	"escalate",
	"impersonate",
	"sign_csr",
}
