package policies.kind.exec_plugin_from_path_test

import data.lib.testing
import data.policies.kind.exec_plugin_from_path as policy

test_denies_a_bare_command if {
	policy.deny == {{"plugin": "aws"}} with input as plugin("bare")
	policy.unknown == set() with input as plugin("bare")
}

test_leaves_paths if {
	every form in {"absolute", "relative"} {
		policy.deny == set() with input as plugin(form)
		policy.unknown == set() with input as plugin(form)
	}
}

test_a_plugin_without_its_call_is_unknown if {
	r := testing.credential({"credential": {"kind": "exec_plugin", "plugin": "aws"}})
	policy.deny == set() with input as r
	policy.unknown == {{"reason": "how it is called is not known"}} with input as r
}

test_does_not_judge_other_kinds if {
	every r in [testing.credential({}), object.union(plugin("bare"), {"credential": {"kind": "auth_provider"}})] {
		policy.deny == set() with input as r
		policy.unknown == set() with input as r
		policy.not_applicable with input as r
	}
}

plugin(form) := testing.credential({"credential": {
	"kind": "exec_plugin",
	"plugin": "aws",
	"exec": {"form": form, "apiVersion": "client.authentication.k8s.io/v1", "environmentNames": []},
}})
