# METADATA
# title: What several policies ask of a credential
# scope: package
# schemas:
#   - input: schema.record
package lib.credentials

# Kubelets renew their certificates themselves.
is_node if startswith(input.credential.username, "system:node:")

# Undefined where it has no end: null would compare as less than any number.
seconds_left := input.credential.notAfter - input.now

# Undefined where it lacks one of the dates.
lifetime_seconds := input.credential.notAfter - input.credential.notBefore

# At least so long it lives: of one without a start, what is left.
least_seconds := lifetime_seconds

least_seconds := seconds_left if input.credential.notBefore == null

# Nothing says when it ends: it works until its issuer ends it, or (a bootstrap token) until somebody
# deletes it.
is_endless if {
	input.credential.notAfter == null
	input.credential.kind in {"static_token", "basic_auth", "token_secret"}
}

# Its Secret was read and has no expiration; one that was not read leaves a gap.
is_endless if {
	input.credential.notAfter == null
	input.credential.kind == "bootstrap_token"
	not _is_unread
}

_is_unread if {
	some gap in input.gaps
	gap.source in {"bootstrap_tokens", "kubeconfig"}
}

# It fetches a credential at each login and has no dates itself.
is_login if input.credential.kind in {"exec_plugin", "auth_provider"}

# It was never handed out, or its issuer ended it.
is_over if input.credential.state in {"not_issued", "revoked", "deleted"}

# An API server that trusts its issuer would still let it in.
is_usable if {
	not is_over
	not _is_expired
}

# notAfter itself is inside, RFC 5280 §4.1.2.5.
_is_expired if seconds_left < 0
