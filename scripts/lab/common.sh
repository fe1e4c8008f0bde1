# What every part of the lab needs: where things are, messages, waiting, the lock.
# shellcheck shell=bash disable=SC2034  # used by the other files

LAB_STATE_ROOT=/var/lib/netproof
LAB_NODES=(node1 node2)
LAB_MACHINES=(cp node1 node2 outside)

# The host's own variables (proxies, credentials, a Go or Kubernetes configuration) must not reach the lab's processes.
LAB_ENV=(PATH=/var/lib/lab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/var/lib/lab LANG=C.UTF-8)

say() { printf '%s\n' "$*" >&2; }

# A step of something longer, with the seconds since the start.
step() { say "$(printf '%4ds  %s' "$((SECONDS - ${STEP_START:-0}))" "$*")"; }

# die WHAT [HOW TO FIX]: where it happened is part of WHAT.
die() {
  say "scripts/cluster: $1"
  if [[ -n ${2:-} ]]; then say "  fix: $2"; fi
  exit 1
}

usage_error() {
  say "scripts/cluster: $1"
  say "  fix: see scripts/cluster${2:+ $2} --help"
  exit 2
}

lab_select() {
  LAB_NAME=$1
  [[ $LAB_NAME =~ ^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$ ]] ||
    usage_error "--name '$LAB_NAME': a name is 1 to 20 lower-case letters, digits and dashes, and begins with a letter"
  LAB_DIR=$LAB_STATE_ROOT/$LAB_NAME
  LAB_LOCK=$LAB_STATE_ROOT/.$LAB_NAME.lock
}

netns_of() { printf 'np-%s-%s' "$LAB_NAME" "$1"; }
cgroup_of() { printf 'netproof-%s-%s' "$LAB_NAME" "$1"; }

need_root() {
  [[ $EUID -eq 0 ]] || die "the lab makes network namespaces, mounts and cgroups, and this is not root (uid $EUID)" \
    "run it as root, e.g. sudo scripts/cluster $*"
}

# wait_for SECONDS WHAT COMMAND...: polls, because nothing in the lab announces itself; dies with WHAT.
wait_for() {
  local seconds=$1 what=$2
  shift 2
  if ! wait_quietly "$seconds" "$@"; then
    die "$what: not within $seconds s" "look into the logs: $LAB_DIR/*/log/*.log"
  fi
}

wait_quietly() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# One command at a time changes a lab. The file goes with the lab, so a command that got a lock on a removed file tries again.
lab_lock() {
  mkdir -p "$LAB_STATE_ROOT"
  local told=
  while :; do
    exec {LAB_LOCK_FD}>"$LAB_LOCK"
    if ! flock --nonblock "$LAB_LOCK_FD"; then
      if [[ -z $told ]]; then say "waiting for another scripts/cluster that changes lab '$LAB_NAME'"; told=yes; fi
      flock "$LAB_LOCK_FD"
    fi
    [[ $(stat -Lc %d:%i "/proc/$$/fd/$LAB_LOCK_FD") != "$(stat -c %d:%i "$LAB_LOCK" 2>/dev/null)" ]] || return 0
    exec {LAB_LOCK_FD}>&-
    mkdir -p "$LAB_STATE_ROOT"
  done
}

lab_unlock_and_forget() {
  rm -f "$LAB_LOCK"
  rmdir "$LAB_STATE_ROOT" 2>/dev/null || true
}

kubectl_lab() { "$LAB_DIR/bin/kubectl" --kubeconfig "$LAB_DIR/kubeconfig" "$@"; }
