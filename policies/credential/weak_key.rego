# METADATA
# title: Certificate with a weak key, signature or usage
# description: >-
#   A working certificate has a key that is too short, a signature over MD5 or SHA-1, or does not
#   allow client authentication, so that it was never meant to log in with. A hardware signer that can do
#   no better looks like any other: lower the bits of the params for it, or waive its certificates.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Could somebody forge this certificate, or was it never meant to log in?
#   why: >-
#     Whoever breaks the key or the signature is its user until notAfter, and leaves no trace of a theft.
#   severity: medium
#   needs: [certificate_requests, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Issue a new certificate over a new key (ECDSA P-256, or RSA with 2048 bits and more) signed with
#     SHA-256. The weak one works until notAfter unless its user and groups lose every role binding or
#     the CA is rotated.
#   traps:
#     - case: A key or signature of a kind that could not be read.
#       test: test_an_unknown_size_or_signature_is_neither
#     - case: Ed25519, whose size says nothing.
#       test: test_leaves_strong_ones
#     - case: A token, and what does not work any more.
#       test: test_does_not_judge_tokens_and_what_does_not_work
#   params:
#     min_rsa_bits:
#       default: 2048
#       description: Shortest RSA modulus in bits.
#     min_ecdsa_bits:
#       default: 256
#       description: Smallest curve in bits.
#   controls:
#     - {framework: PCI DSS, version: "4.0", id: 3.6.1, strength: analogy}
#     - {framework: NIST SP 800-53, version: r5, id: SC-12, strength: analogy}
package policies.credential.weak_key

import data.lib.credentials

deny contains finding if {
	not not_applicable
	some finding in _weaknesses
}

unknown contains finding if {
	not not_applicable
	some finding in _unread
}

# A client certificate without it could not be read.
not_applicable if {
	is_null(input.credential.certificate)
	input.credential.kind != "client_certificate"
}

not_applicable if not credentials.is_usable

_weaknesses contains {"key": "key_size", "keyAlgorithm": algorithm, "keyBits": bits, "minBits": least} if {
	algorithm := input.credential.certificate.keyAlgorithm
	bits := input.credential.certificate.keyBits
	bits > 0 # 0: not known
	least := _min_bits[algorithm]
	bits < least
}

_weaknesses contains {"key": "signature", "signatureHash": hash} if {
	hash := input.credential.certificate.signatureHash
	hash in {"MD2", "MD5", "SHA-1"}
}

_weaknesses contains {"key": "usage", "clientAuth": false} if input.credential.certificate.clientAuth == false

_unread contains {"key": "certificate"} if is_null(input.credential.certificate)

_unread contains {"key": "key_size", "keyAlgorithm": input.credential.certificate.keyAlgorithm} if {
	input.credential.certificate.keyBits == 0
}

_unread contains {"key": "signature"} if input.credential.certificate.signatureHash == "unknown"

_min_bits := {"RSA": _params.min_rsa_bits, "ECDSA": _params.min_ecdsa_bits}

_params := data.params.credential.weak_key
