# METADATA
# title: What the evidence of use says
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   params:
#     lag_seconds:
#       default: 172800
#       description: How long before the scan the evidence of use may end and still speak of today (2 days).
#     rare_users:
#       default: []
#       description: >-
#         Names of users that are idle for months on purpose (quarterly jobs, disaster recovery); * stands
#         for any characters.
package lib.usage

import data.lib.credentials
import data.lib.subjects
import data.lib.wildcards

# No request can have been missed: without a hole, until now, of this very credential or of its user. A
# summary or a label shows use, but never that there was none.
is_whole if {
	input.usage.result != "unavailable"
	input.usage.grade in {"A", "B"}
	input.usage.window.complete
	input.now - input.usage.window.to <= data.params.lib.usage.lag_seconds
}

# Undefined where the window has no start or no end.
window_seconds := input.usage.window.to - input.usage.window.from

# A certificate may be dated back: it is as young as the request for it. Undefined where nobody says.
issued_at := latest if {
	latest := max({input.credential.notBefore, input.credential.createdAt})
	latest != null
}

# From the credential's issue to the end of the evidence.
issued_seconds := input.usage.window.to - issued_at

# How long a credential surely was not used: never longer than it exists and than the evidence reaches.
idle_seconds := min({window_seconds, issued_seconds, _seconds_since_last}) if is_whole

_seconds_since_last := input.usage.window.to - input.usage.last

_seconds_since_last := window_seconds if {
	input.usage.result == "unused"
	input.usage.last == null
}

# When this credential was used (null where nobody knows), as far as that is not the use of a newer one of
# the same user.
own_uses contains at if {
	some at in {input.usage.first, input.usage.last}
	not _is_anothers(at)
}

_is_anothers(at) if {
	not is_own
	input.newer.notBefore <= at
}

# The evidence names the credential, not only its user.
is_own if input.usage.evidence in {"credential_id", "token_label"}

# What policies of idle credentials leave to others, or to nobody.
is_exempt if credentials.is_login

# Nobody can use it any more.
is_exempt if not credentials.is_usable

is_exempt if input.credential.invalidSince != null

is_exempt if input.serviceAccountExists == "no"

# Judged by usage/token_idle.
is_exempt if input.usage.evidence == "token_label"

# A kubelet that renews its certificate leaves the old one unused until it ends.
is_exempt if {
	credentials.is_node
	input.newer != null
}

is_exempt if is_rare(input.credential.username)

# Meant to be used once a quarter, or never.
is_rare(name) if subjects.is_break_glass(name)

is_rare(name) if {
	some pattern in data.params.lib.usage.rare_users
	wildcards.match(pattern, name)
}

# LegacyServiceAccountTokenTracking, which writes the day of last use, is always on from 1.28.
tracks_tokens if {
	[major, minor] := array.slice(split(trim_prefix(input.cluster.version, "v"), "."), 0, 2)
	[to_number(major), to_number(minor)] >= [1, 28]
}

# What an unknown shows of the evidence.
shown := {"windowSeconds": _shown_window, "isWindowWhole": _is_shown_whole}

default _shown_window := null

_shown_window := window_seconds

default _is_shown_whole := false

_is_shown_whole if is_whole
