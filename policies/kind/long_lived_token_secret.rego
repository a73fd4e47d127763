# METADATA
# title: Long-lived token Secret
# description: >-
#   The token in a Secret of type kubernetes.io/service-account-token has no end date, is bound to no
#   pod, and works for whoever has read it once.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   severity: medium
#   privileged_severity: high
#   needs: [token_secrets]
#   min_grade: none
#   remediation: >-
#     Use a bound token (a projected volume, or kubectl create token), then delete the Secret: that ends
#     the token. The label kubernetes.io/legacy-token-invalid-since stops it first and can be taken back;
#     deleting a binding does not stop it.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.6, strength: exact}
#     - {framework: CIS ACK, version: "1.0", id: 5.1.6, strength: exact}
#     - {framework: CIS ACK, version: "1.0", id: 6.6.5, strength: exact}
package policies.kind.long_lived_token_secret

deny contains {"ageSeconds": _age} if not not_applicable

not_applicable if input.credential.kind != "token_secret"

# Such a token ended with its account.
not_applicable if input.serviceAccountExists == "no"

default _age := null

_age := input.now - input.credential.createdAt
