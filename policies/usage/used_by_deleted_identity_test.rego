package policies.usage.used_by_deleted_identity_test

import data.lib.testing
import data.policies.usage.used_by_deleted_identity as policy

slack := testing.day

left := testing.now - (10 * testing.day)

test_denies_use_after_the_leave if {
	every state in ["deleted", "disabled"] {
		r := gone({"state": state}, {"last": (left + slack) + 1})
		deny(r) == {{
			"state": state,
			"stateSince": left,
			"lastUsed": (left + slack) + 1,
			"allowed": 40,
			"denied": 0,
		}}
		unknowns(r) == set()
	}
}

test_denies_use_of_any_type_of_login if {
	every type in ["user", "ram_user", "ram_role", "root"] {
		count(deny(gone({"type": type}, {"last": testing.now}))) == 1
	}
}

test_denies_use_on_any_evidence if {
	every changes in [
		{"window": {"complete": false}},
		{"window": {"from": null, "to": null}},
		{"evidence": "cloud_activity", "grade": "C"},
		{"denied": 3},
		{"allowed": 1},
	] {
		count(deny(gone({}, object.union({"last": testing.now}, changes)))) == 1
	}
}

test_use_within_the_slack_is_unknown if {
	unknown(gone({}, {"last": left + slack}))
	unknown(gone({}, {"last": left + 1}))
	unknowns(gone({}, {"last": left + 1})) == {{"state": "deleted", "stateSince": left}}
}

test_leaves_use_before_the_leave if {
	passes(gone({}, {"last": left}))
	passes(gone({}, {"last": left - testing.day}))
	passes(gone({"state": "disabled"}, {"last": left}))
}

test_leaves_who_was_always_refused if {
	passes(gone({}, {"allowed": 0, "denied": 5, "last": testing.now, "lastAllowed": null}))
	passes(gone({"stateSince": null}, {"allowed": 0, "denied": 5, "last": testing.now, "lastAllowed": null}))
}

test_leaves_who_is_refused_since_the_leave if {
	passes(gone({}, {"last": testing.now, "lastAllowed": left, "denied": 9}))
	unknown(gone({}, {"last": testing.now, "lastAllowed": left, "denied": 9, "grade": "C"}))
}

test_leaves_whom_others_impersonate if {
	passes(gone({}, {"last": testing.now, "lastAllowed": null, "allowed": 3, "denied": 2, "impersonated": 5}))
	unknown(gone({}, {"last": testing.now, "lastAllowed": null, "allowed": 3, "denied": 3, "impersonated": 5}))
	unknown(gone({}, {"lastAllowed": null, "allowed": 3, "denied": 2, "impersonated": 5, "grade": "C"}))
	unknown(gone({"state": "unknown"}, {"lastAllowed": null, "allowed": 3, "denied": 2, "impersonated": 5}))
}

test_leaves_who_made_no_request if {
	passes(gone({}, unused))
	passes(gone({"stateSince": null}, unused))
}

test_without_the_day_of_leaving_it_is_unknown if {
	unknown(gone({"stateSince": null}, {}))
	unknowns(gone({"stateSince": null}, {})) == {{"state": "deleted", "stateSince": null}}
}

test_use_without_a_date_is_unknown if unknown(gone({}, {"last": null}))

test_evidence_that_is_not_whole_is_unknown if {
	every last in [left, null] {
		unknown(gone({}, {"window": {"complete": false}, "last": last}))
		unknown(gone({}, {"grade": "C", "last": last}))
	}
	unknown(gone({}, object.union(unused, {"window": {"complete": false}})))
	unknown(object.union(gone({}, {}), {"usage": null}))
}

test_evidence_reaches_back_to_the_leave_or_the_window if {
	period := 30 * testing.day
	passes(gone({}, object.union(unused, {"window": {"from": left}})))
	unknown(gone({}, object.union(unused, {"window": {"from": left + 1}})))
	unknown(gone({}, object.union(unused, {"window": {"from": null}})))
	long_ago := {"stateSince": testing.now - testing.year}
	passes(gone(long_ago, object.union(unused, {"window": {"from": testing.now - period}})))
	unknown(gone(long_ago, object.union(unused, {"window": {"from": (testing.now - period) + 1}})))
	unknown(gone({}, {"last": left, "window": {"from": left + 1}}))
	unknown(gone({}, object.union(unused, {"window": {"from": left, "complete": false}})))
}

test_a_state_that_nobody_knows_is_unknown if {
	unknown(gone({"state": "unknown", "stateSince": null}, {}))
	unknown(gone({"state": "unknown"}, {"last": testing.now}))
	unknown(gone({"state": "unknown"}, {"last": left}))
	unknown(gone({"state": "unknown"}, unused))
}

test_does_not_judge_whom_no_list_names if {
	exempt(gone({"state": "unknown", "listComplete": true}, {}))
	passes(gone({"listComplete": true}, unused))
}

test_does_not_judge_who_is_active if exempt(gone({"state": "active"}, {"last": testing.now}))

test_does_not_judge_who_is_no_user if {
	exempt(gone({"type": "service_account", "name": "build/deployer"}, {}))
	exempt(gone({"type": "group", "name": "ops"}, {}))
	exempt(gone({"name": "system:kube-scheduler"}, {}))
}

unused := {"result": "unused", "first": null, "last": null, "lastAllowed": null, "allowed": 0}

gone(identity, usage) := testing.identity({
	"identity": object.union({"state": "deleted", "stateSince": left}, identity),
	"usage": object.union_n([testing.usage({}), _let_through(usage), usage]),
})

# Its last request was let through, unless a case says otherwise.
_let_through(usage) := {"lastAllowed": usage.last}

_let_through(usage) := {} if not "last" in object.keys(usage)

deny(r) := found if found := policy.deny with input as r with data.params as params

unknowns(r) := found if found := policy.unknown with input as r with data.params as params

not_applicable(r) if policy.not_applicable with input as r with data.params as params

unknown(r) if {
	deny(r) == set()
	count(unknowns(r)) == 1
	not not_applicable(r)
}

passes(r) if {
	deny(r) == set()
	unknowns(r) == set()
	not not_applicable(r)
}

exempt(r) if {
	deny(r) == set()
	unknowns(r) == set()
	not_applicable(r)
}

params := {
	"usage": {"used_by_deleted_identity": {"slack_seconds": slack, "window_seconds": 30 * testing.day}},
	"lib": {"usage": {"lag_seconds": 2 * testing.day, "rare_users": []}},
}
