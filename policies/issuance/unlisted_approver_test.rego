package policies.issuance.unlisted_approver_test

import data.lib.testing
import data.policies.issuance.unlisted_approver as policy

controller := "system:serviceaccount:kube-system:certificate-controller"

test_denies_an_approver_who_is_not_listed if {
	findings(approved("mallory", [])) == {{"approver": "mallory", "powerfulGroups": []}}
	findings(approved("not-pki/desk", [])) == {{"approver": "not-pki/desk", "powerfulGroups": []}}
}

test_leaves_listed_approvers if {
	every approver in {controller, "pki/desk"} {
		findings(approved(approver, ["dev"])) == set()
		unknowns(approved(approver, ["dev"])) == set()
	}
}

test_denies_a_powerful_group_whoever_approved if {
	every approver in {controller, "mallory", ""} {
		findings(approved(approver, ["dev", "system:masters", "admins-2"])) == {{
			"approver": approver,
			"powerfulGroups": ["admins-2", "system:masters"],
		}}
	}
}

test_an_approver_that_no_log_tells_is_unknown if {
	findings(approved("", [])) == set()
	unknowns(approved("", [])) == {{"reason": "no log tells who approved it"}}
}

test_does_not_judge_what_was_not_approved if {
	every changes in [
		{"issuance": null},
		{"issuance": {"decision": "denied"}},
		{"issuance": {"decision": "failed"}},
		{"issuance": {"decision": "pending"}},
		{"state": "not_issued"},
		{"notAfter": testing.now - 1},
	] {
		every approver in {"", "mallory"} {
			r := object.union(approved(approver, ["system:masters"]), {"credential": changes})
			findings(r) == set()
			unknowns(r) == set()
			policy.not_applicable with input as testing.credential(r)
		}
	}
}

params := {"approvers": [controller, "pki/*"], "powerful_groups": ["system:masters", "admins-*"]}

approved(approver, groups) := {"credential": {"groups": groups, "issuance": {
	"signerName": "kubernetes.io/kube-apiserver-client",
	"requester": "alice",
	"requesterCredentialIds": [],
	"approver": approver,
	"decision": "approved",
	"expirationSeconds": 86400,
}}}

findings(changes) := found if found := policy.deny with input as testing.credential(changes)
	with data.params.issuance.unlisted_approver as params

unknowns(changes) := found if found := policy.unknown with input as testing.credential(changes)
	with data.params.issuance.unlisted_approver as params
