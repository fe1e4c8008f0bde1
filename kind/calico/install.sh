#!/usr/bin/env bash
# Called by scripts/cluster up --kind --cni calico, with KUBECONFIG set.
set -euo pipefail
CALICO=v3.30.3
kubectl apply -f "https://raw.githubusercontent.com/projectcalico/calico/$CALICO/manifests/calico.yaml"
kubectl -n kube-system rollout status daemonset/calico-node --timeout=5m
