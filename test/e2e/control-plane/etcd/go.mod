module kubelapse.test/control-plane/etcd

// What is built from this module is a program (see build.ts), so `go mod tidy` would drop the requirement.

go 1.24.0

require go.etcd.io/etcd/server/v3 v3.6.5
