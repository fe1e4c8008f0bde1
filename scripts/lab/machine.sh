# Machines: what stands for a host. Each is a set of namespaces (network, mount, process, host name) with machine-init as its
# first process. Everything that runs or is mounted on it ends with that process, so nothing survives a crash of anything else:
# one SIGKILL takes down kubelet, containerd, shims, pods and all their mounts.
# shellcheck shell=bash

# The kernel reuses process ids; id and start time together do not repeat.
process_start_time() {
  local stat
  stat=$(<"/proc/$1/stat") || return 1
  stat=${stat##*) } # the command name may hold spaces
  local -a field
  read -ra field <<<"$stat"
  [[ ${field[0]} != [ZX] ]] || return 1
  printf '%s' "${field[19]}"
} 2>/dev/null

record_process() { printf '%s %s\n' "$2" "$(process_start_time "$2")" >"$1"; }

# alive FILE: prints the id of the recorded process if that very process is still there.
alive() {
  local pid start
  read -r pid start <"$1" || return 1
  [[ -n $start && $(process_start_time "$pid") == "$start" ]] || return 1
  printf '%s' "$pid"
} 2>/dev/null

gone() { ! alive "$1" >/dev/null; }

# end_process FILE [SECONDS]: asks, waits, insists, and returns when it has really gone.
end_process() {
  local file=$1 seconds=${2:-10} pid
  if pid=$(alive "$file"); then
    if ((seconds > 0)); then
      kill -TERM "$pid" 2>/dev/null || true
      # A process that a fault has slowed or stopped must not hold up the end.
      wait_quietly "$seconds" gone "$file" || true
    fi
    kill -KILL "$pid" 2>/dev/null || true
    wait_quietly 10 gone "$file" || die "process $pid does not end after SIGKILL" "it hangs in the kernel: see /proc/$pid/stack"
  fi
  rm -f "$file"
}

# The process that started the lab may wait for the end of a pipe or hold a lock: its processes keep no descriptor but their own three.
close_inherited() {
  local fd
  for fd in "/proc/$BASHPID/fd/"*; do
    fd=${fd##*/}
    if ((fd > 2 && fd != 255)); then eval "exec $fd>&-"; fi
  done
}

# forked PID PROGRAM: sets FORKED to the child of PID, once PID is PROGRAM: before it has become that, its children are the
# shell's own passing ones.
forked() {
  [[ $(<"/proc/$1/comm") == "$2" ]] || return 1
  FORKED=$(<"/proc/$1/task/$1/children")
  FORKED=${FORKED%% *}
  [[ -n $FORKED ]]
}

machine_root() { printf '%s/%s' "$LAB_DIR" "$1"; }

machine_start() {
  local name=$1 root outer
  root=$(machine_root "$name")
  mkdir -p "$root"/{lib/lab/bin,lib/lab/engine,lib/lab/images,lib/lab/pki,log,run,tmp} "$LAB_DIR/machines"
  (
    close_inherited
    exec setsid nsenter --net="/run/netns/$(netns_of "$name")" -- \
      env -i "${LAB_ENV[@]}" unshare --mount --pid --uts --fork --kill-child --mount-proc --propagation private -- \
      bash "$LAB_SCRIPTS/machine-init" "$name" "$root" "$LAB_BIN" "$LAB_IMAGES" "$LAB_ENGINE"
  ) </dev/null >>"$root/log/machine.log" 2>&1 &
  outer=$!
  record_process "$LAB_DIR/machines/$name.outer" "$outer"
  wait_for 10 "machine $name: its first process" forked "$outer" unshare
  record_process "$LAB_DIR/machines/$name" "$FORKED"
  wait_for 10 "machine $name: its mounts" test -e "$root/run/booted"
}

machine_exec() {
  local init
  init=$(alive "$LAB_DIR/machines/$1") || die "machine $1 of lab '$LAB_NAME' is not running" "scripts/cluster up --name $LAB_NAME"
  shift
  nsenter --target "$init" --mount --net --pid --uts -- env -i "${LAB_ENV[@]}" "$@"
}

machine_kill() {
  local file pid
  for file in "$LAB_DIR"/daemons/"$1".*.outer; do
    if [[ -e $file ]]; then outer_continue "$file"; fi
  done
  if pid=$(alive "$LAB_DIR/machines/$1"); then
    kill -KILL "$pid"
    # The first process ends when all others have been reaped, the daemons by their parents outside. A parent that ends without
    # reaping leaves them to the host.
    if ! wait_quietly 5 gone "$LAB_DIR/machines/$1"; then
      for file in "$LAB_DIR"/daemons/"$1".*.outer; do
        if [[ -e $file ]]; then end_process "$file" 0; fi
      done
    fi
  fi
  end_process "$LAB_DIR/machines/$1" 0
  end_process "$LAB_DIR/machines/$1.outer" 0
}

# daemon_start MACHINE NAME COMMAND...: the command is kept, so that a fault can stop it and start it again as it was.
daemon_start() {
  local machine=$1 name=$2
  shift 2
  mkdir -p "$LAB_DIR/daemons"
  printf '%q ' "$@" >"$LAB_DIR/daemons/$machine.$name.command"
  daemon_restart "$machine" "$name"
}

daemon_restart() {
  local machine=$1 name=$2 init outer command
  local file=$LAB_DIR/daemons/$machine.$name
  init=$(alive "$LAB_DIR/machines/$machine") ||
    die "machine $machine of lab '$LAB_NAME' is not running" "scripts/cluster up --name $LAB_NAME"
  if alive "$file.pid" >/dev/null; then return 0; fi
  command=$(<"$file.command")
  (
    close_inherited
    exec setsid nsenter --target "$init" --mount --net --pid --uts -- env -i "${LAB_ENV[@]}" \
      bash -c "cd / && exec $command"
  ) </dev/null >>"$(machine_root "$machine")/log/$name.log" 2>&1 &
  outer=$!
  # nsenter stays outside as the parent; the daemon is its child.
  wait_for 10 "$name on $machine: start" forked "$outer" nsenter
  record_process "$file.pid" "$FORKED"
  record_process "$file.outer" "$outer"
}

# nsenter stops itself when its child is stopped, as by the brake of `fault apiserver slow`, and then reaps nobody.
outer_continue() {
  local pid
  if pid=$(alive "$1"); then kill -CONT "$pid" 2>/dev/null || true; fi
}

daemon_pid() { alive "$LAB_DIR/daemons/$1.$2.pid"; }
daemon_stop() {
  local file=$LAB_DIR/daemons/$1.$2
  if [[ -e $file.outer ]]; then outer_continue "$file.outer"; fi
  end_process "$file.pid" "${3:-10}"
  wait_quietly 2 gone "$file.outer" || true
  end_process "$file.outer" 0
}
