# METADATA
# title: Exec plugin that is easy to turn
# description: >-
#   A user block runs a command by a path relative to the kubeconfig, asks it in an alpha or beta version
#   of client.authentication.k8s.io, or hands it a variable named like a secret (secret_names, but for
#   path_names). A bare command is left to kind/exec_plugin_from_path.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Could somebody else decide what this login runs, or read what it is given?
#   why: >-
#     Whoever may write beside the kubeconfig decides what a relative command runs, with the rights of
#     its user. Secrets among the variables stand in the file as plain text. Old versions are dropped by
#     new clients: v1alpha1 was in 1.24.
#   severity: medium
#   needs: [kubeconfig]
#   min_grade: none
#   remediation: >-
#     Name the command by its absolute path or install it in PATH, ask for
#     client.authentication.k8s.io/v1, and let the plugin fetch its secret from a keychain or a vault. A
#     secret that stood in the file is to be replaced where it was issued: editing the file ends nothing.
#   traps:
#     - case: A bare command looked up in PATH, the norm of cloud CLIs
#       test: test_leaves_an_absolute_or_bare_command
#     - case: A variable that names a file or folder (AWS_WEB_IDENTITY_TOKEN_FILE)
#       test: test_leaves_variables_that_name_files
#     - case: A credential that is no exec plugin
#       test: test_does_not_judge_other_kinds
#   params:
#     secret_names:
#       default: ["*SECRET*", "*TOKEN*", "*PASSWORD*", "*PASSWD*", "*PRIVATE_KEY*", "*ACCESS_KEY", "*API_KEY*", "*APIKEY*"]
#       description: Upper-case names of variables that hold secrets; * stands for any characters.
#     path_names:
#       default: ["*_FILE", "*_PATH", "*_DIR", "*_URL", "*_ENDPOINT"]
#       description: Upper-case names that only tell where something is; * stands for any characters.
package policies.kind.risky_exec_plugin

import data.lib.wildcards

deny contains {"reasons": sort(_reasons), "environmentNames": sort(_secrets)} if {
	not not_applicable
	count(_reasons) > 0
}

unknown contains {"reason": "how it is called is not known"} if {
	not not_applicable
	is_null(input.credential.exec)
}

not_applicable if input.credential.kind != "exec_plugin"

_reasons contains "relative command" if input.credential.exec.form == "relative"

_reasons contains "old API version" if {
	not endswith(input.credential.exec.apiVersion, "/v1")
}

_reasons contains "secret in a variable" if count(_secrets) > 0

_secrets contains name if {
	some name in input.credential.exec.environmentNames
	_is_like(name, _params.secret_names)
	not _is_like(name, _params.path_names)
}

_is_like(name, patterns) if {
	some pattern in patterns
	wildcards.match(pattern, upper(name))
}

_params := data.params.kind.risky_exec_plugin
