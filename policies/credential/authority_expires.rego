# METADATA
# title: Certificate authority ends soon
# description: >-
#   An authority that the cluster's clients trust ends within window_seconds, or before a working
#   certificate that is known to be of it. Several of one subject are one authority, renewed: the latest
#   counts. One that has ended is left out where another of the cluster's is in force and nothing known
#   of it still lives. A provider's own authority is judged like any other, for nothing says that the
#   provider renews it in time; so is the one that a rotation to another name leaves behind, until it ends.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: cluster
#   question: Does this cluster's certificate authority end within a year, or before what it issued?
#   why: >-
#     When it ends, every certificate of it ends with it, whatever date they name, and every client that
#     trusts it alone is locked out at the same second. A rotation takes weeks.
#   severity: high
#   needs: [certificate_requests, kubeconfig]
#   min_grade: none
#   remediation: >-
#     Plan the rotation of the CA: trust the new one beside the old one everywhere, issue anew what the
#     old one signed, then drop the old one. The provider of a managed cluster has a call for it. That
#     rotation is also the only thing that ends all its certificates before their notAfter.
#   traps:
#     - case: Two authorities of one subject while a rotation is under way; the newer one counts.
#       test: test_counts_the_latest_of_one_subject
#     - case: An authority that a rotation replaced and that has ended is still in a bundle.
#       test: test_leaves_what_a_rotation_left_behind
#     - case: Its certificates end when it does, or nobody knows any.
#       test: test_leaves_one_that_outlives_what_it_issued
#     - case: Clients verify the server through the system's own roots, and no authority is known.
#       test: test_does_not_judge_a_cluster_without_a_known_authority
#   params:
#     window_seconds:
#       default: 31536000
#       description: Time before an authority's notAfter in which its rotation is due (365 days).
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: SC-12, strength: analogy}
#     - {framework: PCI DSS, version: "4.0", id: 3.7.4, strength: analogy}
package policies.credential.authority_expires

deny contains {"key": subject, "secondsLeft": end - input.now, "outlivedSeconds": _outlived[subject]} if {
	some subject, end in _ends
	_is_due(subject, end)
}

# A certificate or an authority that was not read may be the one that matters.
unknown contains {"source": gap.source} if {
	some gap in input.clusterGaps
	gap.source in {"certificate_requests", "kubeconfig"}
}

not_applicable if {
	count(input.certificateAuthorities) == 0
	count(unknown) == 0
}

_ends[subject] := max(ends) if {
	some subject in {authority.subject | some authority in input.certificateAuthorities}
	ends := {authority.notAfter | some authority in input.certificateAuthorities; authority.subject == subject}
}

# By how much the last of its certificates would outlive it. Where none is known, null minus a date is undefined.
_outlived[subject] := max({0} | excesses) if {
	some subject, end in _ends
	excesses := {excess |
		some authority in input.certificateAuthorities
		authority.subject == subject
		excess := authority.issuedUntil - end
	}
}

_is_due(subject, _) if _outlived[subject] > 0

_is_due(_, end) if {
	end - input.now < data.params.credential.authority_expires.window_seconds
	not _is_left_behind(end)
}

_is_left_behind(end) if {
	end < input.now
	some other in _ends
	other >= input.now
}
