# METADATA
# title: Patterns in which * stands for any characters
# description: >-
#   No other character is special. glob.match makes a regular expression anew for each pattern and record, which took
#   a third of the time of all policies: only a * between two texts needs it.
# scope: package
package lib.wildcards

match(pattern, text) if text == pattern

match(pattern, text) if {
	startswith(pattern, "*")
	endswith(text, trim(pattern, "*"))
}

match(pattern, text) if {
	endswith(pattern, "*")
	startswith(text, trim(pattern, "*"))
}

match(pattern, text) if {
	startswith(pattern, "*")
	endswith(pattern, "*")
	contains(text, trim(pattern, "*"))
}

match(pattern, text) if {
	contains(trim(pattern, "*"), "*")
	glob.match(strings.replace_n(_escapes, pattern), null, text)
}

_escapes := {"\\": "\\\\", "?": "\\?", "[": "\\[", "]": "\\]", "{": "\\{", "}": "\\}", ",": "\\,"}
