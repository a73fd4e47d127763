# METADATA
# title: Entrypoints
# description: >-
#   One entrypoint per record kind. Each answers with tuples [category, name, outcome, details] of
#   the policies of that kind; title, severity and controls are added from the catalogue. When
#   policies are compiled, `unroll` writes the loops out, a rule for each outcome of each policy.
# scope: package
# custom:
#   unroll: true
# schemas:
#   - input: schema.record
package main

credential := _answers if input.kind == "credential"

grant := _answers if input.kind == "grant"

identity := _answers if input.kind == "identity"

connection := _answers if input.kind == "connection"

cluster := _answers if input.kind == "cluster"

key := _answers if input.kind == "key"

waiver := _answers if input.kind == "waiver"

finding := _answers if input.kind == "finding"

_answers contains [category, name, "fail", details] if {
	some category, name
	data.kinds[category][name] == input.kind
	some details in data.policies[category][name].deny
}

_answers contains [category, name, "unknown", details] if {
	some category, name
	data.kinds[category][name] == input.kind
	some details in data.policies[category][name].unknown
}

_answers contains [category, name, "not_applicable", {}] if {
	some category, name
	data.kinds[category][name] == input.kind
	data.policies[category][name].not_applicable
}
