#!/usr/bin/env bash
# Called by scripts/cluster up --kind --cni cilium, with KUBECONFIG set. Needs Cilium's own command, `cilium`.
set -euo pipefail
CILIUM=1.18.2
command -v cilium >/dev/null || {
  echo "kind/cilium/install.sh: there is no cilium command; install the Cilium CLI and run scripts/cluster up again" >&2
  exit 1
}
cilium install --version "$CILIUM" --set ipam.mode=kubernetes --set operator.replicas=1
cilium status --wait --wait-duration 5m
