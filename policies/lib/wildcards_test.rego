package lib.wildcards_test

import data.lib.wildcards

test_a_text_without_star_is_itself_alone if {
	matches("alice") == {"alice"}
	matches("") == {""}
}

test_a_star_stands_for_any_characters_and_none if {
	matches("alice*") == {"alice", "alice:ops"}
	matches("*alice") == {"alice", "team/alice"}
	matches("*alice*") == {"alice", "alice:ops", "team/alice", "team/alice:ops"}
	matches("team/*:ops") == {"team/alice:ops"}
	matches("*ali*:*") == {"alice:ops", "team/alice:ops"}
	matches("*") == texts
	matches("**") == texts
}

test_is_what_glob_match_says_of_stars if {
	every pattern in {"alice", "*", "**", "alice*", "*alice", "*alice*", "a*e", "*l*c*", "a*:ops*", "*a*:ops"} {
		matches(pattern) == {text | some text in texts; glob.match(pattern, null, text)}
	}
}

test_no_other_character_is_special if {
	matches("al?ce") == set()
	matches("al?c*e") == set()
	matches("[ab]lice") == {"[ab]lice"}
	matches("[a*e") == {"[ab]lice"}
	matches("[a*]lice") == {"[ab]lice"}
	matches("{a,b}*c") == {"{a,b}?c"}
	matches("{a,*}?c") == {"{a,b}?c"}
	matches("a\\*c") == {"a\\bc"}
}

matches(pattern) := {text | some text in texts; wildcards.match(pattern, text)}

texts := {
	"", "a", "ali", "alice", "alice:ops", "team/", "team/alice", "team/alice:ops", "bob", "*", "[ab]lice", "{a,b}?c",
	"a\\bc", "abc",
}
