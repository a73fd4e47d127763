package policies.orphan.requester_gone_test

import data.lib.testing
import data.policies.orphan.requester_gone as policy

gone := {"state": "deleted", "listComplete": true, "stateSince": testing.now - testing.day}

test_denies_a_request_of_somebody_who_left if {
	findings(requested(gone, {})) == {{"requester": "carol", "deletedSeconds": testing.day}}
	findings(requested({"state": "deleted", "listComplete": true}, {})) == {{"requester": "carol", "deletedSeconds": null}}
}

test_leaves_a_requester_who_is_there if {
	every state in {"active", "disabled"} {
		r := requested({"state": state}, {})
		findings(r) == set()
		unknowns(r) == set()
		not is_left(r)
	}
}

test_who_cannot_be_told_is_unknown if {
	every requester in [{"state": "deleted"}, {"state": "unknown"}, {"state": "unknown", "listComplete": true}] {
		r := requested(requester, {})
		findings(r) == set()
		unknowns(r) == {{"requester": "carol", "requesterState": requester.state}}
		not is_left(r)
	}
}

test_leaves_ones_own_to_another_policy if {
	every state in {"deleted", "unknown"} {
		not_judged(requested({"state": state, "listComplete": true, "id": "alice"}, {}))
	}
}

test_does_not_judge_requests_of_machines if {
	every requester in [
		{"type": "service_account", "id": "system:serviceaccount:certs:desk", "name": "certs/desk"},
		{"id": "system:bootstrap:07401b", "name": "system:bootstrap:07401b"},
	] {
		not_judged(requested(object.union(gone, requester), {}))
		not_judged(requested(object.union({"state": "unknown"}, requester), {}))
	}
	not_judged(requested({"state": "unknown", "name": "ci-deploy"}, {}))
	findings(requested(object.union(gone, {"name": "ci-deploy"}), {})) != set()
}

test_does_not_judge_without_a_request_and_what_does_not_work if {
	not_judged(testing.credential({}))
	every requester in [gone, {"state": "unknown"}] {
		not_judged(requested(requester, {"state": "revoked"}))
		not_judged(requested(requester, {"notAfter": testing.now - 1}))
	}
}

# Requested by carol for alice.
requested(requester, credential) := object.union(
	testing.credential({"credential": credential}),
	{"requester": object.union(
		object.union(testing.credential({}).identity, {"id": "carol", "name": "carol", "displayName": "carol"}),
		requester,
	)},
)

findings(r) := found if found := policy.deny with input as r with data.params.lib.subjects.robots as ["ci-*"]

unknowns(r) := found if found := policy.unknown with input as r with data.params.lib.subjects.robots as ["ci-*"]

not_judged(r) if {
	findings(r) == set()
	unknowns(r) == set()
	is_left(r)
}

is_left(r) if policy.not_applicable with input as r with data.params.lib.subjects.robots as ["ci-*"]
