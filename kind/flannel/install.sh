#!/usr/bin/env bash
# Called by scripts/cluster up --kind --cni flannel, with KUBECONFIG set.
set -euo pipefail
FLANNEL=v0.27.3
# flannel calls the bridge plugin, which kind's node image does not bring.
PLUGINS=v1.8.0
case $(uname -m) in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
  *) echo "no CNI plugins are known for $(uname -m)" >&2; exit 1 ;;
esac
archive=https://github.com/containernetworking/plugins/releases/download/$PLUGINS/cni-plugins-linux-$arch-$PLUGINS.tgz
kubectl get nodes -o name | while read -r node; do
  docker exec "${node#node/}" sh -c "curl -fsSL '$archive' | tar -xz -C /opt/cni/bin ./bridge"
done
kubectl apply -f "https://github.com/flannel-io/flannel/releases/download/$FLANNEL/kube-flannel.yml"
kubectl -n kube-flannel rollout status daemonset/kube-flannel-ds --timeout=5m
