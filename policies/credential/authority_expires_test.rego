package policies.credential.authority_expires_test

import data.lib.testing
import data.policies.credential.authority_expires as policy

window := testing.year

test_denies_within_the_window if {
	findings([authority(window - 1, {})]) == {{"key": "CN=kubernetes", "secondsLeft": window - 1, "outlivedSeconds": 0}}
	findings([authority(0, {})]) == {{"key": "CN=kubernetes", "secondsLeft": 0, "outlivedSeconds": 0}}
	findings([authority(window, {})]) == set()
}

test_denies_one_that_ends_before_what_it_issued if {
	issued := {"issuedUntil": (testing.now + window) + 1}
	findings([authority(window, issued)]) == {{"key": "CN=kubernetes", "secondsLeft": window, "outlivedSeconds": 1}}
}

test_leaves_one_that_outlives_what_it_issued if {
	findings([authority(window, {"issuedUntil": testing.now + window})]) == set()
	findings([authority(window, {"issuedUntil": null})]) == set()
}

test_counts_the_latest_of_one_subject if {
	issued := {"issuedUntil": testing.now + (2 * window)}
	old := authority(testing.day, issued)
	findings([old, authority(2 * window, issued)]) == set()
	findings([authority(2 * window, issued), old]) == set()
	findings([old, authority((2 * window) - 1, issued)]) == {{
		"key": "CN=kubernetes",
		"secondsLeft": (2 * window) - 1,
		"outlivedSeconds": 1,
	}}
}

test_judges_each_subject_by_itself if {
	other := {"subject": "CN=etcd", "issuedUntil": null}
	findings([authority(testing.day, {}), authority(2 * window, other)]) == {{
		"key": "CN=kubernetes",
		"secondsLeft": testing.day,
		"outlivedSeconds": 0,
	}}
	count(findings([authority(testing.day, {}), authority(testing.day, other)])) == 2
	findings([authority(2 * window, {"issuedUntil": null}), authority(2 * window, other)]) == set()
	long := {"subject": "CN=etcd", "issuedUntil": testing.now + (3 * window)}
	findings([authority(2 * window, {"issuedUntil": null}), authority(4 * window, long)]) == set()
	findings([
		authority(2 * window, {"issuedUntil": testing.now + (3 * window)}),
		authority(4 * window, other),
	]) == {{"key": "CN=kubernetes", "secondsLeft": 2 * window, "outlivedSeconds": window}}
}

test_leaves_what_a_rotation_left_behind if {
	young := authority(2 * window, {"subject": "CN=kubernetes@2"})
	findings([authority(-1, {}), young]) == set()
	findings([authority(-1, {}), authority(0, {"subject": "CN=kubernetes@2"})]) == {{
		"key": "CN=kubernetes@2",
		"secondsLeft": 0,
		"outlivedSeconds": 0,
	}}
	findings([authority(0, {}), young]) == {{"key": "CN=kubernetes", "secondsLeft": 0, "outlivedSeconds": 0}}
	findings([authority(-10, {"issuedUntil": testing.now + 5}), young]) == {{
		"key": "CN=kubernetes",
		"secondsLeft": -10,
		"outlivedSeconds": 15,
	}}
}

test_denies_when_all_have_ended if {
	findings([authority(-1, {}), authority(-2, {"subject": "CN=kubernetes@2"})]) == {
		{"key": "CN=kubernetes", "secondsLeft": -1, "outlivedSeconds": 0},
		{"key": "CN=kubernetes@2", "secondsLeft": -2, "outlivedSeconds": 0},
	}
}

test_does_not_judge_a_cluster_without_a_known_authority if {
	r := testing.cluster_with({"certificateAuthorities": [], "clusterGaps": [gap("bindings")]})
	policy.deny == set() with input as r
	policy.unknown == set() with input as r
	policy.not_applicable with input as r
	not policy.not_applicable with input as testing.cluster([])
}

test_certificates_that_were_not_read_are_unknown if {
	every source in {"certificate_requests", "kubeconfig"} {
		every authorities in [[], [authority(2 * window, {})]] {
			r := testing.cluster_with({"certificateAuthorities": authorities, "clusterGaps": [gap(source)]})
			policy.deny == set() with input as r with data.params.credential.authority_expires.window_seconds as window
			policy.unknown == {{"source": source}} with input as r
			not policy.not_applicable with input as r
		}
	}
	policy.unknown == set() with input as testing.cluster([gap("bindings")])
	policy.unknown == set() with input as testing.cluster([])
}

# By default nothing is known of it but that it issued something that has ended.
authority(left, changes) := object.union(
	{"sha256": "0a", "subject": "CN=kubernetes", "notAfter": testing.now + left, "issuedUntil": testing.now - testing.day},
	changes,
)

gap(source) := {"source": source, "code": "forbidden", "permission": ""}

findings(authorities) := found if found := policy.deny with input as testing.cluster_with({"certificateAuthorities": authorities})
	with data.params.credential.authority_expires.window_seconds as window
