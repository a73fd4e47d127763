# METADATA
# title: Token Secret whose service account is gone
# description: >-
#   A token Secret names a service account that does not exist, or one that was created again with
#   another UID. The controller deletes such Secrets; one that stays means that it does not run, or that
#   the Secret came out of a backup.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   severity: low
#   needs: [token_secrets, service_accounts]
#   min_grade: none
#   remediation: Delete the Secret. The token in it stopped working when the account was deleted.
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
