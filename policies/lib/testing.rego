# METADATA
# title: Records for tests
# description: >-
#   Each builder gives a record that no policy denies; what the caller passes is laid over it, member by
#   member.
# scope: package
package lib.testing

now := 1800000000

hour := 3600

day := 24 * hour

year := 365 * day

credential(changes) := object.union(_credential, changes)

certificate(changes) := credential({"credential": {"certificate": object.union(_certificate, changes)}})

token_secret(changes) := object.union(_token_secret, changes)

grant(changes) := object.union(_grant, changes)

connection(changes) := object.union(_connection, changes)

cluster(gaps) := object.union(_base, {"kind": "cluster", "sources": [], "clusterGaps": gaps})

# One key of two credentials: `changes` are what the second differs in.
key(changes) := object.union(_base, {
	"kind": "key",
	"credential": _sibling,
	"siblings": [object.union(_sibling, changes)],
	"siblingsTotal": 1,
})

_base := {
	"now": now,
	"cluster": {"uid": "cluster-1", "name": "north", "provider": "kubernetes", "version": "v1.34.4"},
	"gaps": [],
}

_credential := object.union(_base, {
	"kind": "credential",
	"credential": {
		"uid": "x509:01",
		"kind": "client_certificate",
		"state": "effective",
		"username": "alice",
		"groups": [],
		"notBefore": now - (12 * hour),
		"notAfter": now + (12 * hour),
		"certificate": _certificate,
		"serviceAccount": null,
		"lastUsed": null,
		"invalidSince": null,
		"createdAt": now - (12 * hour),
		"issuance": null,
		"plugin": "",
		"locations": [_location],
	},
	"identity": _identity,
	"grants": [],
	"grantsTotal": 0,
	"powers": [],
	"isPrivileged": false,
	"serviceAccountExists": "yes",
})

_token_secret := object.union(_credential, {
	"credential": {
		"kind": "token_secret",
		"username": "system:serviceaccount:build:deployer",
		"notBefore": null,
		"notAfter": null,
		"certificate": null,
		"serviceAccount": {"namespace": "build", "name": "deployer", "uid": "sa-1"},
	},
	"identity": {"id": "system:serviceaccount:build:deployer", "type": "service_account", "human": "no"},
})

_grant := object.union(_base, {
	"kind": "grant",
	"grant": {
		"uid": "binding-1/User//alice",
		"bindingUid": "binding-1",
		"bindingKind": "ClusterRoleBinding",
		"namespace": "",
		"bindingName": "ops",
		"resourceVersion": "1",
		"roleKind": "ClusterRole",
		"roleName": "view",
		"roleExists": "yes",
		"subject": {"kind": "User", "name": "alice", "namespace": ""},
		"subjectExists": "yes",
		"otherSubjects": 0,
		"powers": [],
		"manager": "none",
		"isBootstrapDefault": false,
		"createdAt": now - year,
	},
	"identity": _identity,
	"isPrivileged": false,
})

_connection := object.union(_base, {
	"kind": "connection",
	"connection": {
		"uid": "connection-1",
		"name": "north",
		"server": "https://192.0.2.10:6443",
		"verification": "verified",
		"location": _location,
	},
})

_certificate := {
	"issuer": "CN=kubernetes",
	"serialNumber": "1f",
	"sha256": "01",
	"publicKeySha256": "02",
	"keyAlgorithm": "ECDSA",
	"keyBits": 256,
	"signatureHash": "SHA-256",
	"clientAuth": true,
}

_identity := {
	"provider": "kubernetes",
	"id": "alice",
	"name": "alice",
	"displayName": "alice",
	"type": "user",
	"state": "active",
	"human": "unknown",
	"listComplete": false,
}

_location := {
	"origin": "kubeconfig",
	"path": "ci.kubeconfig",
	"line": 12,
	"namespace": "",
	"name": "alice",
	"mode": 384,
	"ownerUid": 1000,
}

_sibling := {
	"cluster": _base.cluster,
	"uid": "x509:01",
	"username": "alice",
	"sha256": "01",
	"ownerUid": 1000,
	"location": "ci.kubeconfig:12",
}
