# METADATA
# title: Who a subject is
# scope: package
# custom:
#   params:
#     robots:
#       default: ["kubeadm:cluster-admins"]
#       description: User and group names that are not persons; * stands for any characters.
package lib.subjects

# A user or group that no part of Kubernetes owns and that the params do not call a robot.
is_person(kind, name) if {
	kind in {"User", "Group"}
	not startswith(name, "system:")
	not _is_robot(name)
}

# A User of this name is the ServiceAccount.
is_service_account("ServiceAccount", _)

is_service_account("User", name) if startswith(name, "system:serviceaccount:")

_is_robot(name) if {
	some pattern in data.params.lib.subjects.robots
	glob.match(pattern, null, name)
}
