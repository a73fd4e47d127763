# METADATA
# title: Bootstrap token left behind
# description: >-
#   A bootstrap token has no end date, or its end is more than grace_seconds ago and its Secret is still
#   there: the token cleaner does not run. Tokens named in pool_users, which a node pool needs to grow, may
#   be endless. Who uses the token is not looked at here.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Can somebody still join a node with this bootstrap token, or would he if the clock were wrong?
#   why: >-
#     Whoever holds it may request a node's certificate, and a node's certificate reads every Secret that
#     its pods use. It is made to be used once and is often pasted into scripts.
#   severity: medium
#   needs: [bootstrap_tokens]
#   min_grade: none
#   ends: credential
#   remediation: >-
#     Delete its Secret in kube-system: that ends the token, and nothing else but its expiration does. Make
#     the next one with an end (kubeadm token create --ttl). Nodes that have joined do not need it any
#     more, and certificates that were issued with it work on. Where expired ones stay, start the
#     tokencleaner controller.
#   traps:
#     - case: The token cleaner has not come by yet.
#       test: test_leaves_an_expired_one_to_the_cleaner_for_a_while
#     - case: A node pool that grows by itself needs an endless one.
#       test: test_leaves_the_tokens_of_node_pools
#     - case: A token with an end that is still to come.
#       test: test_leaves_one_that_will_end
#     - case: The end lies inside the Secret and was not read.
#       test: test_an_end_that_was_not_read_is_unknown
#     - case: A copy in a kubeconfig, of a token whose Secret is gone.
#       test: test_does_not_judge_other_kinds_and_what_is_over
#   params:
#     grace_seconds:
#       default: 3600
#       description: Time after its end in which the token cleaner may still delete it (1 hour).
#     pool_users:
#       default: []
#       description: Users of tokens that may be endless, as system:bootstrap:07401b; * stands for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 3.1.3, strength: analogy}
package policies.credential.bootstrap_token_left

import data.lib.credentials
import data.lib.wildcards

deny contains {"isEndless": true, "ageSeconds": _age} if {
	not not_applicable
	credentials.is_endless
	not _is_of_pool
}

deny contains {"isEndless": false, "expiredSeconds": expired} if {
	not not_applicable
	expired := input.now - input.credential.notAfter
	expired > _params.grace_seconds
}

unknown contains {"notAfter": null} if {
	not not_applicable
	input.credential.notAfter == null
	not credentials.is_endless
}

not_applicable if input.credential.kind != "bootstrap_token"

not_applicable if credentials.is_over

_is_of_pool if {
	some pattern in _params.pool_users
	wildcards.match(pattern, input.credential.username)
}

default _age := null

_age := input.now - input.credential.createdAt

_params := data.params.credential.bootstrap_token_left
