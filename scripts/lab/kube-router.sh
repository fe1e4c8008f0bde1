# The second policy engine: kube-router, which K3s embeds. It writes iptables rules and ipsets and rejects what policies deny.
# It is built and installed on first use: a lab without it costs nothing more.
# shellcheck shell=bash

# shellcheck source=scripts/lab/kube-router/recipe.sh
source "$LAB_SCRIPTS/kube-router/recipe.sh"

KUBE_ROUTER_ABOUT_PACKAGES=690 # what a cold build compiles, for the progress line only
KUBE_ROUTER_HOME=/var/lib/lab/kube-router

# Before the lab is locked: a build takes minutes, and other commands must not wait for it.
kube_router_prepare() {
  STEP_START=${STEP_START:-$SECONDS}
  command -v ipset >/dev/null || host_install ipset
  kube_router_build
}

kube_router_build() {
  LAB_KUBE_ROUTER=$LAB_CACHE/kube-router-$(content_hash kube-router/go.mod kube-router/go.sum kube-router/recipe.sh)
  [[ ! -d $LAB_KUBE_ROUTER ]] || return 0
  cache_lock
  if [[ ! -d $LAB_KUBE_ROUTER ]]; then
    find_go
    local new=$LAB_CACHE/.new.kube-router start=$SECONDS
    mkdir -p "$new"
    step "kube-router: building (about 2 minutes on 2 cores the first time)"
    exec_go_in kube-router build -v -trimpath -ldflags "$KUBE_ROUTER_LDFLAGS" -o "$new/kube-router" \
      "$KUBE_ROUTER_MODULE/cmd/kube-router" >"$new/build.log" 2>&1 &
    build_watch "$!" "$new/build.log" "$start" kube-router "$KUBE_ROUTER_ABOUT_PACKAGES"
    rm "$new/build.log"
    # kube-router calls `iptables`, which is another program on a host whose alternatives say so. The lab's rules, and what takes
    # kube-router's rules away, are those of nftables.
    local tool
    for tool in iptables ip6tables; do
      ln -s "/usr/sbin/$tool-nft" "$new/$tool"
      ln -s "/usr/sbin/$tool-nft-save" "$new/$tool-save"
      ln -s "/usr/sbin/$tool-nft-restore" "$new/$tool-restore"
    done
    mv "$new" "$LAB_KUBE_ROUTER"
    step "kube-router: built in $((SECONDS - start)) s"
  fi
  cache_unlock
}

# The program, its account and its permissions on one node of a lab that is up.
kube_router_install() {
  local lab
  lab=$(machine_root "$1")/lib/lab
  rm -rf "$lab/kube-router"
  # A second name for the same file costs nothing; across file systems it has to be a copy.
  cp -al "$LAB_KUBE_ROUTER" "$lab/kube-router" 2>/dev/null || {
    rm -rf "$lab/kube-router"
    cp -a "$LAB_KUBE_ROUTER" "$lab/kube-router"
  }
  [[ -e $LAB_DIR/pki/kube-router.crt ]] || pki_certificate kube-router /CN=netproof-lab:kube-router
  pki_kubeconfig "$lab/kube-router.kubeconfig" "https://$CP_V4:$API_PORT" kube-router
  kubectl_lab apply --server-side -f "$LAB_SCRIPTS/manifests/kube-router-rbac.yaml" >/dev/null ||
    die "engine kube-router: its permissions could not be stored" "the API server must run: scripts/cluster fault list"
}

kube_router_process() { # NODE
  local node=$1 range ranges=()
  for range in ${SERVICE_CIDRS//,/ }; do ranges+=("--service-cluster-ip-range=$range"); done
  daemon_start "$node" kube-router env "PATH=$KUBE_ROUTER_HOME:${LAB_ENV[0]#PATH=}" kube-router \
    --run-firewall=true --run-router=false --run-service-proxy=false --enable-cni=false \
    --kubeconfig=/var/lib/lab/kube-router.kubeconfig --hostname-override="$node" "${ranges[@]}" \
    --enable-ipv4=true --enable-ipv6=true --health-port=0 --v=1
}

# The last rule that it writes, in one transaction with the rules of all pods.
kube_router_synced() {
  in_ns "$1" iptables-nft-save -t filter | grep '^-A KUBE-ROUTER-FORWARD .*0x20000/0x20000.* -j ACCEPT$' >/dev/null
}

kube_router_aborted() { grep -cs '] Aborting sync' "$(machine_root "$1")/log/kube-router.log" || true; }
kube_router_synced_or_aborted() { # NODE ABORTED-BEFORE
  kube_router_synced "$1" || [[ $(kube_router_aborted "$1") != "$2" ]]
}

# The standard engine goes last: at no moment does the node enforce nothing.
engine_kube-router() {
  local node=$1 try aborted
  kube_router_refuses_faults "$node"
  if ! daemon_pid "$node" kube-router >/dev/null; then
    kube_router_install "$node"
    # With policies that name peers its rules for IPv6 do not load, and a sync that begins with IPv6 ends there: about one in eight.
    # The next sync is up to 5 minutes away, so it is started again instead.
    for try in {1..10}; do
      kube_router_remove "$node"
      aborted=$(kube_router_aborted "$node")
      kube_router_process "$node"
      wait_quietly 20 kube_router_synced_or_aborted "$node" "$aborted" || true
      if kube_router_synced "$node"; then break; fi
      kube_router_end "$node"
    done
    daemon_pid "$node" kube-router >/dev/null ||
      die "kube-router on $node: no sync of its rules in $try starts" "see $(machine_root "$node")/log/kube-router.log"
  fi
  engine_standard_end "$node"
}

kube_router_refuses_faults() {
  local fault
  for fault in ipv6-open engine-misses; do
    ! fault_there "$fault-$1" ||
      die "engine kube-router: the fault $fault-$1 is for the standard engine" \
        "scripts/cluster fault --name $LAB_NAME clear $fault-$1"
  done
}

kube_router_end() {
  daemon_stop "$1" kube-router
  kube_router_remove "$1"
}

# Its own --cleanup-config does not know the rules of policies in this version: it works on an empty list of handlers.
kube_router_remove() {
  local node=$1 tool undo
  for tool in iptables ip6tables; do
    undo=$(in_ns "$node" "$tool-nft-save" -t filter | kube_router_undo)
    [[ -n $undo ]] || continue
    in_ns "$node" "$tool-nft-restore" --wait --noflush <<<"$undo"
    kube_router_remove_empty "$node" "$tool"
  done
  # The kernel lets go of a set a moment after the last rule that names it.
  wait_for 10 "ipsets of kube-router on $node: their end" kube_router_sets_removed "$node"
}

# From what iptables-save prints, what iptables-restore needs to remove kube-router's chains and the jumps to them.
kube_router_undo() {
  awk '
    function own(chain) { return chain ~ /^KUBE-(ROUTER|POD-FW|NWPLCY)-/ }
    /^:/ { chain = substr($1, 2); if (own(chain)) { flush = flush ":" chain " - [0:0]\n"; remove = remove "-X " chain "\n" } }
    /^-A / && !own($2) && own($NF) { sub(/^-A/, "-D"); jumps = jumps $0 "\n" }
    END { if (flush) printf "*filter\n%s%s%sCOMMIT\n", flush, jumps, remove }'
}

# iptables-nft makes the built-in chains when it first needs them, and does not remove them.
kube_router_remove_empty() { # NODE iptables|ip6tables
  local node=$1 tool=$2 family chain saved
  if [[ $tool == iptables ]]; then family=ip; else family=ip6; fi
  saved=$(in_ns "$node" "$tool-nft-save" -t filter)
  for chain in INPUT FORWARD OUTPUT; do
    if ! grep -q "^-A $chain " <<<"$saved"; then in_ns "$node" nft delete chain "$family" filter "$chain" 2>/dev/null || true; fi
  done
}

kube_router_sets() {
  command -v ipset >/dev/null || return 0
  in_ns "$1" ipset list -n | grep -E '^(inet6:)?KUBE-(SRC|DST)-' || true
}
kube_router_sets_removed() {
  local set
  for set in $(kube_router_sets "$1"); do in_ns "$1" ipset destroy "$set" || return 1; done
}

# Prints what kube-router does on a node; nothing where it is not.
kube_router_state() {
  local runs=no rules=no
  if daemon_pid "$1" kube-router >/dev/null; then runs=yes; fi
  if kube_router_synced "$1"; then rules=yes; fi
  case $runs-$rules in
    yes-yes) printf 'kube-router' ;;
    yes-no) printf 'kube-router, broken (runs without rules: enforces nothing)' ;;
    no-yes) printf 'kube-router, dead (rules without a process: changes are not enforced)' ;;
  esac
}
