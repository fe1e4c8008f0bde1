# The policy engine: one process per node that judges the first packet of each connection, and the kernel rule that hands it
# the packets.
# shellcheck shell=bash

ENGINE_QUEUE=100

# The engine loads rules of its own with nftables' queue expression. Not every kernel has that, and where it has, `broken` would
# be mended by the engine within a second. A table of the same name, owned by another process, makes it fail on every kernel
# alike (it says so in its log and listens all the same); one iptables rule of the lab does the work instead.
# FORWARD: the kubelet's probes come out of OUTPUT and stay exempt, as they must. bypass: without an engine everything passes.
ENGINE_RULE=(FORWARD -m conntrack --ctstate NEW -j NFQUEUE --queue-num "$ENGINE_QUEUE" --queue-bypass)

engine_rule() { # NODE -A|-D|-C
  local node=$1 how=$2 tool
  for tool in iptables-nft ip6tables-nft; do
    in_ns "$node" "$tool" -w -t mangle "$how" "${ENGINE_RULE[@]}" || return 1
  done
}

engine_rule_there() { engine_rule "$1" -C 2>/dev/null; }
engine_rule_add() { engine_rule_there "$1" || engine_rule "$1" -A; }
engine_rule_remove() {
  local node=$1 tool
  for tool in iptables-nft ip6tables-nft; do
    while in_ns "$node" "$tool" -w -t mangle -D "${ENGINE_RULE[@]}" 2>/dev/null; do :; done
  done
}

engine_process() {
  local node=$1
  # One process that keeps the table for as long as it lives: its own input, a pipe that it holds open itself, never ends.
  # shellcheck disable=SC2016  # expanded on the machine
  daemon_start "$node" table-owner bash -c \
    'p=/run/table-owner; rm -f $p; mkfifo $p; exec 3<>$p; echo "add table inet kube-network-policies { flags owner; }" >&3
     exec nft --interactive <&3'
  wait_for 10 "table of the policy engine on $node" engine_table_there "$node"
  daemon_start "$node" policy-engine policy-engine --kubeconfig=/var/lib/lab/policy-engine.kubeconfig \
    --hostname-override="$node" --nfqueue-id="$ENGINE_QUEUE" --disable-nri --netfilter-bug-1766-fix=false \
    --metrics-bind-address=127.0.0.1:9080 --v=1
  # It opens its queue only when all it watches has been listed.
  wait_for 30 "policy engine on $node: its view of the cluster" engine_listens "$node"
}

engine_table_there() { in_ns "$1" nft list table inet kube-network-policies; }
engine_listens() { in_ns "$1" grep -q "^ *$ENGINE_QUEUE " /proc/net/netfilter/nfnetlink_queue; }
engine_silent() { ! engine_listens "$1"; }

engine_on() {
  engine_process "$1"
  engine_rule_add "$1"
}

engine_off() {
  engine_rule_remove "$1"
  # It waits 5 s in its own end, after all that matters to a lab.
  daemon_stop "$1" policy-engine 0
  daemon_stop "$1" table-owner 0
  wait_for 10 "policy engine on $1: its end" engine_silent "$1"
}

engine_broken() {
  engine_process "$1"
  engine_rule_remove "$1"
}

engine_state() {
  local node=$1 process=no rule=no
  if daemon_pid "$node" policy-engine >/dev/null && engine_listens "$node"; then process=yes; fi
  if engine_rule_there "$node"; then rule=yes; fi
  case $process-$rule in
    yes-yes) printf 'on' ;;
    yes-no) printf 'broken (runs without its kernel rules: enforces nothing)' ;;
    no-no) printf 'off' ;;
    no-yes) printf 'dead (kernel rules without a process: everything passes)' ;;
  esac
}
