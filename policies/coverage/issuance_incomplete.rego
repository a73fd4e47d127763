# METADATA
# title: Record of issued certificates is incomplete
# description: >-
#   Nobody keeps a ledger of the certificates that this cluster issues, or it began less than
#   cover_seconds ago: certificates that still work may be on no list. A ledger younger than
#   grace_seconds is unknown and not denied.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: cluster
#   question: Is every certificate that may still work on record?
#   why: >-
#     A cluster forgets a certificate request an hour after its decision. What was issued before anybody
#     wrote it down is found only by its use, or in a file.
#   severity: low
#   needs: [history]
#   min_grade: none
#   remediation: >-
#     Record issued certificates inside the cluster, or scan more often than once an hour, and wait until
#     what was issued before has ended. To be sure at once, rotate the client CA.
#   traps:
#     - case: A ledger in its first week
#       test: test_a_ledger_in_its_first_week_is_unknown
#     - case: A cluster whose history was not asked for
#       test: test_leaves_a_history_that_was_not_read_to_its_gap
#   params:
#     cover_seconds:
#       default: 31536000
#       description: How far back a ledger must reach (365 days, the longest life of a certificate by default).
#     grace_seconds:
#       default: 604800
#       description: Age up to which a ledger is too young to be judged (7 days).
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.1.1, strength: analogy}
package policies.coverage.issuance_incomplete

deny contains {"ledgerSeconds": null} if {
	is_null(input.ledgerSince)
	not _is_unread
}

deny contains {"ledgerSeconds": _age} if {
	_age >= _params.grace_seconds
	_age < _params.cover_seconds
}

unknown contains {"ledgerSeconds": _age} if _age < _params.grace_seconds

_is_unread if {
	some gap in input.gaps
	gap.source == "history"
}

_age := input.now - input.ledgerSince

_params := data.params.coverage.issuance_incomplete
