# How the Go parts are built. This file and its neighbours make up the content hash of the binaries, so what does not change
# them (progress, messages) stays outside: a changed comment here costs everybody a cold build.
# shellcheck shell=bash disable=SC2034  # read by build.sh

GO_MINIMUM=1.26.0
GO_TOOLCHAIN=1.26.8
GO_PACKAGES=(
  ./kube
  ./dns
  k8s.io/kubernetes/test/images/agnhost
  sigs.k8s.io/kube-network-policies/cmd/kube-network-policies/npa-v1alpha2
)
# Without these kubectl and the API server call themselves v0.0.0, and clients refuse the version skew.
go_ldflags() {
  local flags="-s -w" package
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=v1.36.3 -X $package.gitMajor=1 -X $package.gitMinor=36 -X $package.gitCommit=netproof-lab"
    flags+=" -X $package.gitTreeState=clean -X $package.buildDate=1970-01-01T00:00:00Z"
  done
  printf '%s' "$flags"
}
