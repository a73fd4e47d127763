# METADATA
# title: Patterns in which * stands for any characters
# description: >-
#   No other character is special. glob.match makes a regular expression anew for each pattern and record, which took
#   a third of the time of all policies: only a * between two texts needs it.
# scope: package
package lib.wildcards

match(pattern, text) if text == pattern

# Most patterns have no star: those are not trimmed at all, and the others once.
match(pattern, text) if {
	contains(pattern, "*")
	_matches(pattern, trim(pattern, "*"), text)
}

_matches(pattern, middle, text) if {
	startswith(pattern, "*")
	endswith(text, middle)
}

_matches(pattern, middle, text) if {
	endswith(pattern, "*")
	startswith(text, middle)
}

_matches(pattern, middle, text) if {
	startswith(pattern, "*")
	endswith(pattern, "*")
	contains(text, middle)
}

_matches(pattern, middle, text) if {
	contains(middle, "*")
	glob.match(strings.replace_n(_escapes, pattern), null, text)
}

_escapes := {"\\": "\\\\", "?": "\\?", "[": "\\[", "]": "\\]", "{": "\\{", "}": "\\}", ",": "\\,"}
