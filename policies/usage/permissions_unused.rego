# METADATA
# title: Granted permissions that nobody uses
# description: >-
#   In whole evidence of at least window_seconds, a user or service account left unused_percent of its
#   permissions unused, one of them neither a rare_verbs one nor a path that is no resource. Identities
#   that were granted something only within window_seconds are unknown. Roles that Kubernetes aggregates
#   (view, edit, admin) are not told apart from roles of one's own.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: identity
#   question: Does this identity need what it may do?
#   why: >-
#     What it may do and never does is what a thief of its credential gains for nothing.
#   severity: low
#   privileged_severity: medium
#   needs: [usage, bindings, roles]
#   min_grade: B
#   remediation: >-
#     Bind a role with the permissions that were used (kubelapse usage --suggest-role writes it), then
#     remove this subject from the wider binding, not the binding where it has others. An aggregated role
#     is not edited, a narrower one is bound in its place. The credential still authenticates.
#   traps:
#     - {case: "Rare verbs, as to delete", test: test_leaves_rare_verbs}
#     - {case: Paths that are no resources, test: test_leaves_paths}
#     - {case: The rare verbs fill the list that is shown, test: test_what_is_not_shown_is_unknown}
#     - {case: The grants are younger than the window, test: test_young_grants_are_unknown}
#     - {case: The evidence is short or has holes, test: test_evidence_that_is_short_or_not_whole_is_unknown}
#     - {case: "Emergency users and parts of Kubernetes", test: test_does_not_judge_emergencies_kubernetes_and_groups}
#   params:
#     window_seconds:
#       default: 7776000
#       description: How far back the evidence and the oldest grant must reach (90 days).
#     unused_percent:
#       default: 50
#       description: Part of the granted permissions that must be unused.
#     rare_verbs:
#       default: [delete, deletecollection]
#       description: Verbs that are needed and hardly ever used.
#     built_in:
#       default: ["system:serviceaccount:kube-system:*"]
#       description: Ids whose permissions come with Kubernetes; * stands for any characters.
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-6, strength: exact}
#     - {framework: CIS Kubernetes, version: "1.12", id: 5.1.3, strength: analogy}
package policies.usage.permissions_unused

import data.lib.usage
import data.lib.wildcards

deny contains {
	"granted": input.permissions.granted,
	"unused": sort(_needless),
	"unusedTotal": input.permissions.unusedTotal,
} if {
	not not_applicable
	_is_seen
	_is_wide
	count(_needless) > 0
}

unknown contains usage.shown if {
	not not_applicable
	not _is_seen
}

# All that is shown is rare, and there is more.
unknown contains {"unusedTotal": input.permissions.unusedTotal} if {
	not not_applicable
	_is_seen
	_is_wide
	count(_needless) == 0
	input.permissions.unusedTotal > count(input.permissions.unused)
}

not_applicable if input.identity.type == "group"

not_applicable if {
	input.identity.type == "user"
	startswith(input.identity.name, "system:")
}

not_applicable if {
	some pattern in _params.built_in
	wildcards.match(pattern, input.identity.id)
}

not_applicable if usage.is_rare(input.identity.name)

_is_seen if {
	usage.is_whole
	usage.window_seconds >= _params.window_seconds
	input.now - input.grantedSince >= _params.window_seconds
	not is_null(input.permissions)
}

_is_wide if input.permissions.unusedTotal * 100 >= input.permissions.granted * _params.unused_percent

_needless contains permission if {
	some permission in input.permissions.unused
	[verb, object] := array.slice(split(permission, " "), 0, 2)
	not verb in _params.rare_verbs
	not startswith(object, "/")
}

_params := data.params.usage.permissions_unused
