# METADATA
# title: Who calls the API server, as user agents tell
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   params:
#     person_agents:
#       default: ["kubectl*", "k9s/*", "Lens/*", "OpenLens/*", "Headlamp/*"]
#       description: User agents of what people type into; * stands for any characters.
package lib.agents

import data.lib.wildcards

by_person contains agent if {
	some agent in input.usage.agents
	some pattern in data.params.lib.agents.person_agents
	wildcards.match(pattern, agent)
}

# None of the window is missing: neither a label nor a cloud's summary names agents, and a list as long
# as the longest may be cut.
are_known if {
	input.usage.result != "unavailable"
	input.usage.window.complete
	input.usage.evidence in {"credential_id", "username"}
	count(input.usage.agents) < 20
}
