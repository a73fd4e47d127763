# METADATA
# title: Two configured names, one cluster
# description: >-
#   The config gives more than one name to contexts that lead to the same cluster, apart from the allowed
#   names of the params. A context that leads to another cluster than its name says cannot be told from
#   this alone.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: cluster
#   question: Is this cluster scanned under the names of two?
#   why: >-
#     Where two clusters were meant, one of them is looked at twice and the other not at all, and every
#     report of it is that of its neighbour.
#   severity: medium
#   needs: [cluster]
#   min_grade: none
#   remediation: >-
#     Correct the server or the context that the config names, or drop the second name. Where one cluster
#     has two addresses on purpose, put one of the names into the params (coverage.context_alias.allowed).
#   traps:
#     - case: Blue and green addresses of one cluster, allowed by name
#       test: test_leaves_allowed_names
#     - case: Several contexts of one name, or without one
#       test: test_leaves_one_name
#   params:
#     allowed:
#       default: []
#       description: Names that a cluster may have beside its own; * stands for any characters.
package policies.coverage.context_alias

import data.lib.wildcards

deny contains {"names": sort(_names)} if count(_names) > 1

# Two contexts of one cluster whose UID was not read may count as two.
unknown contains {"reason": "which cluster it is was not read"} if {
	not not_applicable
	some gap in input.clusterGaps
	gap.source == "cluster"
}

not_applicable if count(input.configuredNames) == 0

_names contains name if {
	some name in input.configuredNames
	not _is_allowed(name)
}

_is_allowed(name) if {
	some pattern in data.params.coverage.context_alias.allowed
	wildcards.match(pattern, name)
}
