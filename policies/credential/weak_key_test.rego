package policies.credential.weak_key_test

import data.lib.testing
import data.policies.credential.weak_key as policy

test_denies_short_keys if {
	findings({"keyAlgorithm": "RSA", "keyBits": 2047}) == {{
		"key": "key_size",
		"keyAlgorithm": "RSA",
		"keyBits": 2047,
		"minBits": 2048,
	}}
	findings({"keyBits": 224}) == {{"key": "key_size", "keyAlgorithm": "ECDSA", "keyBits": 224, "minBits": 256}}
}

test_denies_broken_signatures if {
	every hash in {"MD2", "MD5", "SHA-1"} {
		findings({"signatureHash": hash}) == {{"key": "signature", "signatureHash": hash}}
	}
}

test_denies_what_may_not_log_in if findings({"clientAuth": false}) == {{"key": "usage", "clientAuth": false}}

test_leaves_strong_ones if {
	findings({"keyAlgorithm": "RSA", "keyBits": 2048}) == set()
	findings({"keyAlgorithm": "Ed25519", "signatureHash": "none"}) == set()
	findings({}) == set()
	policy.unknown == set() with input as testing.certificate({})
}

test_denies_a_kubeconfig_of_a_cloud if {
	r := testing.credential({"credential": {"kind": "cloud_kubeconfig", "certificate": {"clientAuth": false}}})
	policy.deny == {{"key": "usage", "clientAuth": false}} with input as r with data.params.credential.weak_key as params
}

test_an_unknown_size_or_signature_is_neither if {
	every algorithm in {"RSA", "ECDSA"} {
		findings({"keyAlgorithm": algorithm, "keyBits": 0}) == set()
	}
	r := testing.certificate({"keyAlgorithm": "unknown", "keyBits": 0, "signatureHash": "unknown"})
	policy.deny == set() with input as r with data.params.credential.weak_key as params
	policy.unknown == {{"key": "key_size", "keyAlgorithm": "unknown"}, {"key": "signature"}} with input as r
}

test_a_certificate_that_was_not_read_is_unknown if {
	r := testing.credential({
		"gaps": [{"source": "kubeconfig", "code": "partial"}],
		"credential": {"state": "unknown", "notBefore": null, "notAfter": null, "certificate": null},
	})
	policy.deny == set() with input as r with data.params.credential.weak_key as params
	policy.unknown == {{"key": "certificate"}} with input as r
	not policy.not_applicable with input as r
}

test_does_not_judge_tokens_and_what_does_not_work if {
	weak := {"certificate": {"keyBits": 1}}
	every r in [
		testing.token_secret({}),
		testing.credential({"credential": object.union(weak, {"notAfter": testing.now - 1})}),
		testing.credential({"credential": object.union(weak, {"state": "deleted"})}),
		testing.credential({"credential": {"state": "not_issued", "notAfter": null, "certificate": null}}),
	] {
		policy.not_applicable with input as r
		policy.deny == set() with input as r with data.params.credential.weak_key as params
		policy.unknown == set() with input as r
	}
}

params := {"min_rsa_bits": 2048, "min_ecdsa_bits": 256}

findings(changes) := found if found := policy.deny with input as testing.certificate(changes)
	with data.params.credential.weak_key as params
