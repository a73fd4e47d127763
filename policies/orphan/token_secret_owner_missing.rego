# METADATA
# title: Token Secret whose service account is gone
# description: >-
#   A token Secret names a service account that does not exist, or one that was created again with
#   another UID. The controller deletes such Secrets; one that stays means that it does not run, or that
#   the Secret came out of a backup. After a restore that made the accounts anew it is denied for each of
#   their tokens, which is right: none of them works.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Is this the token of a service account that is gone, or that was made anew?
#   why: >-
#     It works for nobody now, but it shows that nobody cleans up after accounts, or that a backup was put back
#     that nobody looked through.
#   severity: low
#   needs: [token_secrets, service_accounts]
#   min_grade: none
#   ends: credential
#   remediation: Delete the Secret. The token in it stopped working when the account was deleted.
#   traps:
#     - case: The service accounts could not be read to their end.
#       test: test_unread_accounts_are_unknown
#     - case: A token that is bound to a pod and not to a Secret, and a certificate.
#       test: test_does_not_judge_other_kinds
#   controls:
#     - {framework: CIS Controls, version: "8.1", id: "5.3", strength: analogy}
package policies.orphan.token_secret_owner_missing

deny contains {"namespace": owner.namespace, "serviceAccount": owner.name} if {
	not not_applicable
	input.serviceAccountExists == "no"
	owner := input.credential.serviceAccount
}

unknown contains {"serviceAccountExists": "unknown"} if {
	not not_applicable
	input.serviceAccountExists == "unknown"
}

not_applicable if input.credential.kind != "token_secret"
