# METADATA
# title: Role bindings outlive the kubeconfig
# description: >-
#   A kubeconfig that the cloud issued has expired, was deleted or was revoked, and bindings still name its
#   user, as its id alone or with the suffix of a certificate. What its groups or everybody is granted does not count. Where the evidence of use shows that the
#   user logs in some other way (a token, OIDC) after the kubeconfig expired, the bindings are needed;
#   where it was deleted or revoked and nobody knows when, a user who was seen is unknown.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Is the user of this ended kubeconfig still granted something?
#   why: >-
#     The next kubeconfig of that user, by renewal, by restore or by a mistake, opens all of it again, and
#     nobody who reads the list of kubeconfigs sees it.
#   severity: high
#   needs: [cloud, bindings]
#   min_grade: B
#   ends: credential
#   remediation: >-
#     Make sure that the user does not log in any other way, then purge the user's permissions (on ACK a
#     purge clears the bindings and keeps them in the recycle bin for 30 days), or remove the user from each
#     binding, and the binding only where it is the last subject. The kubeconfig itself has ended.
#   traps:
#     - case: The user logs in some other way, as with a token or through OIDC.
#       test: test_does_not_judge_a_user_who_logs_in_otherwise
#     - case: The user was seen, perhaps before the kubeconfig was deleted.
#       test: test_a_user_seen_before_an_end_without_date_is_unknown
#     - case: What everybody is granted, or a group of the certificate.
#       test: test_leaves_the_grants_of_groups
#     - case: Another user whose id begins with the same digits.
#       test: test_leaves_users_whose_names_only_begin_alike
#     - case: A certificate that no cloud lists.
#       test: test_does_not_judge_what_no_cloud_lists
#   controls:
#     - {framework: CIS ACK, version: "1.0", id: 3.1.1, strength: exact}
#     - {framework: SOC 2, version: "2017", id: CC6.3, strength: exact}
package policies.orphan.grants_outlive_kubeconfig

deny contains {"state": input.credential.state, "bindings": sort(_bindings), "grantsTotal": input.grantsTotal} if {
	not not_applicable
	input.credential.state in {"expired", "revoked", "deleted"}
	count(_bindings) > 0
	not _may_be_in_use
}

unknown contains {"state": input.credential.state, "use": "seen"} if {
	not not_applicable
	count(_bindings) > 0
	_may_be_in_use
}

# Nobody says whether it has ended.
unknown contains {"state": "unknown"} if {
	not not_applicable
	input.credential.state == "unknown"
	count(_bindings) > 0
}

# The record shows only the most powerful ones.
unknown contains {"grantsTotal": input.grantsTotal} if {
	not not_applicable
	count(_bindings) == 0
	input.grantsTotal > count(input.grants)
}

not_applicable if input.credential.kind != "cloud_kubeconfig"

not_applicable if is_null(input.credential.cloud)

not_applicable if input.credential.state in {"effective", "not_issued"}

not_applicable if {
	_is_seen
	input.credential.state == "expired"
	input.usage.last - input.credential.notAfter > 0
}

# When it was deleted or revoked is not known.
_may_be_in_use if {
	_is_seen
	input.credential.state in {"revoked", "deleted"}
}

_is_seen if {
	input.usage.evidence == "username"
	input.usage.allowed > 0
}

# Those that name the user itself: the uid of a grant ends with its subject.
_bindings contains grant.bindingName if {
	some grant in input.grants
	endswith(grant.uid, concat("", ["/User//", input.credential.username]))
}

# A certificate's user is the id and a suffix, which the cloud makes anew at each revocation.
_bindings contains grant.bindingName if {
	some grant in input.grants
	parts := split(grant.uid, concat("", ["/User//", input.credential.username, "-"]))
	count(parts) == 2
	regex.match(`^[A-Za-z0-9]+$`, parts[1])
}
