# The parts of the lab written in Go: built once per content, kept in a cache outside the checkout.
# shellcheck shell=bash

# shellcheck source=scripts/lab/go/recipe.sh
source "$LAB_SCRIPTS/go/recipe.sh"

LAB_CACHE=${NETPROOF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netproof}/lab
GO_ABOUT_PACKAGES=2980 # what a cold build compiles, for the progress line only

content_hash() { # FILE...: names and contents; the same in every checkout
  (cd "$LAB_SCRIPTS" && sha256sum "$@" && uname -m) | sha256sum | cut -c1-16
}

build_paths() {
  local -a inputs
  mapfile -t inputs < <(cd "$LAB_SCRIPTS" && find go -type f | LC_ALL=C sort)
  LAB_BIN_HASH=$(content_hash "${inputs[@]}")
  LAB_BIN=$LAB_CACHE/$LAB_BIN_HASH
  # Apart from the rest, so that a change of it builds three packages and not Kubernetes.
  LAB_ENGINE=$LAB_CACHE/engine-$(content_hash go/go.mod go/go.sum go/recipe.sh engine-marks.sed engine-misses.sed engine-misses.go)
}

# The cache is filled by one at a time: a second `up` waits for the first build instead of doing it again.
cache_lock() {
  mkdir -p "$LAB_CACHE"
  exec {CACHE_LOCK_FD}>"$LAB_CACHE/.lock"
  if ! flock --nonblock "$CACHE_LOCK_FD"; then
    say "waiting for another build of the lab's parts"
    flock "$CACHE_LOCK_FD"
  fi
  # What a killed build left.
  rm -rf "$LAB_CACHE"/.new.*
}
cache_unlock() { exec {CACHE_LOCK_FD}>&-; }

version_at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1) == "$1" ]]; }

# exec_go_in FOLDER ARGUMENT...: the subshell that it is called in becomes Go in a module of the lab, deaf to settings of the host.
exec_go_in() {
  cd "$LAB_SCRIPTS/$1" && exec env CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-buildvcs=false GOWORK=off "$GO" "${@:2}"
}
exec_go() { exec_go_in go "$@"; }

# find_go: sets GO to a Go that is new enough. Where there is none, Go's own module mechanism brings it: any older Go can
# download the toolchain as a module, checked against the checksum database like every other.
find_go() {
  local candidate version
  for candidate in "${NETPROOF_GO:-}" "$(command -v go || true)" /usr/local/go/bin/go "$LAB_CACHE/go-$GO_TOOLCHAIN/bin/go"; do
    [[ -x $candidate ]] || continue
    version=$(GOTOOLCHAIN=local "$candidate" env GOVERSION 2>/dev/null) || continue
    if version_at_least "$GO_MINIMUM" "${version#go}"; then
      GO=$candidate
      return 0
    fi
  done
  fetch_go
}

fetch_go() {
  local arch old new dir
  case $(uname -m) in
    x86_64) arch=amd64 ;;
    aarch64) arch=arm64 ;;
    *) die "no Go toolchain is known for $(uname -m)" "install Go $GO_MINIMUM or newer and run again" ;;
  esac
  step "Go $GO_TOOLCHAIN: by module download (no Go of at least $GO_MINIMUM here)"
  old=$(command -v "${NETPROOF_OLD_GO:-go}" || true)
  if [[ -z $old ]]; then
    host_install golang-go
    old=$(command -v go)
  fi
  # Outside of any module; the directory of the module's files is what is wanted. Old versions of Go know no switch to JSON's
  # single fields, hence sed.
  dir=$(cd / && GO111MODULE=on GOFLAGS='' GOTOOLCHAIN=local "$old" mod download -json \
    "golang.org/toolchain@v0.0.1-go$GO_TOOLCHAIN.linux-$arch" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
  [[ -d $dir ]] || die "Go $GO_TOOLCHAIN could not be downloaded as a module with $old" \
    "install Go $GO_MINIMUM or newer and run again"
  new=$LAB_CACHE/.new.go
  cp -r "$dir" "$new"
  chmod -R u+w "$new"
  # A module carries no execute bits, and no go.mod below its own: Go's toolchain switch mends both in the same way.
  find "$new/bin" "$new/pkg/tool" -type f -exec chmod +x {} +
  find "$new/src" -name _go.mod -execdir mv {} go.mod \;
  mv "$new" "$LAB_CACHE/go-$GO_TOOLCHAIN"
  GO=$LAB_CACHE/go-$GO_TOOLCHAIN/bin/go
}

build_binaries() {
  build_paths
  [[ ! -d $LAB_BIN ]] || return 0
  cache_lock
  if [[ ! -d $LAB_BIN ]]; then
    find_go
    local new=$LAB_CACHE/.new.bin start=$SECONDS
    mkdir -p "$new"
    step "Go parts: building (about 5 to 12 minutes on 2 cores the first time)"
    exec_go build -v -trimpath -ldflags "$(go_ldflags)" -o "$new/" "${GO_PACKAGES[@]}" >"$new/build.log" 2>&1 &
    build_watch "$!" "$new/build.log" "$start"
    local part
    for part in kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
      ln -s kube "$new/$part"
    done
    ln -s npa-v1alpha2 "$new/policy-engine"
    # The definition of ClusterNetworkPolicy comes with the module that the engine was built from.
    (cd "$LAB_SCRIPTS/go" && GOTOOLCHAIN=local GOFLAGS=-mod=readonly "$GO" list -m -f '{{.Dir}}' sigs.k8s.io/network-policy-api) \
      >"$new/crd.dir"
    cat "$(<"$new/crd.dir")"/config/crd/standard/policy.networking.k8s.io_*.yaml >"$new/crd.yaml"
    rm "$new/crd.dir" "$new/build.log"
    mv "$new" "$LAB_BIN"
    step "Go parts: built in $((SECONDS - start)) s"
  fi
  cache_unlock
}

# The policy engine twice more: one that can miss policy changes (engine-misses), and one that marks what it denies as well
# (engine-marks). A copy of its module takes the module's place. (Go's -overlay, made for this, refuses files of the module
# cache.) Everything that they have in common comes out of Go's build cache.
build_engine() {
  [[ ! -d $LAB_ENGINE ]] || return 0
  cache_lock
  if [[ ! -d $LAB_ENGINE ]]; then
    find_go
    local new=$LAB_CACHE/.new.engine start=$SECONDS module=sigs.k8s.io/kube-network-policies
    mkdir -p "$new"
    step "policy engines of the lab: building (seconds after a build of the rest, else some minutes)"
    (
      set -e
      (exec_go mod download "$module")
      cp -r "$(exec_go list -m -f '{{.Dir}}' "$module")" "$new/module"
      chmod -R u+w "$new/module"
      cp "$LAB_SCRIPTS"/go/go.{mod,sum} "$new/"
      (exec_go mod edit -replace "$module=$new/module" "$new/go.mod")
      cp "$LAB_SCRIPTS/engine-misses.go" "$new/module/pkg/networkpolicy/misses.go"
      engine_patch engine-misses pkg/networkpolicy/networkpolicy.go 'networkpoliciesSynced: *policies\.synced'
      (engine_program policy-engine-misses)
      engine_patch engine-marks pkg/dataplane/controller.go 'nfqueue\.WithMark'
      engine_program policy-engine
    ) >"$new/build.log" 2>&1 &
    build_watch "$!" "$new/build.log" "$start"
    rm -rf "$new"/{module,go.mod,go.sum,build.log}
    mv "$new" "$LAB_ENGINE"
    step "policy engines of the lab: built in $((SECONDS - start)) s"
  fi
  cache_unlock
}

# engine_patch NAME FILE PATTERN: what PATTERN matches is there when the patch fitted. Called by build_engine.
engine_patch() {
  sed -i -f "$LAB_SCRIPTS/$1.sed" "$new/module/$2"
  grep -q "$3" "$new/module/$2" || {
    echo "$1.sed does not fit this version of $module"
    exit 1
  }
}
engine_program() {
  exec_go build -v -modfile "$new/go.mod" -trimpath -ldflags "$(go_ldflags)" -o "$new/$1" \
    "$module/cmd/kube-network-policies/npa-v1alpha2"
}

# build_watch PID LOG START [WHAT PACKAGES]: eleven silent minutes look like a hang, so a live line on a terminal, elsewhere a line
# every half minute.
build_watch() {
  local pid=$1 log=$2 start=$3 what=${4:-Go parts} about=${5:-$GO_ABOUT_PACKAGES} packages line last=0
  # Ctrl-C must not leave the compiler running.
  trap 'kill "$pid" 2>/dev/null' EXIT
  while kill -0 "$pid" 2>/dev/null; do
    packages=$(grep -cv '^go: ' "$log" || true)
    line="$what: $((SECONDS - start)) s"
    # Nothing to compile, as far as one sees: Go has it all and links.
    if ((packages)); then line+=", $packages packages compiled ($((packages * 100 / about)) % of a cold build)"; fi
    if [[ -t 2 ]]; then
      printf '\r\e[K      %s' "$line" >&2
    elif ((SECONDS - start - last >= 30)); then
      last=$((SECONDS - start))
      step "$line"
    fi
    sleep 0.5
  done
  if [[ -t 2 ]]; then printf '\r\e[K' >&2; fi
  trap - EXIT
  if ! wait "$pid"; then
    say "$(tail -15 "$log")"
    die "the Go build failed (last lines above): $what" "see $log; a full disk and no module proxy are the usual causes"
  fi
}
