# Faults: what goes wrong on real networks and clusters, made on purpose. Each is a file in faults/ that says what it is, so each
# can be listed and cleared by itself; packet faults are nftables rules that carry the fault's name as their comment.
# shellcheck shell=bash

FAULT_TABLE=netproof_fault

fault_file() { printf '%s/faults/%s' "$LAB_DIR" "$1"; }
fault_there() { [[ -e $(fault_file "$1") ]]; }
fault_record() {
  mkdir -p "$LAB_DIR/faults"
  printf '%s\n' "$2" >"$(fault_file "$1")"
  say "fault $1: $2"
}
fault_forget() { rm -f "$(fault_file "$1")"; }

# The first free name of its kind: reject-1, reject-2, …
fault_name() {
  local n=1
  while fault_there "$1-$n"; do ((n++)); done
  printf '%s-%d' "$1" "$n"
}

# The chain comes before mangle (-150), where the policy engine's queue is: what these rules stop, no engine sees.
fault_table() {
  in_ns "$1" nft -f - <<END
add table inet $FAULT_TABLE
add chain inet $FAULT_TABLE forward { type filter hook forward priority -200; policy accept; }
END
}

# fault_end ADDRESS saddr|daddr: the nftables match for one end; sets FAULT_FAMILY when the address tells it.
fault_end() {
  local address=$1 side=$2
  case $address in
    any) FAULT_MATCH= ;;
    *:*) FAULT_MATCH="ip6 $side $address" FAULT_FAMILY=6 ;;
    *.*) FAULT_MATCH="ip $side $address" FAULT_FAMILY=4 ;;
    *) usage_error "fault: '$address' is neither an address, a range such as 10.244.1.0/24, nor 'any'" fault ;;
  esac
}

# fault_verdict KIND: what the rule does, for the family of its addresses.
fault_verdict() {
  local kind=$1 v4=icmp v6=icmpv6 name4 name6
  case $kind in
    drop)
      FAULT_VERDICT=drop
      return
      ;;
    tcp-reset)
      FAULT_VERDICT="reject with tcp reset"
      return
      ;;
    icmp-port-unreachable) name4=port-unreachable name6=port-unreachable ;;
    icmp-admin-prohibited) name4=admin-prohibited name6=admin-prohibited ;;
    icmp-net-prohibited) name4=net-prohibited name6=admin-prohibited ;;
    icmp-host-prohibited) name4=host-prohibited name6=admin-prohibited ;;
    icmp-host-unreachable) name4=host-unreachable name6=addr-unreachable ;;
    icmp-net-unreachable) name4=net-unreachable name6=no-route ;;
    icmp-proto-unreachable) name4=prot-unreachable name6=port-unreachable ;;
    *) usage_error "fault reject --with '$kind': none of tcp-reset, icmp-{port,host,net,proto}-unreachable, icmp-{admin,host,net}-prohibited" fault ;;
  esac
  if [[ ${FAULT_FAMILY:-} == 6 ]]; then FAULT_VERDICT="reject with $v6 type $name6"; else FAULT_VERDICT="reject with $v4 type $name4"; fi
}

# fault_rule NAME NODE RULE: RULE is nftables' language.
fault_rule() {
  fault_table "$2"
  in_ns "$2" nft add rule inet "$FAULT_TABLE" forward "$3 comment \"$1\"" ||
    die "fault $1 on $2: the kernel does not take the rule '$3'" "check the addresses, the port and the kind of answer"
}

fault_packets() { # reject|drop OPTIONS
  local how=$1 from='' to='' with=tcp-reset proto='' port='' name rule node match='' nodes=("${LAB_NODES[@]}") old
  FAULT_FAMILY=
  shift
  while (($#)); do
    [[ $# -ge 2 ]] || usage_error "fault $how: $1 wants a value" fault
    case $1 in
      --from) from=$2 ;;
      --to) to=$2 ;;
      --with) with=$2 ;;
      --proto) proto=$2 ;;
      --node) nodes=("$(one_node "$2")") ;;
      *) usage_error "fault $how: unknown option '$1'" fault ;;
    esac
    shift 2
  done
  [[ -n $from && -n $to ]] || usage_error "fault $how wants --from ADDR and --to ADDR[:PORT]" fault
  # 10.244.1.5:80, [fd00::5]:80 and any:80 have a port; a bare IPv6 address has colons of its own.
  if [[ $to =~ ^\[(.*)\](:([0-9]+))?$ ]]; then
    to=${BASH_REMATCH[1]} port=${BASH_REMATCH[3]}
  elif [[ $to =~ ^([^:]+):([0-9]+)$ ]]; then
    to=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]}
  fi
  fault_end "$from" saddr
  match+="$FAULT_MATCH "
  old=$FAULT_FAMILY
  fault_end "$to" daddr
  match+="$FAULT_MATCH "
  [[ -z $old || $old == "$FAULT_FAMILY" ]] || usage_error "fault $how: $from and $to are not of the same family" fault
  if [[ $how == drop ]]; then with=drop; fi
  if [[ $with == tcp-reset ]]; then
    [[ -z $proto || $proto == tcp ]] || usage_error "fault reject --with tcp-reset is for TCP; take an icmp-… for $proto" fault
    proto=tcp
  fi
  case $proto in
    '') if [[ -n $port ]]; then match+="meta l4proto { tcp, udp } th dport $port "; fi ;;
    tcp | udp | sctp) if [[ -n $port ]]; then match+="$proto dport $port "; else match+="meta l4proto $proto "; fi ;;
    *) usage_error "fault $how --proto '$proto': tcp, udp or sctp" fault ;;
  esac
  # Without an address the ICMP answer of IPv4 fits half of the packets only.
  if [[ -z $FAULT_FAMILY && $with == icmp-* ]]; then match+="meta nfproto ipv4 "; fi
  fault_verdict "$with"
  rule="$match$FAULT_VERDICT"
  name=$(fault_name "$how")
  for node in "${nodes[@]}"; do fault_rule "$name" "$node" "$rule"; done
  fault_record "$name" "$how from $from to $to${port:+ port $port}${proto:+ $proto} with $with on ${nodes[*]}"
}

fault_loss() {
  local percent=${1:-} node name rule=drop nodes=("${LAB_NODES[@]}")
  [[ $percent =~ ^([1-9][0-9]?|100)$ ]] || usage_error "fault loss wants a percentage from 1 to 100" fault
  if [[ -n ${2:-} ]]; then nodes=("$(one_node "$2")"); fi
  name=$(fault_name loss)
  if ((percent < 100)); then rule="numgen random mod 100 < $percent drop"; fi
  for node in "${nodes[@]}"; do fault_rule "$name" "$node" "$rule"; done
  fault_record "$name" "$percent % of forwarded packets lost on ${nodes[*]}"
}

fault_rules_remove() {
  local name=$1 node handle
  for node in "${LAB_NODES[@]}"; do
    while read -r handle; do
      in_ns "$node" nft delete rule inet "$FAULT_TABLE" forward handle "$handle"
    done < <(in_ns "$node" nft -a list chain inet "$FAULT_TABLE" forward 2>/dev/null |
      sed -n "s/.* comment \"$name\".* # handle \([0-9]*\)$/\1/p")
  done
}

fault_kubelet() {
  local how=${1:-} node
  node=$(one_node "${2:-}") || exit
  case $how in
    restart)
      # It has its own end: what it cuts, every log that is followed on the node, stays cut.
      daemon_stop "$node" kubelet 0
      daemon_restart "$node" kubelet
      say "fault kubelet restart $node: done"
      ;;
    stop)
      daemon_stop "$node" kubelet
      fault_record "kubelet-$node" "kubelet stopped on $node (NotReady after 20 s)"
      ;;
    start)
      daemon_restart "$node" kubelet
      fault_forget "kubelet-$node"
      ;;
    *) usage_error "fault kubelet stop|start|restart NODE" fault ;;
  esac
}

# Its rules stay in the kernel and no longer follow what becomes of Services.
fault_proxy() {
  local how=${1:-} node
  node=$(one_node "${2:-}") || exit
  case $how in
    stop)
      daemon_stop "$node" kube-proxy
      fault_record "proxy-$node" "kube-proxy stopped on $node: Services lead where they led"
      ;;
    start)
      daemon_restart "$node" kube-proxy
      fault_forget "proxy-$node"
      ;;
    *) usage_error "fault proxy stop|start NODE" fault ;;
  esac
}

# As with an engine whose rules for IPv6 were never loaded: the API takes policies, and they hold over IPv4 alone.
fault_ipv6-open() {
  local how=${1:-} node
  node=$(one_node "${2:-}") || exit
  case $how in
    on)
      fault_of_standard_engine ipv6-open "$node"
      fault_record "ipv6-open-$node" "the policy engine on $node enforces IPv4 alone"
      engine_follow_fault "$node"
      ;;
    off)
      fault_forget "ipv6-open-$node"
      engine_follow_fault "$node"
      ;;
    *) usage_error "fault ipv6-open on|off NODE" fault ;;
  esac
}

# A change that is missed takes effect with the next one that is not. The count begins anew with this command.
fault_engine-misses() {
  local every=${1:-} node nodes=("${LAB_NODES[@]}")
  [[ $every =~ ^([1-9][0-9]*|off)$ ]] || usage_error "fault engine-misses N|off [NODE]" fault
  if [[ -n ${2:-} ]]; then
    node=$(one_node "$2") || exit
    nodes=("$node")
  fi
  for node in "${nodes[@]}"; do
    if [[ $every == off ]]; then
      fault_forget "engine-misses-$node"
    else
      fault_of_standard_engine engine-misses "$node"
      engine_program_there "$node" "$ENGINE_THAT_MISSES" "fault engine-misses"
      fault_record "engine-misses-$node" "the policy engine on $node misses one policy change of every $every"
    fi
    engine_follow_misses "$node"
  done
}

fault_of_standard_engine() { # FAULT NODE
  ! daemon_pid "$2" kube-router >/dev/null ||
    die "fault $1: it is for the standard engine, and $2 runs kube-router" "scripts/cluster engine --name $LAB_NAME on $2"
}

# What requests some CPU and is not guaranteed it (probes are of this kind, the lab's own pods and most servers of tests are not)
# gets a hundredth of a CPU.
FAULT_STARVED_PERIOD=1000000

fault_starve() {
  local how=${1:-} node quota
  node=$(one_node "${2:-}") || exit
  case $how in
    on) quota=${3:-10000} ;;
    off) quota=-1 ;;
    *) usage_error "fault starve on|off NODE" fault ;;
  esac
  starve "$(cgroup_of "$node")/kubepods/burstable" "$quota"
  if [[ $how == on ]]; then
    fault_record "starve-$node" "pods of class Burstable on $node get $((quota / 1000)) ms of CPU a second"
  else
    fault_forget "starve-$node"
  fi
}

starve() { # GROUP MICROSECONDS-PER-SECOND
  local place
  while read -r place; do
    if [[ -e $place/$1/cpu.cfs_quota_us ]]; then
      printf '%s' "$FAULT_STARVED_PERIOD" >"$place/$1/cpu.cfs_period_us"
      printf '%s' "$2" >"$place/$1/cpu.cfs_quota_us"
      return
    elif [[ -e $place/$1/cpu.max ]]; then
      printf '%s %s' "${2/#-1/max}" "$FAULT_STARVED_PERIOD" >"$place/$1/cpu.max"
      return
    fi
  done < <(cgroup_hierarchies)
  die "fault starve: there is no control group $1 with a limit of CPU" "does this kernel have CFS bandwidth control?"
}

# The webhook is agnhost's own, on the control plane's machine and with its certificate.
FAULT_WEBHOOK_PORT=8443

fault_webhook() {
  local how=${1:-} namespace=${2:-} path kind=Mutating
  [[ $namespace =~ ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ ]] || usage_error "fault webhook label|sidecar|deny NAMESPACE" fault
  case $how in
    label) path=add-label ;;
    sidecar) path=mutating-pods-sidecar ;;
    deny) path=always-deny kind=Validating ;;
    *) usage_error "fault webhook label|sidecar|deny NAMESPACE" fault ;;
  esac
  daemon_start cp webhook agnhost webhook --port="$FAULT_WEBHOOK_PORT" --sidecar-image="$IMAGE_AGNHOST" \
    --tls-cert-file=/var/lib/lab/pki/apiserver.crt --tls-private-key-file=/var/lib/lab/pki/apiserver.key
  wait_for 10 "webhook" machine_exec cp bash -c "exec 3<>/dev/tcp/127.0.0.1/$FAULT_WEBHOOK_PORT"
  kubectl_lab apply -f - >/dev/null <<END
apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}WebhookConfiguration
metadata: {name: netproof-lab-$namespace}
webhooks:
- name: $how.lab.netproof.dev
  clientConfig: {url: "https://127.0.0.1:$FAULT_WEBHOOK_PORT/$path", caBundle: $(base64 -w0 "$LAB_DIR/pki/ca.crt")}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: $namespace}}
  admissionReviewVersions: [v1]
  sideEffects: None
  timeoutSeconds: 5
END
  fault_record "webhook-$namespace" "a webhook for the pods of namespace $namespace: $how"
  # The API server learns of it by a watch of its own.
  wait_for 10 "webhook in namespace $namespace" webhook_acts "$how" "$namespace"
}

webhook_acts() { # HOW NAMESPACE
  local said
  # A pod that every namespace admits: where Pod Security refuses it first, nothing is heard of the webhook.
  said=$(kubectl_lab -n "$2" create --dry-run=server -f - \
    -o 'jsonpath={.metadata.labels} {.spec.containers[*].name}' 2>&1 <<END
apiVersion: v1
kind: Pod
metadata: {name: webhook-try}
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
  - {name: main, image: none, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}
END
  ) || true
  case $1 in
    label) [[ $said == *added-label* ]] ;;
    sidecar) [[ $said == *webhook-added-sidecar* ]] ;;
    deny) [[ $said == *denied* ]] ;;
  esac
}

webhook_remove() { # NAMESPACE
  local others=("$LAB_DIR"/faults/webhook-*)
  kubectl_lab delete --ignore-not-found mutatingwebhookconfiguration,validatingwebhookconfiguration \
    "netproof-lab-$1" >/dev/null
  if ((${#others[@]} <= 1)); then daemon_stop cp webhook; fi
}

fault_apiserver() {
  case "${1:-} ${2:-}" in
    "stop ")
      apiserver_stop
      fault_record apiserver-stopped "API server stopped"
      ;;
    "start ") apiserver_start ;;
    "restart ")
      # It has its own end: nothing stays to be cleared.
      apiserver_stop
      apiserver_start
      say "fault apiserver restart: done"
      ;;
    "slow on")
      apiserver_slow
      fault_record apiserver-slow "API server works 50 ms of every 1.5 s"
      ;;
    "slow off")
      apiserver_quick
      fault_forget apiserver-slow
      ;;
    *) usage_error "fault apiserver restart|stop|start|slow on|slow off" fault ;;
  esac
}

apiserver_stop() {
  apiserver_quick
  # Its graceful end can take a minute, waiting for clients that never leave.
  daemon_stop cp kube-apiserver 3
}

apiserver_start() {
  daemon_restart cp kube-apiserver
  wait_for 60 "API server: readyz" api_ready
  fault_forget apiserver-stopped
  if fault_there apiserver-slow; then apiserver_slow; fi
}

# Stopped and continued in turn: every request waits, and none is lost. (A quota of processor time does one or the other: idle, the
# API server needs so little that whatever slows a request starves the watches of all nodes.)
apiserver_slow() {
  local pid
  pid=$(daemon_pid cp kube-apiserver) || die "fault apiserver slow: the API server is not running" "scripts/cluster fault apiserver start"
  # The id that it has on its machine.
  pid=$(awk '$1 == "NSpid:" { print $NF }' "/proc/$pid/status")
  # shellcheck disable=SC2016  # expanded on the machine
  daemon_start cp apiserver-brake bash -c 'while kill -STOP "$1" && sleep 1.45 && kill -CONT "$1"; do sleep 0.05; done' brake "$pid"
}

# Whatever ended the brake, the API server goes on.
apiserver_quick() {
  local pid
  daemon_stop cp apiserver-brake 0
  if pid=$(daemon_pid cp kube-apiserver); then kill -CONT "$pid"; fi
  outer_continue "$LAB_DIR/daemons/cp.kube-apiserver.outer"
}

fault_dns() {
  case ${1:-} in
    stop)
      kubectl_lab -n kube-system scale deployment coredns --replicas=0 >/dev/null
      kubectl_lab -n kube-system wait --for=delete pod -l k8s-app=kube-dns --timeout=60s >/dev/null
      fault_record dns "no DNS server runs"
      ;;
    start)
      kubectl_lab -n kube-system scale deployment coredns --replicas=2 >/dev/null
      kubectl_lab -n kube-system rollout status deployment coredns --timeout=60s >/dev/null
      dns_wait
      fault_forget dns
      ;;
    *) usage_error "fault dns stop|start" fault ;;
  esac
}

fault_list() {
  local file
  [[ -d $LAB_DIR/faults ]] || return 0
  for file in "$LAB_DIR"/faults/*; do
    [[ -e $file ]] || continue
    printf '%-20s %s\n' "${file##*/}" "$(<"$file")"
  done
}

fault_clear_one() {
  local name=$1
  fault_there "$name" || die "fault clear: there is no fault '$name'" "scripts/cluster fault list shows those that are there"
  case $name in
    kubelet-*) fault_kubelet start "${name#kubelet-}" ;;
    apiserver-stopped) fault_apiserver start ;;
    apiserver-slow) fault_apiserver slow off ;;
    dns) fault_dns start ;;
    proxy-*) fault_proxy start "${name#proxy-}" ;;
    ipv6-open-*) fault_ipv6-open off "${name#ipv6-open-}" ;;
    engine-misses-*) fault_engine-misses off "${name#engine-misses-}" ;;
    starve-*) fault_starve off "${name#starve-}" ;;
    webhook-*)
      webhook_remove "${name#webhook-}"
      fault_forget "$name"
      ;;
    *)
      fault_rules_remove "$name"
      fault_forget "$name"
      ;;
  esac
}

fault_clear() {
  local name
  if [[ -n ${1:-} ]]; then
    fault_clear_one "$1"
    return
  fi
  # The API server first: DNS is brought back through it.
  for name in apiserver-slow apiserver-stopped; do
    if fault_there "$name"; then fault_clear_one "$name"; fi
  done
  for name in "$LAB_DIR"/faults/*; do
    if [[ -e $name ]]; then fault_clear_one "${name##*/}"; fi
  done
}
