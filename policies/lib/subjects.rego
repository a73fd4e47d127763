# METADATA
# title: Who a subject is
# scope: package
# custom:
#   params:
#     robots:
#       default: ["kubeadm:cluster-admins"]
#       description: User and group names that are not persons; * stands for any characters.
#     break_glass:
#       default: ["*break-glass*", "*break_glass*", "*breakglass*"]
#       description: Names of users that are kept for emergencies, in small letters; * stands for any characters.
package lib.subjects

import data.lib.wildcards

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
	wildcards.match(pattern, name)
}

# Kept for emergencies: to have it unused is the plan, to see it used is news.
is_break_glass(name) if {
	some pattern in data.params.lib.subjects.break_glass
	wildcards.match(pattern, lower(name))
}

# A name that Kubernetes keeps for its own parts; a service account's is not among them.
is_builtin(name) if {
	startswith(name, "system:")
	not is_service_account("User", name)
}
