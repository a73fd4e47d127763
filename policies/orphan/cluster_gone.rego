# METADATA
# title: Kubeconfig of a cluster that is gone
# description: >-
#   A kubeconfig names a cluster that the cloud's whole list of clusters lacks. One that answers exists. One
#   that does not answer, or that no list could have (a private network, a paused cluster, a wrong
#   address, another account), is unknown.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: connection
#   question: Does this kubeconfig lead to a cluster that does not exist any more?
#   why: >-
#     Its address may be given to somebody else, who is then sent the tokens in the file. And files that
#     lead nowhere hide those that lead somewhere.
#   severity: low
#   needs: [kubeconfig, cloud]
#   min_grade: none
#   remediation: >-
#     Delete the cluster block and its contexts, or the file or Secret that holds nothing else. The
#     credentials in it ended with the cluster, unless another cluster trusts their CA or the file logs in
#     to a cloud.
#   traps:
#     - case: A cluster in a private network, paused, or at a wrong address, that does not answer.
#       test: test_one_that_does_not_answer_is_unknown
#     - case: A cluster that answers and that no list has, as in another account.
#       test: test_leaves_one_that_answers
#   controls: []
package policies.orphan.cluster_gone

deny contains {"clusterExists": "no"} if input.clusterExists == "no"

unknown contains {"clusterExists": "unknown"} if input.clusterExists == "unknown"

# It answered: that no list could be read leaves no doubt.
not_applicable if {
	input.clusterExists == "yes"
	some gap in input.gaps
	gap.source == "cloud"
}
