package policies.kind.risky_exec_plugin_test

import data.lib.testing
import data.policies.kind.risky_exec_plugin as policy

test_denies_a_relative_command if {
	findings({"form": "relative"}) == {{"reasons": ["relative command"], "environmentNames": []}}
}

test_leaves_an_absolute_or_bare_command if {
	findings({"form": "absolute"}) == set()
	findings({"form": "bare"}) == set()
}

test_denies_versions_before_v1 if {
	every version in {"v1alpha1", "v1beta1", ""} {
		findings({"apiVersion": concat("/", ["client.authentication.k8s.io", version])}) == {{
			"reasons": ["old API version"],
			"environmentNames": [],
		}}
	}
}

test_denies_variables_named_like_secrets if {
	findings({"environmentNames": ["AWS_PROFILE", "client_secret", "AWS_SECRET_ACCESS_KEY"]}) == {{
		"reasons": ["secret in a variable"],
		"environmentNames": ["AWS_SECRET_ACCESS_KEY", "client_secret"],
	}}
	findings({"environmentNames": ["AWS_PROFILE", "KEYCHAIN"]}) == set()
}

test_leaves_variables_that_name_files if {
	findings({"environmentNames": ["AWS_WEB_IDENTITY_TOKEN_FILE", "client_secret_file"]}) == set()
}

test_says_all_reasons_once if {
	everything := {"form": "relative", "apiVersion": "client.authentication.k8s.io/v1beta1", "environmentNames": ["SECRET"]}
	findings(everything) == {{
		"reasons": ["old API version", "relative command", "secret in a variable"],
		"environmentNames": ["SECRET"],
	}}
}

test_a_plugin_without_its_call_is_unknown if {
	r := testing.credential({"credential": {"kind": "exec_plugin", "plugin": "aws"}})
	policy.deny == set() with input as r with data.params.kind.risky_exec_plugin as params
	policy.unknown == {{"reason": "how it is called is not known"}} with input as r
	policy.unknown == set() with input as plugin({})
}

test_does_not_judge_other_kinds if {
	every r in [
		testing.credential({}),
		object.union(plugin({"form": "relative"}), {"credential": {"kind": "client_certificate"}}),
	] {
		policy.deny == set() with input as r with data.params.kind.risky_exec_plugin as params
		policy.unknown == set() with input as r with data.params.kind.risky_exec_plugin as params
		policy.not_applicable with input as r
	}
}

params := {"secret_names": ["*SECRET*", "*TOKEN*"], "path_names": ["*_FILE"]}

plugin(changes) := testing.credential({"credential": {
	"kind": "exec_plugin",
	"certificate": null,
	"notBefore": null,
	"notAfter": null,
	"plugin": "aws",
	"exec": object.union(
		{"form": "absolute", "apiVersion": "client.authentication.k8s.io/v1", "environmentNames": []},
		changes,
	),
}})

findings(changes) := found if found := policy.deny with input as plugin(changes)
	with data.params.kind.risky_exec_plugin as params
