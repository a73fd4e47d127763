# METADATA
# title: Others may read the credential's file
# description: >-
#   A file that holds a usable credential (its kubeconfig, its key, its token file) may be read or
#   written by the file's group or by everybody. A kubeconfig counts also where it only names the file of
#   its key. Exec plugins and auth providers keep no secret there. What is stored in Secrets, ConfigMaps
#   or repositories is not read.
# scope: package
# schemas:
#   - input: schema.record
# custom:
#   kind: credential
#   question: May others on the machine read this credential?
#   why: >-
#     Whoever reads the file has the credential, and nothing tells that a copy was made. Whoever may
#     write it decides what its owner's next command runs.
#   severity: high
#   needs: [kubeconfig]
#   min_grade: none
#   remediation: >-
#     chmod 600 the file, or move the credential to a vault. It may have been copied already, and the new
#     mode ends no copy: issue a new one and end the old one as its kind asks (a certificate lasts until
#     notAfter).
#   traps:
#     - case: A file of the owner's alone, whatever the owner may do with it
#       test: test_leaves_files_of_the_owner_alone
#     - case: An object of the cluster, which has no mode
#       test: test_leaves_what_is_no_file
#     - case: An exec plugin or auth provider, whose block holds no secret
#       test: test_does_not_judge_what_holds_no_secret
#     - case: Child kubeconfigs that a cluster-management system stores, and mounts of a container
#       test: test_leaves_allowed_paths
#     - case: A credential that has ended
#       test: test_does_not_judge_what_holds_no_secret
#   params:
#     allowed_paths:
#       default: ["/run/secrets/*", "/var/run/secrets/*"]
#       description: Files that others may read; * stands for any characters.
#   controls:
#     - {framework: CIS Kubernetes, version: "1.12", id: 1.1.13, strength: analogy}
#     - {framework: CIS Kubernetes, version: "1.12", id: 4.1.5, strength: analogy}
#     - {framework: CIS ACK, version: "1.0", id: 4.1.5, strength: analogy}
#     - {framework: SOC 2, version: "2017", id: CC6.1, strength: exact}
package policies.kind.exposed_file

import data.lib.credentials
import data.lib.wildcards

deny contains {"files": count(_exposed), "modes": sort(_modes)} if {
	not not_applicable
	count(_exposed) > 0
}

not_applicable if credentials.is_login

not_applicable if not credentials.is_usable

# As chmod writes it: 4095 is 0o7777, without the type of the file.
_modes contains format_int(bits.and(location.mode, 4095), 8) if some location in _exposed

# 63 is 0o077: all bits of group and others. Undefined for objects, which have no mode.
_exposed contains location if {
	some location in input.credential.locations
	bits.and(location.mode, 63) != 0
	not _is_allowed(location.path)
}

_is_allowed(path) if {
	some pattern in data.params.kind.exposed_file.allowed_paths
	wildcards.match(pattern, path)
}
