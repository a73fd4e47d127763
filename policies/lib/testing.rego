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

cluster(gaps) := cluster_with({"clusterGaps": gaps})

cluster_with(changes) := object.union(_cluster, changes)

identity(changes) := object.union(_identity_record, changes)

waiver(changes) := object.union(_waiver, changes)

finding(changes) := object.union(_finding, changes)

# What is known of a credential's use: `changes` are laid over one that was used an hour ago.
usage(changes) := object.union(_usage, changes)

# Each source was not asked for, as it is where nobody configured it.
not_configured(sources) := [{"source": source, "code": "not_configured", "scope": "cluster"} | some source in sources]

# One key of two credentials: `changes` are what the second differs in.
key(changes) := object.union(_base, {
	"kind": "key",
	"credential": _sibling,
	"siblings": [object.union(_sibling, changes)],
	"siblingsTotal": 1,
})

_base := {
	"now": now,
	"cluster": {"uid": "cluster-1", "name": "north", "provider": "kubernetes", "version": "v1.34.4", "exposure": "private"},
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
		"exec": null,
		"cloud": null,
		"locations": [_location],
	},
	"identity": _identity,
	"grants": [],
	"grantsTotal": 0,
	"powers": [],
	"isPrivileged": false,
	"serviceAccountExists": "yes",
	"requester": null,
	"parent": null,
	"newer": null,
	"usage": null,
	"ledgerSince": null,
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
		"owner": "",
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
	"clusterExists": "yes",
})

_cluster := object.union(_base, {
	"kind": "cluster",
	"sources": [],
	"clusterGaps": [],
	"auditing": {"state": "on", "from": now - year, "to": now, "credentialIds": true},
	"certificateAuthorities": [{
		"sha256": "0a",
		"subject": "CN=kubernetes",
		"notAfter": now + (9 * year),
		"issuedUntil": now + (12 * hour),
	}],
	"configuredNames": [],
	"ledgerSince": now - year,
})

_identity_record := object.union(_base, {
	"kind": "identity",
	"identity": _identity,
	"isPrivileged": false,
	"grantsTotal": 1,
	"grantedSince": now - day,
	"usage": null,
	"permissions": null,
	"reviewedAt": null,
})

_waiver := object.union(_base, {
	"kind": "waiver",
	"waiver": {
		"id": "build-admins",
		"reason": "the build needs it until it is moved",
		"owner": "build@example.com",
		"expires": now + (30 * day),
		"isBroad": false,
		"location": "waivers.yaml:3",
	},
	"matches": 1,
	"isExamined": true,
})

_finding := object.union(_base, {
	"kind": "finding",
	"finding": {
		"id": "00112233aabbccdd",
		"policyId": "credential/expired",
		"severity": "low",
		"subject": "certificate of alice",
		"firstSeen": now - day,
	},
})

_usage := {
	"result": "used",
	"reason": "",
	"first": now - (30 * day),
	"last": now - hour,
	"lastAllowed": now - hour,
	"allowed": 40,
	"denied": 0,
	"impersonated": 0,
	"agents": ["kubectl/v1.34.4"],
	"sources": 1,
	"window": {"from": now - year, "to": now, "complete": true},
	"evidence": "credential_id",
	"grade": "A",
}

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
	"stateSince": null,
	"account": "",
	"cloudService": "",
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
