# METADATA
# title: One credential, many users
# description: >-
#   Evidence of this very credential (grade A) shows more source addresses than most_sources or more
#   programs than most_programs; versions of one program count once. They are counted over the whole
#   window, for the evidence does not say which were at work at one time: roaming, VPN pools and CI
#   runners add up, and belong into the expected names. Many people behind one NAT address are not seen.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Is this credential in few hands?
#   why: >-
#     A shared credential cannot be taken from one of its users, and names none of them in the audit log.
#   severity: medium
#   needs: [usage]
#   min_grade: A
#   remediation: >-
#     Issue one credential to each user, move them over, then end the shared one: it works for all of them
#     until it is purged, its Secret is deleted, or its notAfter.
#   traps:
#     - {case: "CI runners, VPN pools and NAT in front of a name that is expected in many places", test: test_does_not_judge_expected_names}
#     - {case: One program in many versions, test: test_counts_the_versions_of_a_program_once}
#     - {case: The log names only the user, test: test_evidence_of_the_user_is_unknown}
#     - {case: The evidence is short or has holes, test: test_evidence_that_is_short_or_not_whole_is_unknown}
#     - {case: "Kubelets, and what cannot be used", test: test_does_not_judge_kubelets_and_what_is_over}
#   params:
#     most_sources:
#       default: 20
#       description: Source addresses that one credential may have in the window.
#     most_programs:
#       default: 6
#       description: Programs that one credential may be used by in the window.
#     window_seconds:
#       default: 604800
#       description: How far back the evidence must reach to show that there were no more (7 days).
#     expected:
#       default: []
#       description: Names of users that are at work in many places; * stands for any characters.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(g), strength: analogy}
package policies.usage.many_sources

import data.lib.credentials
import data.lib.usage
import data.lib.wildcards

deny contains {"sourceAddresses": input.usage.sources, "programs": sort(_programs)} if {
	not not_applicable
	_is_many
	usage.is_own
}

unknown contains usage.shown if {
	not not_applicable
	not _is_seen
	not _is_shared
}

# They may be those of several credentials.
unknown contains {"sourceAddresses": input.usage.sources, "programs": sort(_programs)} if {
	not not_applicable
	_is_seen
	_is_many
	not usage.is_own
}

not_applicable if credentials.is_node

not_applicable if credentials.is_login

not_applicable if not credentials.is_usable

not_applicable if {
	some pattern in _params.expected
	wildcards.match(pattern, input.credential.username)
}

_is_shared if {
	_is_many
	usage.is_own
}

_is_many if input.usage.sources > _params.most_sources

_is_many if count(_programs) > _params.most_programs

_is_seen if {
	usage.is_whole
	usage.window_seconds >= _params.window_seconds
}

# As `kubectl` of kubectl/v1.34.4 (linux/amd64).
_programs contains split(agent, "/")[0] if some agent in input.usage.agents

_params := data.params.usage.many_sources
