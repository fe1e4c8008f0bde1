# A node: containerd, kubelet, kube-proxy, and the network plugins of Debian. The policy engine is in engine.sh.
# shellcheck shell=bash

node_files() {
  local node=$1 lab cni
  lab=$(machine_root "$node")/lib/lab
  cni=$lab/cni
  mkdir -p "$cni"
  cat >"$lab/containerd.toml" <<END
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
# None of these can work here, and each would complain.
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$IMAGE_AGNHOST"
  disable_apparmor = true
  restrict_oom_score_adj = true
  max_concurrent_downloads = 3
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/var/lib/lab/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
END
  # ptp: every packet between pods is routed, on the same node too, and so crosses the FORWARD hook that the engine watches.
  cat >"$cni/10-lab.conflist" <<END
{"cniVersion": "0.4.0", "name": "lab", "plugins": [
  {"type": "ptp", "ipMasq": false, "mtu": 1500, "ipam": {
    "type": "host-local", "dataDir": "/run/cni-ipam",
    "ranges": [[{"subnet": "$(pods_v4 "$node")"}], [{"subnet": "$(pods_v6 "$node")"}]],
    "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
  # The cluster's own server also for pods with dnsPolicy Default: there is no other, and none must be asked.
  printf 'nameserver %s\n' "$DNS_V4" >"$lab/pod-resolv.conf"
  cat >"$lab/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: /var/lib/lab/pki/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: /var/lib/lab/pki/$node.crt
tlsPrivateKeyFile: /var/lib/lab/pki/$node.key
clusterDomain: cluster.local
clusterDNS: [$DNS_V4]
resolvConf: /var/lib/lab/pod-resolv.conf
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
volumePluginDir: /var/lib/kubelet/volume-plugins
cgroupDriver: cgroupfs
cgroupRoot: /$(cgroup_of "$node")
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: []
# Disk pressure of the host is no business of the lab, and an image that is collected cannot be pulled again.
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 50Mi, nodefs.available: 0%, nodefs.inodesFree: 0%, imagefs.available: 0%}
# Pods start in about two seconds; these keep the kubelet from being what one waits for.
serializeImagePulls: false
kubeAPIQPS: 100
kubeAPIBurst: 200
registryPullQPS: 0
eventRecordQPS: 0
nodeStatusUpdateFrequency: 4s
maxPods: 200
shutdownGracePeriod: 0s
logging: {verbosity: 1}
END
}

node_containerd() {
  local node=$1
  node_files "$node"
  cgroup_make "$(cgroup_of "$node")"
  daemon_start "$node" containerd containerd --config /var/lib/lab/containerd.toml --log-level warn
}

node_ctr() {
  local node=$1
  shift
  machine_exec "$node" ctr --namespace k8s.io "$@"
}

node_images() {
  wait_for 20 "containerd on $1" machine_exec "$1" ctr version
  node_ctr "$1" images import --no-unpack=false /var/lib/lab/images/images.tar >"$(machine_root "$1")/log/images.log" 2>&1 ||
    die "the images could not be imported on $1: $(tail -1 "$(machine_root "$1")/log/images.log")" "see $(machine_root "$1")/log/images.log"
}

node_kubelet() {
  local node=$1
  daemon_start "$node" kubelet kubelet --config=/var/lib/lab/kubelet.yaml --kubeconfig=/var/lib/lab/kubelet.kubeconfig \
    --root-dir=/var/lib/kubelet --node-ip="$(node_v4 "$node"),$(node_v6 "$node")" --hostname-override="$node"
}

node_proxy() {
  local node=$1
  # Connection tracking limits belong to the whole host: 0 leaves them alone.
  daemon_start "$node" kube-proxy kube-proxy --kubeconfig=/var/lib/lab/kube-proxy.kubeconfig --hostname-override="$node" \
    --proxy-mode=nftables --cluster-cidr="$POD_CIDRS" --conntrack-max-per-core=0 --conntrack-min=0 \
    --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0 --v=1
}

# cgroup_hierarchies: the mount points in which a group has to be made: each v1 hierarchy, or the one of v2.
cgroup_hierarchies() {
  local kind point
  while read -r _ point kind _; do
    if [[ $kind == cgroup ]] || [[ $kind == cgroup2 && $point == /sys/fs/cgroup ]]; then printf '%s\n' "$point"; fi
  done </proc/mounts
}

cgroup_make() {
  local point file controller
  while read -r point; do
    mkdir -p "$point/$1"
    if [[ -e $point/cgroup.controllers ]]; then
      # v2: what the children may use has to be switched on above them.
      for controller in cpu cpuset memory pids io; do
        printf '+%s' "$controller" >"$point/cgroup.subtree_control" || true
        printf '+%s' "$controller" >"$point/$1/cgroup.subtree_control" || true
      done 2>/dev/null
    else
      # v1: a group without processors and memory nodes takes no process.
      for file in cpuset.cpus cpuset.mems; do
        if [[ -e $point/$1/$file ]]; then cat "$point/$file" >"$point/$1/$file"; fi
      done
    fi
  done < <(cgroup_hierarchies)
}

# Not only where the lab made the group: the kubelet adds it to the v2 tree that some v1 hosts have beside.
cgroup_places() {
  local kind point
  while read -r _ point kind _; do
    if [[ $kind == cgroup* && -d $point/$1 ]]; then printf '%s\n' "$point/$1"; fi
  done </proc/mounts
}

cgroup_remove() {
  local place
  while read -r place; do
    wait_quietly 10 cgroup_remove_tree "$place" || die "the control group $place cannot be removed" \
      "see which processes it holds: find $place -name cgroup.procs -exec cat {} +"
  done < <(cgroup_places "$1")
}
# The kernel lets go of a dead process's group a moment after its end.
cgroup_remove_tree() {
  find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
  [[ ! -d $1 ]]
}

nodes_ready() {
  local ready
  ready=$(kubectl_lab get nodes -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{" "}{end}') &&
    [[ $ready == "True True " ]]
}

dns_answers() { # NODE: through the service address, as a pod asks
  machine_exec "$1" getent ahostsv4 kubernetes.default.svc.cluster.local | grep -q '^10\.96\.0\.1 ' &&
    machine_exec "$1" getent ahostsv4 "$OUTSIDE_NAME" | grep -q "^$OUTSIDE_V4 "
}
