# METADATA
# title: Bound token lives over a day
# description: >-
#   A usable bound token of a service account lives longer than max_seconds. A life of
#   exactly a year shows that the API server extends (--service-account-extend-token-expiration) the hour
#   that a pod asked for; allow_extended leaves those out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does this token outlive the day for which it was needed?
#   why: >-
#     A bound token is safe because a stolen one is soon worth nothing; one of months is a long-lived
#     token that no list of Secrets shows.
#   severity: medium
#   needs: [kubeconfig]
#   min_grade: none
#   remediation: >-
#     Ask for less (kubectl create token --duration, expirationSeconds of a projected volume), and switch
#     the extension off once no client is left that does not read its token again. The token that was
#     issued ends with the pod, Secret or account that it is bound to, or at its end; deleting the
#     kubeconfig ends nothing.
#   traps:
#     - case: A token that the API server extended, a default in many managed clusters
#       test: test_leaves_extended_ones_where_allowed
#     - case: An ID token of an identity provider, which is no service account's
#       test: test_does_not_judge_other_and_ended_ones
#     - case: A token that has expired
#       test: test_does_not_judge_other_and_ended_ones
#   params:
#     max_seconds:
#       default: 86400
#       description: Longest life of a bound token (24 hours).
#     allow_extended:
#       default: false
#       description: Whether tokens that the API server extended to a year are left out.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 1.2.30, strength: analogy}
package policies.kind.bound_token_long

import data.lib.credentials

deny contains {"lifetimeSeconds": credentials.least_seconds, "isExtended": _is_extended} if {
	not not_applicable
	credentials.least_seconds > _params.max_seconds
}

unknown contains {"reason": "a date is not known"} if {
	not not_applicable
	is_null(input.credential.notBefore)
	not credentials.least_seconds > _params.max_seconds
}

unknown contains {"reason": "a date is not known"} if {
	not not_applicable
	is_null(input.credential.notAfter)
}

not_applicable if input.credential.kind != "bound_token"

not_applicable if is_null(input.credential.serviceAccount)

not_applicable if not credentials.is_usable

not_applicable if {
	_params.allow_extended
	_is_extended
}

default _is_extended := false

# ExpirationExtensionSeconds of the API server: 365 days.
_is_extended if credentials.lifetime_seconds == 31536000

_params := data.params.kind.bound_token_long
