# METADATA
# title: Certificate request asks for no lifetime
# description: >-
#   The request of a usable client certificate has no spec.expirationSeconds, so that the signer took its
#   own maximum, a year by default. Requests of kubelets (signer
#   kubernetes.io/kube-apiserver-client-kubelet) never ask and are left out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Was this certificate issued for as long as the signer likes?
#   why: >-
#     What is issued cannot be taken back before notAfter: a request that says nothing gets the longest
#     life there is.
#   severity: low
#   needs: [certificate_requests]
#   min_grade: none
#   remediation: >-
#     Set spec.expirationSeconds in the next request (600 at least; a working day for a person). The
#     certificate that was issued ends at notAfter or with the client CA; deleting the request ends
#     nothing.
#   traps:
#     - case: The request of a kubelet, which the node renews by itself
#       test: test_does_not_judge_kubelets
#     - case: A request that was denied or waits, and a certificate that has expired
#       test: test_does_not_judge_what_lets_nobody_in
#     - case: A certificate that came by no request of the cluster
#       test: test_does_not_judge_what_lets_nobody_in
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.1.1, strength: analogy}
package policies.issuance.no_lifetime

import data.lib.credentials

deny contains {"signerName": input.credential.issuance.signerName} if {
	not not_applicable
	is_null(input.credential.issuance.expirationSeconds)
}

not_applicable if is_null(input.credential.issuance)

not_applicable if input.credential.issuance.signerName == "kubernetes.io/kube-apiserver-client-kubelet"

not_applicable if not credentials.is_usable
