# METADATA
# title: Use by a deleted or disabled identity
# description: >-
#   A user whom the identity source calls disabled or deleted made requests more than slack_seconds after
#   that day, and the API server let requests of this name through. It is judged on the identity, because
#   a certificate that no inventory knows, or a login of another kind, must not hide it; the findings on
#   the person's credentials say what to end. Use within slack_seconds, an unknown day of leaving, and
#   evidence with holes are unknown.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: identity
#   question: Does somebody still work under the name of this person who left or was locked out?
#   why: >-
#     Somebody holds a working credential of a person who is gone: that is an intrusion, or a shared
#     account that nobody knows of.
#   severity: critical
#   needs: [usage, identities]
#   min_grade: B
#   ends: access
#   remediation: >-
#     Open an incident. Purge the person's credentials now (at the provider, or every RBAC path of the user
#     and its groups; a certificate in system:masters only ends with its CA), then remove the grants.
#     Disabling the account at the identity provider does not end a certificate, nor does revoking it where
#     the provider issues a new one.
#   traps:
#     - {case: The last requests on the day of leaving, test: test_use_within_the_slack_is_unknown}
#     - {case: Nobody says since when the identity is gone, test: test_without_the_day_of_leaving_it_is_unknown}
#     - {case: Every request was refused, test: test_leaves_who_was_always_refused}
#     - {case: Worked until the day of leaving, test: test_leaves_use_before_the_leave}
#     - {case: Refused since the day of leaving, test: test_leaves_who_is_refused_since_the_leave}
#     - {case: Somebody else acts under this name, test: test_leaves_whom_others_impersonate}
#     - {case: The identity is on no list, test: test_a_state_that_nobody_knows_is_unknown}
#     - {case: "Service accounts, groups and parts of Kubernetes", test: test_does_not_judge_who_is_no_user}
#   params:
#     slack_seconds:
#       default: 86400
#       description: Time after the leave in which use may be the person's own (1 day).
#     window_seconds:
#       default: 2592000
#       description: How far back the evidence must reach, unless the leave is younger (30 days).
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-3(8), strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(g), strength: exact}
#     - {framework: CIS Controls, version: "8.1", id: "6.2", strength: exact}
package policies.usage.used_by_deleted_identity

import data.lib.usage

deny contains {
	"state": input.identity.state,
	"stateSince": input.identity.stateSince,
	"lastUsed": input.usage.lastAllowed,
	"allowed": input.usage.allowed,
	"denied": input.usage.denied,
} if {
	not not_applicable
	_is_used
}

unknown contains {"state": input.identity.state, "stateSince": input.identity.stateSince} if {
	not not_applicable
	not _is_used
	not _is_quiet
}

not_applicable if input.identity.type in {"group", "service_account"}

not_applicable if startswith(input.identity.name, "system:")

not_applicable if input.identity.state == "active"

# Whom no list names has not left any of them.
not_applicable if {
	input.identity.state == "unknown"
	input.identity.listComplete
}

_is_used if {
	_is_gone
	input.usage.lastAllowed > input.identity.stateSince + _params.slack_seconds
}

_is_quiet if {
	_is_gone
	_is_seen
	input.usage.allowed == 0
}

# Others acted in its name, who may: that is their use.
_is_quiet if {
	_is_gone
	_is_seen
	input.usage.allowed + input.usage.denied == input.usage.impersonated
}

# Undefined without both dates.
_is_quiet if {
	_is_gone
	_is_seen
	input.identity.stateSince - input.usage.lastAllowed >= 0
}

_is_gone if input.identity.state in {"disabled", "deleted"}

_is_seen if {
	usage.is_whole
	usage.window_seconds >= _params.window_seconds
}

_is_seen if {
	usage.is_whole
	input.identity.stateSince - input.usage.window.from >= 0
}

_params := data.params.usage.used_by_deleted_identity
