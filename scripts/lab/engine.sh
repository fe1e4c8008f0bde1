# The standard policy engine: one process per node that judges the first packet of each connection, and the kernel rule that hands it
# the packets. In the manner `reject` the same engine marks what it denies instead of dropping it (engine-marks.sed), and a rule
# further on answers what is marked. Under the fault engine-misses it misses policy changes (engine-misses.go). The other engine is in
# kube-router.sh.
# shellcheck shell=bash

ENGINE_QUEUE=100
ENGINE_MARK=0x6e700000 # engine-marks.sed sets it; none of kube-proxy's bits
ENGINE_MANNERS=(tcp-reset icmp-port-unreachable icmp-admin-prohibited)

# The engine loads rules of its own with nftables' queue expression. Not every kernel has that, and where it has, `broken` would
# be mended by the engine within a second. A table of the same name, owned by another process, makes it fail on every kernel
# alike (it says so in its log and listens all the same); one iptables rule of the lab does the work instead.
# FORWARD: the kubelet's probes come out of OUTPUT and stay exempt, as they must. bypass: without an engine everything passes.
ENGINE_RULE=(FORWARD -m conntrack --ctstate NEW -j NFQUEUE --queue-num "$ENGINE_QUEUE" --queue-bypass)

# Each family of addresses has a rule of its own. Under the fault ipv6-open a node is to have none for IPv6.
engine_families() { # NODE
  if fault_there "ipv6-open-$1"; then echo iptables-nft; else echo iptables-nft ip6tables-nft; fi
}

engine_rule() { # NODE TOOL -A|-D|-C
  in_ns "$1" "$2" -w -t mangle "$3" "${ENGINE_RULE[@]}"
}

engine_rule_there() { # NODE [TOOL…]
  local node=$1 tool tools=("${@:2}")
  if ((!${#tools[@]})); then read -ra tools < <(engine_families "$node"); fi
  for tool in "${tools[@]}"; do
    engine_rule "$node" "$tool" -C 2>/dev/null || return 1
  done
}

engine_rule_add() {
  local node=$1 tool tools
  read -ra tools < <(engine_families "$node")
  for tool in "${tools[@]}"; do
    engine_rule_there "$node" "$tool" || engine_rule "$node" "$tool" -A || return 1
  done
}

engine_rule_remove() { # NODE [TOOL…]
  local node=$1 tool tools=("${@:2}")
  if ((!${#tools[@]})); then tools=(iptables-nft ip6tables-nft); fi
  for tool in "${tools[@]}"; do
    while engine_rule "$node" "$tool" -D 2>/dev/null; do :; done
  done
}

# Whether the rule for IPv6 is there follows from the fault, once there is one for IPv4.
engine_follow_fault() {
  local node=$1
  if fault_there "ipv6-open-$node"; then
    engine_rule_remove "$node" ip6tables-nft
  elif engine_rule_there "$node" iptables-nft; then
    engine_rule_add "$node"
  fi
}

# The table holds what answers marked packets: filter comes after mangle, where the queue is, in the same hook of the same node.
ENGINE_ANSWERS=netproof_engine

engine_answers_add() { # NODE ANSWER
  local tcp other
  case $2 in
    tcp-reset) tcp='reject with tcp reset' other='reject with icmpx type port-unreachable' ;;
    icmp-port-unreachable) tcp='reject with icmpx type port-unreachable' other=$tcp ;;
    icmp-admin-prohibited) tcp='reject with icmpx type admin-prohibited' other=$tcp ;;
    *) usage_error "engine reject --with '$2': none of ${ENGINE_MANNERS[*]}" engine ;;
  esac
  in_ns "$1" nft -f - <<END
add table inet $ENGINE_ANSWERS
delete table inet $ENGINE_ANSWERS
table inet $ENGINE_ANSWERS {
  chain forward {
    type filter hook forward priority 0; policy accept;
    meta mark $ENGINE_MARK meta l4proto tcp $tcp comment "$2"
    meta mark $ENGINE_MARK $other
  }
}
END
}

engine_answers_remove() {
  printf 'add table inet %s\ndelete table inet %s\n' "$ENGINE_ANSWERS" "$ENGINE_ANSWERS" | in_ns "$1" nft -f -
}

# Prints how what is denied is answered; nothing where it is dropped.
engine_answer() {
  in_ns "$1" nft list table inet "$ENGINE_ANSWERS" 2>/dev/null | sed -n 's/.* comment "\(.*\)"$/\1/p'
}

ENGINE_THAT_MARKS=/var/lib/lab/engine/policy-engine
ENGINE_THAT_MISSES=/var/lib/lab/engine/policy-engine-misses

engine_process() { # NODE [drop|mark]
  local node=$1 program=policy-engine misses command
  misses=$(engine_misses "$node")
  if [[ ${2:-drop} == mark ]]; then program=$ENGINE_THAT_MARKS; elif [[ -n $misses ]]; then program=$ENGINE_THAT_MISSES; fi
  command=("$program" --kubeconfig=/var/lib/lab/policy-engine.kubeconfig
    --hostname-override="$node" --nfqueue-id="$ENGINE_QUEUE" --disable-nri --netfilter-bug-1766-fix=false
    --metrics-bind-address=127.0.0.1:9080 --v=1)
  if [[ -n $misses ]]; then command=(env "NETPROOF_ENGINE_MISSES=$misses" "${command[@]}"); fi
  # All of them listen on the one queue, so another one ends first.
  if daemon_pid "$node" policy-engine >/dev/null &&
    [[ $(<"$LAB_DIR/daemons/$node.policy-engine.command") != "$(printf '%q ' "${command[@]}")" ]]; then
    engine_end "$node"
  fi
  # One process that keeps the table for as long as it lives: its own input, a pipe that it holds open itself, never ends.
  # shellcheck disable=SC2016  # expanded on the machine
  daemon_start "$node" table-owner bash -c \
    'p=/run/table-owner; rm -f $p; mkfifo $p; exec 3<>$p; echo "add table inet kube-network-policies { flags owner; }" >&3
     exec nft --interactive <&3'
  wait_for 10 "table of the policy engine on $node" engine_table_there "$node"
  daemon_start "$node" policy-engine "${command[@]}"
  # It opens its queue only when all it watches has been listed.
  wait_for 30 "policy engine on $node: its view of the cluster" engine_listens "$node"
}

# Prints n when the engine is to miss one policy change of every n (the fault engine-misses).
engine_misses() {
  local fault=''
  ! fault_there "engine-misses-$1" || fault=$(<"$(fault_file "engine-misses-$1")")
  printf '%s' "${fault##* }"
}

# The engine that runs learns of the fault, or of its end, by a new start, and then counts from 1.
engine_follow_misses() {
  local node=$1 manner=drop
  daemon_pid "$node" policy-engine >/dev/null || return 0
  if grep -qF "$ENGINE_THAT_MARKS " "$LAB_DIR/daemons/$node.policy-engine.command"; then manner=mark; fi
  engine_end "$node"
  engine_process "$node" "$manner"
}

engine_table_there() { in_ns "$1" nft list table inet kube-network-policies; }
engine_listens() { in_ns "$1" grep -q "^ *$ENGINE_QUEUE " /proc/net/netfilter/nfnetlink_queue; }
engine_silent() { ! engine_listens "$1"; }

engine_end() {
  # It waits 5 s in its own end, after all that matters to a lab.
  daemon_stop "$1" policy-engine 0
  daemon_stop "$1" table-owner 0
  wait_for 10 "policy engine on $1: its end" engine_silent "$1"
}

engine_on() {
  engine_process "$1"
  engine_rule_add "$1"
  engine_answers_remove "$1"
  kube_router_end "$1"
}

# engine_program_there NODE PROGRAM WHAT: PROGRAM came into the lab later than its other parts.
engine_program_there() {
  machine_exec "$1" test -x "$2" ||
    die "$3: lab '$LAB_NAME' was made by an older checkout, without the engine for it" \
      "scripts/cluster down and up --name $LAB_NAME"
}

engine_reject() { # NODE ANSWER
  engine_program_there "$1" "$ENGINE_THAT_MARKS" "engine reject"
  engine_answers_add "$1" "$2"
  engine_process "$1" mark
  engine_rule_add "$1"
  kube_router_end "$1"
}

engine_off() {
  engine_standard_end "$1"
  kube_router_end "$1"
}

engine_standard_end() {
  engine_rule_remove "$1"
  engine_end "$1"
  engine_answers_remove "$1"
}

engine_broken() {
  engine_process "$1"
  engine_rule_remove "$1"
  engine_answers_remove "$1"
  kube_router_end "$1"
}

engine_state() {
  local node=$1 process=no rule=no answer misses other
  other=$(kube_router_state "$node")
  if [[ -n $other ]]; then
    printf '%s' "$other"
    return
  fi
  if daemon_pid "$node" policy-engine >/dev/null && engine_listens "$node"; then process=yes; fi
  if engine_rule_there "$node"; then rule=yes; fi
  case $process-$rule in
    yes-yes)
      answer=$(engine_answer "$node")
      printf '%s' "on${answer:+, rejects with $answer}"
      if fault_there "ipv6-open-$node"; then printf ' (enforces IPv4 alone)'; fi
      misses=$(engine_misses "$node")
      if [[ -n $misses ]]; then printf ' (misses one policy change of every %d)' "$misses"; fi
      ;;
    yes-no) printf 'broken (runs without its kernel rules: enforces nothing)' ;;
    no-no) printf 'off' ;;
    no-yes) printf 'dead (kernel rules without a process: everything passes)' ;;
  esac
}
