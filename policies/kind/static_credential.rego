# METADATA
# title: Static token or password in a kubeconfig
# description: >-
#   A user block holds a token or a password that never changes by itself, has no end date that anybody
#   could see, and works from anywhere. The API server's own flags are not read: that no file shows such
#   a token does not say that the server would take none.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this file hold a password that never changes by itself?
#   why: >-
#     It can be copied without a trace, is sent whole with every request, and only a restart of the API server
#     takes it back.
#   severity: high
#   needs: [kubeconfig]
#   min_grade: none
#   remediation: >-
#     Take it out of the file that the API server's --token-auth-file or --basic-auth-file names and
#     restart the API server: editing the kubeconfig ends nothing. Then log in through an identity
#     provider or with a short-lived certificate.
#   traps:
#     - case: A credential with an end date, or a plugin that fetches one
#       test: test_leaves_other_kinds
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 1.2.2, strength: analogy}
#     - {framework: CIS ACK, version: "1.0", id: 1.2.1, strength: analogy}
#     - {framework: CIS ACK, version: "1.0", id: 1.2.2, strength: analogy}
#     - {framework: CIS Alibaba Cloud Foundation, version: "2.0", id: "7.6", strength: analogy}
package policies.kind.static_credential

deny contains {"credentialKind": input.credential.kind} if {
	input.credential.kind in {"static_token", "basic_auth"}
}
