# What the host must have: Debian packages, installed when they are missing.
# shellcheck shell=bash

# command or file that must be there, and the package that brings it
HOST_NEEDS=(
  containerd:containerd
  ctr:containerd
  runc:runc
  etcd:etcd-server
  /usr/lib/cni/ptp:containernetworking-plugins
  iptables-nft:iptables
  nft:nftables
  conntrack:conntrack
  socat:socat
  ip:iproute2
  nsenter:util-linux
  openssl:openssl
  curl:curl
  getent:libc-bin
  /etc/ssl/certs/ca-certificates.crt:ca-certificates
)

host_missing() {
  local need what
  for need in "${HOST_NEEDS[@]}"; do
    what=${need%:*}
    if [[ $what == /* ]]; then [[ -e $what ]] || printf '%s\n' "${need##*:}"; else
      command -v "$what" >/dev/null || printf '%s\n' "${need##*:}"
    fi
  done | sort -u
}

APT_UPDATED=
apt_update_once() {
  command -v apt-get >/dev/null || die "this host has no apt-get, and the lab needs Debian packages" \
    "run it on Debian or Ubuntu, or use a cluster of your own with --kind or --k3s"
  [[ -z $APT_UPDATED ]] || return 0
  apt-get -q update >"$1" 2>&1 || die "apt-get update failed: $(tail -1 "$1")" "see $1"
  APT_UPDATED=yes
}

host_install() {
  local log=/tmp/netproof-apt.$$.log guard=/usr/sbin/policy-rc.d guarded=
  step "Debian packages: $*"
  apt_update_once "$log"
  # Packages such as containerd and etcd start a service of the host when they are installed; the lab wants their files only.
  if [[ ! -e $guard ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$guard"
    chmod +x "$guard"
    guarded=yes
    # shellcheck disable=SC2064  # the path as it is now
    trap "rm -f '$guard'" EXIT
  fi
  local ok=yes
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null || ok=
  if [[ -n $guarded ]]; then
    rm -f "$guard"
    trap - EXIT
  fi
  [[ -n $ok ]] || die "apt-get install $* failed: $(tail -1 "$log")" "see $log"
  rm -f "$log"
}

host_prepare() {
  local -a missing
  mapfile -t missing < <(host_missing)
  if ((${#missing[@]})); then host_install "${missing[@]}"; fi
  host_check_kernel
}

# A clear word now instead of a node that is never Ready.
host_check_kernel() {
  local probe
  [[ -d /sys/fs/cgroup ]] || die "no cgroup file system at /sys/fs/cgroup" "mount one, or use another host"
  probe=$(mktemp -d)
  if ! unshare --mount --net --pid --fork --mount-proc true 2>"$probe/err"; then
    local said
    said=$(<"$probe/err")
    rm -rf "$probe"
    die "this host lets nobody make namespaces: $said" "use a real or virtual machine, or a privileged container"
  fi
  rm -rf "$probe"
}
