# METADATA
# title: Long-lived token Secret
# description: >-
#   The token in a Secret of type kubernetes.io/service-account-token has no end date, is bound to no
#   pod, and works for whoever has read it once. The
#   allowed_accounts of the params are left out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Is this a token that never ends?
#   why: >-
#     Whoever may list Secrets in the namespace has it, for ever; nothing rotates it, and nothing tells a copy
#     from the original.
#   severity: medium
#   privileged_severity: high
#   needs: [token_secrets]
#   min_grade: none
#   remediation: >-
#     Use a bound token (a projected volume, or kubectl create token), then delete the Secret: that ends
#     the token. The label kubernetes.io/legacy-token-invalid-since stops it first and can be taken back;
#     deleting a binding does not stop it.
#   traps:
#     - case: A registry mirror or an old agent that needs one, allowed by its account
#       test: test_does_not_judge_allowed_accounts
#     - case: The Secret of an account that is gone, whose token has ended
#       test: test_leaves_a_missing_account_to_its_own_policy
#   params:
#     allowed_accounts:
#       default: []
#       description: Service accounts, as namespace/name, that need such a token; * stands for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.6, strength: exact}
#     - {framework: CIS ACK, version: "1.0", id: 5.1.6, strength: exact}
#     - {framework: CIS ACK, version: "1.0", id: 6.6.5, strength: exact}
package policies.kind.long_lived_token_secret

import data.lib.wildcards

deny contains {"ageSeconds": _age} if not not_applicable

not_applicable if input.credential.kind != "token_secret"

# Such a token ended with its account.
not_applicable if input.serviceAccountExists == "no"

not_applicable if {
	some pattern in data.params.kind.long_lived_token_secret.allowed_accounts
	wildcards.match(pattern, concat("/", [
		input.credential.serviceAccount.namespace,
		input.credential.serviceAccount.name,
	]))
}

default _age := null

_age := input.now - input.credential.createdAt
