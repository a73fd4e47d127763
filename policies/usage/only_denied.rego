# METADATA
# title: Only denied requests
# description: >-
#   In whole evidence of at least window_seconds, all requests of this user or service account were
#   refused. Those of which all agents match probe_agents are left out.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: identity
#   question: Was at least one request of this identity let through?
#   why: >-
#     A credential that authenticates and may do nothing is left over, wrongly granted, or in the hands of
#     somebody who tries what it can do.
#   severity: low
#   needs: [usage]
#   min_grade: B
#   remediation: >-
#     Ask what it is for: grant what it lacks, or end its credential (delete the token Secret or the
#     account; purge the certificate). Removing a binding changes nothing, the requests are refused
#     already.
#   traps:
#     - {case: Probes that only ask whether the API server answers, test: test_does_not_judge_probes}
#     - {case: The evidence is short or has holes that may hide what was let through, test: test_evidence_that_is_short_or_not_whole_is_unknown}
#     - {case: Not used at all, test: test_leaves_who_made_no_request}
#     - {case: "Anonymous requests, and groups", test: test_does_not_judge_groups_and_nobody}
#   params:
#     window_seconds:
#       default: 2592000
#       description: How far back the evidence must reach (30 days).
#     probe_agents:
#       default: ["kube-probe/*"]
#       description: User agents of probes; * stands for any characters.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-6, strength: exact}
package policies.usage.only_denied

import data.lib.usage
import data.lib.wildcards

deny contains {"denied": input.usage.denied, "lastUsed": input.usage.last, "agents": input.usage.agents} if {
	not not_applicable
	_is_seen
	input.usage.allowed == 0
	input.usage.denied > 0
}

unknown contains usage.shown if {
	not not_applicable
	not _is_seen
	not _is_let_through
}

not_applicable if input.identity.type == "group"

not_applicable if input.identity.id == "system:anonymous"

not_applicable if {
	count(input.usage.agents) > 0
	every agent in input.usage.agents {
		_is_probe(agent)
	}
}

_is_let_through if input.usage.allowed > 0

_is_seen if {
	usage.is_whole
	usage.window_seconds >= data.params.usage.only_denied.window_seconds
}

_is_probe(agent) if {
	some pattern in data.params.usage.only_denied.probe_agents
	wildcards.match(pattern, agent)
}
