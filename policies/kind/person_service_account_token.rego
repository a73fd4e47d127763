# METADATA
# title: Person logs in with a service account token
# description: >-
#   A usable token of a service account stands in a kubeconfig that is no machine's (machine_paths), or
#   the tools of people (lib.agents.person_agents) used it. The file that the scan itself logs in with
#   and the robot_accounts of the params are left out. A token that no file shows passes only where a
#   complete audit log names none of those tools.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Does a person log in as a machine?
#   why: >-
#     An audit log then names the service account and not the person, several people share one name, and
#     whoever leaves takes the token along.
#   severity: medium
#   needs: [token_secrets, kubeconfig, usage]
#   min_grade: none
#   remediation: >-
#     Let people log in through an identity provider (OIDC). A token Secret ends when it is deleted (the
#     label kubernetes.io/legacy-token-invalid-since stops it first and can be taken back), a bound token
#     with the pod, Secret or account that it is bound to, or at its end. Deleting the kubeconfig ends
#     nothing. Name pipelines in robot_accounts.
#   traps:
#     - case: A pipeline that calls kubectl with the token of its account
#       test: test_does_not_judge_robot_accounts
#     - case: A kubeconfig at a path of machines, as of an agent on a node
#       test: test_leaves_files_of_machines
#     - case: The kubeconfig that the scan itself logs in with
#       test: test_leaves_the_scans_own_login
#     - case: An ID token of an identity provider, which is no service account's
#       test: test_does_not_judge_other_and_ended_ones
#     - case: A token that has expired, is quarantined, or whose account is gone
#       test: test_does_not_judge_other_and_ended_ones
#   params:
#     machine_paths:
#       default: ["/etc/kubernetes/*", "/var/lib/*", "/run/*", "/var/run/*"]
#       description: Kubeconfig files that programs read; * stands for any characters.
#     robot_accounts:
#       default: []
#       description: Service accounts, as namespace/name, whose programs call kubectl; * stands for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.1.2, strength: exact}
package policies.kind.person_service_account_token

import data.lib.agents
import data.lib.credentials
import data.lib.wildcards

deny contains {"files": count(_files), "agents": sort(agents.by_person)} if {
	not not_applicable
	count(_files) + count(agents.by_person) > 0
}

unknown contains {"reason": "not every user agent is known"} if {
	not not_applicable
	not is_null(input.usage)
	not agents.are_known
}

not_applicable if not input.credential.kind in {"token_secret", "bound_token"}

not_applicable if is_null(input.credential.serviceAccount)

not_applicable if not credentials.is_usable

# Such a token ended with its account.
not_applicable if input.serviceAccountExists == "no"

not_applicable if {
	some pattern in _params.robot_accounts
	wildcards.match(pattern, concat("/", [
		input.credential.serviceAccount.namespace,
		input.credential.serviceAccount.name,
	]))
}

_files contains location.path if {
	some location in input.credential.locations
	location.origin == "kubeconfig"
	not _is_machines(location.path)
}

_is_machines(path) if {
	some pattern in _params.machine_paths
	wildcards.match(pattern, path)
}

_params := data.params.kind.person_service_account_token
