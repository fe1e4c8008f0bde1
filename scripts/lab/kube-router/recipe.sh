# How kube-router is built. This file, go.mod and go.sum make up the content hash of the binary: what does not change the binary
# stays outside, in kube-router.sh.
# shellcheck shell=bash disable=SC2034  # read by kube-router.sh

KUBE_ROUTER_MODULE=github.com/cloudnativelabs/kube-router/v2
KUBE_ROUTER_LDFLAGS="-s -w -X $KUBE_ROUTER_MODULE/pkg/version.Version=v2.1.0"
