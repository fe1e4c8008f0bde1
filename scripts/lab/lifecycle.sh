# A whole lab: up, down, what state it is in.
# shellcheck shell=bash disable=SC2034  # STEP_START is read by step

one_node() {
  local node
  for node in "${LAB_NODES[@]}"; do
    if [[ $node == "${1:-}" ]]; then
      printf '%s' "$node"
      return 0
    fi
  done
  usage_error "'${1:-}' is no node; the nodes are ${LAB_NODES[*]}"
}

lab_remains() {
  local place
  if [[ -e $LAB_DIR ]]; then return 0; fi
  for place in "${LAB_MACHINES[@]}"; do
    if [[ -e /run/netns/$(netns_of "$place") || -n $(cgroup_places "$(cgroup_of "$place")") ]]; then return 0; fi
  done
  return 1
}

lab_complete() { [[ -e $LAB_DIR/complete ]]; }

# Daemons that should run and do not: killed, or crashed. What a fault or `engine off` has stopped has no record any more.
lab_dead() {
  local file
  for file in "$LAB_DIR"/machines/* "$LAB_DIR"/daemons/*.pid; do
    [[ -e $file ]] || continue
    file=${file%.pid}
    if [[ $file == */daemons/* ]]; then
      alive "$file.pid" >/dev/null || printf '%s\n' "${file##*/}"
    else
      alive "$file" >/dev/null || printf 'machine %s\n' "${file##*/}"
    fi
  done
}

lab_healthy() {
  lab_complete && [[ -z $(lab_dead) ]] || return 1
  # Under a fault on purpose the cluster need not answer: it is what somebody wanted.
  [[ -z $(fault_list) ]] || return 0
  api_ready >/dev/null 2>&1 && nodes_ready
}

lab_need() {
  need_root "$@"
  lab_complete || die "lab '$LAB_NAME' is not up" "scripts/cluster up --name $LAB_NAME"
}

dns_wait() {
  local node
  for node in "${LAB_NODES[@]}"; do wait_for 60 "DNS on $node" dns_answers "$node"; done
}

lab_up() {
  need_root up
  STEP_START=$SECONDS
  host_prepare
  build_binaries
  build_engine
  build_images
  lab_lock
  if lab_healthy; then
    say "lab '$LAB_NAME' is up already"
    if [[ $(readlink "$LAB_DIR/bin") != "$LAB_BIN" ]]; then
      say "  note: it was made from other binaries than this checkout's; scripts/cluster down and up renews it"
    fi
    fault_list >&2
    lab_hint
    return 0
  fi
  if lab_remains; then
    step "removing what is left of an earlier lab '$LAB_NAME'"
    lab_destroy
  fi
  STEP_START=$SECONDS
  mkdir -p "$LAB_DIR"
  ln -s "$LAB_BIN" "$LAB_DIR/bin"
  lab_build_up
  date +%s >"$LAB_DIR/complete"
  step "lab '$LAB_NAME' is up: ${#LAB_NODES[@]} nodes Ready, DNS answers, the policy engine enforces"
  lab_hint
}

lab_hint() {
  local name=
  if [[ $LAB_NAME != netproof ]]; then name=" --name $LAB_NAME"; fi
  say "  export KUBECONFIG=\$(scripts/cluster kubeconfig$name)"
}

lab_build_up() {
  local node machine job
  local -a jobs=()
  step "network and machines"
  network_up
  for machine in "${LAB_MACHINES[@]}"; do machine_start "$machine"; done
  pki_up
  step "control plane, containerd, images"
  control_plane_start
  for node in "${LAB_NODES[@]}"; do
    node_containerd "$node"
    node_images "$node" &
    jobs+=("$!")
  done
  outside_start
  wait_for 60 "API server: readyz" api_ready
  controllers_start
  kubectl_lab apply --server-side -f "$LAB_BIN/crd.yaml" -f "$LAB_SCRIPTS/manifests/engine-rbac.yaml" >/dev/null
  for job in "${jobs[@]}"; do wait "$job"; done
  step "nodes"
  for node in "${LAB_NODES[@]}"; do
    node_kubelet "$node"
    node_proxy "$node"
  done
  cluster_objects | kubectl_lab apply --server-side -f - >/dev/null
  wait_for 30 "definition of ClusterNetworkPolicy" kubectl_lab get clusternetworkpolicies
  for node in "${LAB_NODES[@]}"; do engine_on "$node"; done
  wait_for 60 "nodes: Ready" nodes_ready
  step "DNS"
  kubectl_lab -n kube-system rollout status deployment coredns --timeout=60s >/dev/null ||
    die "CoreDNS is not ready" "scripts/cluster kubectl -n kube-system describe pods"
  dns_wait
}

# Processes that were started but not yet recorded when a command was killed: they are in the lab's own namespaces, and nobody
# else's processes are.
lab_kill_strays() {
  local place pid
  for place in "${LAB_MACHINES[@]}"; do
    [[ -e /run/netns/$(netns_of "$place") ]] || continue
    for pid in $(ip netns pids "$(netns_of "$place")"); do kill -KILL "$pid" 2>/dev/null || true; done
  done
}
lab_no_process() {
  local place
  for place in "${LAB_MACHINES[@]}"; do
    [[ ! -e /run/netns/$(netns_of "$place") ]] || [[ -z $(ip netns pids "$(netns_of "$place")") ]] || return 1
  done
}

# No polite end: the data is thrown away anyway. The kernel ends everything on a machine with its first process, mounts included.
lab_destroy() {
  local machine group
  rm -f "$LAB_DIR/complete"
  for machine in "${LAB_MACHINES[@]}"; do
    if [[ -e $LAB_DIR/machines/$machine ]]; then machine_kill "$machine"; fi
  done
  lab_kill_strays
  wait_for 20 "lab '$LAB_NAME': the end of its processes" lab_no_process
  network_down
  for group in "${LAB_NODES[@]}"; do cgroup_remove "$(cgroup_of "$group")"; done
  rm -rf "$LAB_DIR"
}

lab_down() {
  need_root down
  if ! lab_remains && [[ ! -e $LAB_LOCK ]]; then
    say "lab '$LAB_NAME' is not up"
    return 0
  fi
  lab_lock
  if lab_remains; then
    lab_destroy
    say "lab '$LAB_NAME' is down"
  else
    say "lab '$LAB_NAME' is not up"
  fi
  lab_unlock_and_forget
}

lab_names() {
  {
    find "$LAB_STATE_ROOT" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null || true
    find /run/netns -name 'np-*-cp' -printf '%f\n' 2>/dev/null | sed 's/^np-\(.*\)-cp$/\1/' || true
  } | sort -u
}

lab_down_all() {
  local name
  need_root down --all
  while read -r name; do
    lab_select "$name"
    lab_down
  done < <(lab_names)
}

lab_status() {
  local node dead
  need_root status
  if ! lab_remains; then
    say "lab '$LAB_NAME' is not up"
    return 3
  fi
  printf 'lab %s: ' "$LAB_NAME"
  dead=$(lab_dead)
  if ! lab_complete; then
    printf 'incomplete (a scripts/cluster up works on it, or was ended)\n'
    return 4
  elif [[ -n $dead ]]; then
    printf 'broken, ended unexpectedly: %s\n' "$(paste -sd, <<<"$dead")"
    say "  fix: scripts/cluster up --name $LAB_NAME"
    return 4
  fi
  printf 'up since %s\n' "$(date -d "@$(<"$LAB_DIR/complete")" '+%F %T')"
  printf 'kubeconfig  %s\nlogs        %s/*/log/*.log\noutside     %s %s (%s)\n' "$LAB_DIR/kubeconfig" "$LAB_DIR" \
    "$OUTSIDE_V4" "$OUTSIDE_V6" "$OUTSIDE_NAME"
  for node in "${LAB_NODES[@]}"; do printf 'engine      %s: %s\n' "$node" "$(engine_state "$node")"; done
  fault_list | sed 's/^/fault       /'
  kubectl_lab --request-timeout=5s get nodes 2>&1 || true
}
