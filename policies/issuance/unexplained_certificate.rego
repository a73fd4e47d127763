# METADATA
# title: Certificate in use that nobody issued
# description: >-
#   A client certificate is known by its id in an audit log alone: it was used, and neither a request, nor
#   a file, nor a cloud's list has it, though a ledger of issued certificates was kept, and the whole log
#   read, for long before its first use. One that is older and lay idle for longer still, or that a CA
#   shared with another cluster issued, looks the same.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does anybody know where this certificate comes from?
#   why: >-
#     A certificate that the cluster trusts and did not issue was signed with a copy of the CA's key.
#     Whoever has that key is anybody, system:masters included.
#   severity: high
#   needs: [certificate_requests, kubeconfig, usage, history]
#   min_grade: A
#   remediation: >-
#     Find the issuer: a CA that other clusters share, a request from before the ledger, kubeadm on a
#     control-plane node. Where nobody explains it, suspect the CA's key: rotate the client CA, which ends
#     every certificate that it signed. No change of RBAC ends a forged one.
#   traps:
#     - case: A certificate first used before the ledger was kept
#       test: test_older_than_the_ledger_is_unknown
#     - case: A certificate that is dated from before the ledger
#       test: test_older_than_the_ledger_is_unknown
#     - case: A certificate in use since before the log that was read, as those of kubeadm's components
#       test: test_without_a_long_silence_is_unknown
#     - case: A silence that a hole in the log may have broken
#       test: test_without_a_long_silence_is_unknown
#     - case: A certificate that a request, a file or a cloud's list explains as well
#       test: test_leaves_what_is_explained
#   params:
#     settled_seconds:
#       default: 2592000
#       description: Silence before its first use after which a certificate counts as new (30 days).
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(1), strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(g), strength: exact}
package policies.issuance.unexplained_certificate

deny contains {"firstUseEpochSeconds": input.usage.first, "ledgerSinceEpochSeconds": input.ledgerSince} if {
	_is_unexplained
	_is_later
}

unknown contains {"reason": "it may be older than the ledger"} if {
	_is_unexplained
	not _is_later
}

not_applicable if input.credential.kind != "client_certificate"

_is_unexplained if {
	not not_applicable
	every location in input.credential.locations {
		location.origin == "audit"
	}
}

# The first use in a log is the first one ever only after a long silence that was looked at. What is null takes no
# part in a difference.
_is_later if {
	input.usage.window.complete
	input.usage.first - input.usage.window.from >= _params.settled_seconds
	input.usage.first - input.ledgerSince >= _params.settled_seconds
	not _is_dated_before
}

_is_dated_before if {
	not is_null(input.credential.notBefore)
	input.credential.notBefore < input.ledgerSince
}

_params := data.params.issuance.unexplained_certificate
