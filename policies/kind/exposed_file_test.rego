package policies.kind.exposed_file_test

import data.lib.testing
import data.policies.kind.exposed_file as policy

# 0o640, 0o604, 0o620, 0o602, 0o610, 0o601: each bit alone.
test_denies_each_bit_of_group_and_others if {
	modes := {416: "640", 388: "604", 400: "620", 386: "602", 392: "610", 385: "601", 511: "777"}
	every mode, text in modes {
		findings({"locations": [file("a", mode)]}) == {{"files": 1, "modes": [text]}}
	}
}

test_names_no_more_of_a_mode_than_its_permissions if {
	modes := {33188: "644", 2541: "4755", 9007199254740991: "7777", -1: "7777"}
	every mode, text in modes {
		findings({"locations": [file("a", mode)]}) == {{"files": 1, "modes": [text]}}
	}
}

test_leaves_files_of_the_owner_alone if {
	every mode in [0, 256, 384, 448] {
		findings({"locations": [file("a", mode)]}) == set()
	}
}

test_leaves_what_is_no_file if findings({"locations": [file("", null)]}) == set()

test_counts_files_of_one_credential_once if {
	found := [file("a", 384), file("b", 420), file("c", 420), file("d", 438), file("", null)]
	findings({"locations": found}) == {{"files": 3, "modes": ["644", "666"]}}
}

test_leaves_allowed_paths if {
	findings({"locations": [file("/var/run/secrets/token", 420)]}) == set()
	findings({"locations": [file("/srv/var/run/secrets/token", 420)]}) != set()
}

test_does_not_judge_what_holds_no_secret if {
	every changes in [
		{"kind": "exec_plugin"},
		{"kind": "auth_provider"},
		{"state": "revoked"},
		{"notAfter": testing.now - 1},
	] {
		r := object.union({"locations": [file("a", 420)]}, changes)
		findings(r) == set()
		policy.not_applicable with input as testing.credential({"credential": r})
	}
}

file(path, mode) := {
	"origin": "kubeconfig",
	"path": path,
	"line": 3,
	"namespace": "",
	"name": "ann",
	"mode": mode,
	"ownerUid": 1000,
}

findings(changes) := found if found := policy.deny with input as testing.credential({"credential": changes})
	with data.params.kind.exposed_file.allowed_paths as ["/var/run/secrets/*"]
