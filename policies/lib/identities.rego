# METADATA
# title: What the lists of identities say of somebody
# scope: package
# schemas:
#   - input: schema.record
package lib.identities

import data.lib.subjects

# It was there and is gone, says a list that was read to its end.
is_deleted(who) if {
	who.state == "deleted"
	who.listComplete
}

# A list with gaps says so, or no list has the name: many forget whom they delete.
is_unsettled(who) if {
	who.state == "deleted"
	not who.listComplete
}

is_unsettled(who) if who.state == "unknown"

# Kubernetes keeps its service accounts and its own users itself.
is_not_listed(who) if who.type == "service_account"

is_not_listed(who) if subjects.is_builtin(who.name)

# Nobody expects a robot in a list of persons; one that is in it is judged.
is_not_listed(who) if {
	who.state == "unknown"
	not is_expected(who)
}

# An account in the cloud lists everybody: its users, its roles, and robots among them.
is_expected(who) if who.provider == "alibaba"

is_expected(who) if {
	who.human != "no"
	subjects.is_person(_kinds[who.type], who.name)
}

# How long it is disabled or deleted; null where nobody says.
default state_seconds(_) := null

state_seconds(who) := input.now - who.stateSince

_kinds := {"user": "User", "group": "Group", "service_account": "ServiceAccount"}
