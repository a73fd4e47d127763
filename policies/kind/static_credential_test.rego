package policies.kind.static_credential_test

import data.lib.testing
import data.policies.kind.static_credential as policy

test_denies_tokens_and_passwords_without_end if {
	findings("static_token") == {{"credentialKind": "static_token"}}
	findings("basic_auth") == {{"credentialKind": "basic_auth"}}
}

test_leaves_other_kinds if {
	every kind in {"client_certificate", "bound_token", "token_secret", "exec_plugin"} {
		findings(kind) == set()
	}
}

findings(kind) := found if found := policy.deny with input as testing.credential({"credential": {"kind": kind}})
