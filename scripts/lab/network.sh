# The networks of the lab. Everything is in network namespaces of its own; the host gets one veth end with a /30, over which a
# kubeconfig reaches the API server, and nothing else: no forwarding, no rule, no further route.
#
#   host 10.251.N.1 ──/30── cp 10.250.0.1 ──bridge── node1 10.250.0.11   pods 10.244.1.0/24
#                           │                    └── node2 10.250.0.12   pods 10.244.2.0/24
#                           └── 198.51.100.0/24 ── outside 198.51.100.10
#
# No default route leads out of cp, so the outside world does not exist for the lab. Inner addresses are the same in every lab.
# (192.0.2.0/24 and 203.0.113.0/24 are documentation ranges too, and used by some virtual machines for their own uplink.)
# shellcheck shell=bash disable=SC2034  # addresses are used by the other files

CP_V4=10.250.0.1
CP_V6=fd00:10:250::1
NODE_NET_V4=10.250.0.0/24
OUTSIDE_V4=198.51.100.10
OUTSIDE_V6=2001:db8:51::10
OUTSIDE_NAME=outside.example.com
POD_CIDRS=10.244.0.0/16,fd00:10:244::/48
SERVICE_CIDRS=10.96.0.0/16,fd00:10:96::/112
DNS_V4=10.96.0.10
API_PORT=6443

node_number() { printf '%s' "${1#node}"; }
node_v4() { printf '10.250.0.%d' $((10 + $(node_number "$1"))); }
node_v6() { printf 'fd00:10:250::1%d' "$(node_number "$1")"; }
pods_v4() { printf '10.244.%d.0/24' "$(node_number "$1")"; }
pods_v6() { printf 'fd00:10:244:%d::/64' "$(node_number "$1")"; }

# in_ns PLACE COMMAND...: in the network namespace only. (`ip netns exec` would also remount /sys.)
in_ns() {
  local place=$1
  shift
  nsenter --net="/run/netns/$(netns_of "$place")" -- "$@"
}

network_up() {
  local place node
  for place in "${LAB_MACHINES[@]}"; do
    ip netns add "$(netns_of "$place")"
    in_ns "$place" ip link set lo up
  done
  host_link_up
  cp_network
  for node in "${LAB_NODES[@]}"; do node_network "$node"; done
  outside_network
}

# The first number whose link nobody has. Making the link is the reservation, so two labs never take the same.
host_link_up() {
  local n
  for n in {0..255}; do
    # Somebody else on this host may use the range for something of his own.
    if ip -4 route show to root "10.251.$n.0/30" | grep -q .; then continue; fi
    if ip link add "np-h$n" type veth peer name host0 netns "$(netns_of cp)" 2>/dev/null; then
      printf '%s\n' "$n" >"$LAB_DIR/link"
      # No IPv6 on it: an automatic address would be one more thing that the host has.
      printf 1 >"/proc/sys/net/ipv6/conf/np-h$n/disable_ipv6" 2>/dev/null || true
      ip addr add "10.251.$n.1/30" dev "np-h$n"
      ip link set "np-h$n" up
      in_ns cp ip addr add "10.251.$n.2/30" dev host0
      in_ns cp ip link set host0 up
      return 0
    fi
  done
  die "no free link between 10.251.0.0/30 and 10.251.255.0/30" "take labs down: scripts/cluster down --all"
}

host_side_address() { printf '10.251.%d.2' "$(<"$LAB_DIR/link")"; }

# router_settings PLACE: forwards both families; takes nobody's word for its own addresses.
router_settings() {
  # shellcheck disable=SC2016  # expanded inside
  in_ns "$1" bash -c '
    set -e
    cd /proc/sys/net
    echo 1 > ipv4/ip_forward
    for i in all default; do
      echo 0 > ipv4/conf/$i/rp_filter
      echo 0 > ipv4/conf/$i/send_redirects
      echo 0 > ipv4/conf/$i/accept_redirects
      echo 0 > ipv6/conf/$i/accept_ra
      echo 0 > ipv6/conf/$i/accept_dad
      echo 0 > ipv6/conf/$i/accept_redirects
      echo 1 > ipv6/conf/$i/forwarding
    done'
}

cp_network() {
  local node
  router_settings cp
  in_ns cp ip link add br0 type bridge
  in_ns cp ip addr add "$CP_V4/24" dev br0
  in_ns cp ip addr add "$CP_V6/64" dev br0 nodad
  in_ns cp ip link set br0 up
  for node in "${LAB_NODES[@]}"; do
    in_ns cp ip route add "$(pods_v4 "$node")" via "$(node_v4 "$node")"
    in_ns cp ip -6 route add "$(pods_v6 "$node")" via "$(node_v6 "$node")"
  done
  # The host's end of the link is the API server's alone: no pod may talk to services of the host, and no answer of theirs may
  # look for a way to 10.244.0.0/16 through the host's default route.
  in_ns cp nft -f - <<'END'
table inet lab {
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname "host0" drop
    oifname "host0" drop
  }
}
END
}

node_network() {
  local node=$1 other
  in_ns cp ip link add "$node" type veth peer name eth0 netns "$(netns_of "$node")"
  in_ns cp ip link set "$node" master br0 up
  router_settings "$node"
  in_ns "$node" ip link set eth0 up
  in_ns "$node" ip addr add "$(node_v4 "$node")/24" dev eth0
  in_ns "$node" ip addr add "$(node_v6 "$node")/64" dev eth0 nodad
  in_ns "$node" ip route add default via "$CP_V4"
  in_ns "$node" ip -6 route add default via "$CP_V6"
  for other in "${LAB_NODES[@]}"; do
    [[ $other != "$node" ]] || continue
    in_ns "$node" ip route add "$(pods_v4 "$other")" via "$(node_v4 "$other")"
    in_ns "$node" ip -6 route add "$(pods_v6 "$other")" via "$(node_v6 "$other")"
  done
}

outside_network() {
  in_ns cp ip link add outside type veth peer name eth0 netns "$(netns_of outside)"
  in_ns cp ip addr add 198.51.100.1/24 dev outside
  in_ns cp ip addr add 2001:db8:51::1/64 dev outside nodad
  in_ns cp ip link set outside up
  in_ns outside ip link set eth0 up
  in_ns outside ip addr add "$OUTSIDE_V4/24" dev eth0
  in_ns outside ip addr add "$OUTSIDE_V6/64" dev eth0 nodad
  in_ns outside ip route add default via 198.51.100.1
  in_ns outside ip -6 route add default via 2001:db8:51::1
}

network_down() {
  local place n
  # With a namespace go its links, routes and rules; with one end of a veth goes the other.
  for place in "${LAB_MACHINES[@]}"; do
    [[ ! -e /run/netns/$(netns_of "$place") ]] || ip netns delete "$(netns_of "$place")"
  done
  if [[ -e $LAB_DIR/link ]]; then
    n=$(<"$LAB_DIR/link")
    # The kernel removes links a moment after the namespace.
    wait_quietly 10 link_gone "np-h$n" || ip link delete "np-h$n"
  fi
}
link_gone() { [[ ! -e /sys/class/net/$1 ]]; }
