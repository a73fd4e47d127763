# METADATA
# title: Exec plugin looked up in PATH
# description: >-
#   A user block runs a command by its name alone: the first program of that name in the PATH of whoever
#   logs in. A relative path is left to kind/risky_exec_plugin.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: Is it the environment that decides which program this login runs?
#   why: >-
#     It is how cloud CLIs write kubeconfigs, and seldom wrong; but a folder early in PATH that others may
#     write to decides what runs, and a kubeconfig from a stranger runs a program of its choice.
#   severity: info
#   needs: [kubeconfig]
#   min_grade: none
#   remediation: >-
#     Name the absolute path where machines log in, and accept no kubeconfig from others without reading
#     its exec block. Access ends where the plugin gets its credential (the cloud or identity provider),
#     not by editing the file.
#   traps:
#     - case: A plugin by its absolute path
#       test: test_leaves_paths
#     - case: A credential that is no exec plugin
#       test: test_does_not_judge_other_kinds
package policies.kind.exec_plugin_from_path

deny contains {"plugin": input.credential.plugin} if {
	not not_applicable
	input.credential.exec.form == "bare"
}

unknown contains {"reason": "how it is called is not known"} if {
	not not_applicable
	is_null(input.credential.exec)
}

not_applicable if input.credential.kind != "exec_plugin"
