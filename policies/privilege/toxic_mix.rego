# METADATA
# title: Powerful, stale, and in reach of everybody
# description: >-
#   A usable credential of a privileged subject, long-lived or idle, works against an API server with an
#   address of the open internet. The parts are cited by the policies that judge them; it is one finding
#   beside theirs. A server known by its host name alone may be public: unknown where all else holds.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Could a forgotten copy of this credential take over the cluster from anywhere?
#   why: >-
#     Each part alone waits for another mistake. Together nothing is missing: a file that leaked years ago
#     opens the whole cluster to whoever finds it.
#   severity: critical
#   needs: [bindings, roles, authorizer, certificate_requests, token_secrets, kubeconfig, usage]
#   min_grade: B
#   ends: credential
#   remediation: >-
#     Quarantine it first (a token Secret by its legacy-token-invalid-since label, a user by removing its
#     cluster-wide binding), then end it as its kind asks; system:masters ends with the client CA or at
#     notAfter alone. Then limit who may reach the API server.
#   traps:
#     - case: An API server with a private address
#       test: test_does_not_judge_a_private_server
#     - case: A host name, which may lead anywhere
#       test: test_a_host_name_is_unknown_only_when_all_else_holds
#     - case: A privileged credential that is short-lived and in use
#       test: test_leaves_what_is_short_lived_and_used
#     - case: A long-lived credential without privilege
#       test: test_does_not_judge_what_is_not_privileged
#     - case: Its parts are findings of their own and must not count twice
#       test: test_cites_each_part_once
#   controls:
#     - {framework: NIST SP 800-53, version: r5, id: AC-6, strength: exact}
#     - {framework: NIST SP 800-53, version: r5, id: AC-2(3)(d), strength: exact}
package policies.privilege.toxic_mix

import data.lib.credentials
import data.lib.subjects

deny contains {"parts": sort(_reasons | _privileges), "powers": sort(_powers)} if {
	not not_applicable
	input.isPrivileged
	input.cluster.exposure == "public"
	count(_reasons) > 0
}

unknown contains {"reason": "whether its server is public is not known", "parts": sort(_reasons | _privileges)} if {
	not not_applicable
	input.isPrivileged
	input.cluster.exposure == "unknown"
	count(_reasons) > 0
}

unknown contains {"reason": "whether it is idle is not known"} if {
	not not_applicable
	count(_reasons) == 0
	count(data.policies.usage.unused.unknown) > 0
}

unknown contains {"reason": "the user is not known"} if {
	not not_applicable
	input.credential.username == ""
}

not_applicable if input.cluster.exposure == "private"

not_applicable if not credentials.is_usable

not_applicable if credentials.is_login

not_applicable if {
	not input.isPrivileged
	input.credential.username != ""
	not _is_unread
}

# What it may do was not read whole.
_is_unread if {
	some gap in input.gaps
	gap.source in {"bindings", "roles", "authorizer"}
}

_reasons contains "credential/lifetime_too_long" if count(data.policies.credential.lifetime_too_long.deny) > 0

_reasons contains "kind/long_lived_token_secret" if count(data.policies.kind.long_lived_token_secret.deny) > 0

_reasons contains "kind/static_credential" if count(data.policies.kind.static_credential.deny) > 0

_reasons contains "usage/token_idle" if count(data.policies.usage.token_idle.deny) > 0

_reasons contains "usage/unused" if count(data.policies.usage.unused.deny) > 0

_privileges contains "privilege/system_masters_certificate" if {
	count(data.policies.privilege.system_masters_certificate.deny) > 0
}

_privileges contains "privilege/cluster_admin_person" if {
	"cluster_admin" in input.powers
	_is_person
}

_privileges contains "privilege/wildcard" if {
	"wildcard" in _powers
	not _is_person
}

_privileges contains "privilege/mints_credentials" if {
	not "cluster_admin" in input.powers
	some power in _powers
	power in {"approve_csr", "bind", "create_token", "escalate", "impersonate", "sign_csr"}
}

_privileges contains "privilege/reads_secrets" if {
	not "cluster_admin" in input.powers
	"read_secrets" in input.powers
}

# In kube-system are the accounts of the control plane.
_powers contains power if some power in input.powers

_powers contains power if {
	some grant in input.grants
	grant.namespace == "kube-system"
	some power in grant.powers
}

_is_person if {
	input.identity.human != "no"
	subjects.is_person("User", input.credential.username)
}
