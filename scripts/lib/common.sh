# What the scripts that people run have in common.
# shellcheck shell=bash disable=SC2034  # read by the files that source this one

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SCRIPT=scripts/${0##*/}

say() { printf '%s\n' "$*" >&2; }

heading() { printf '\n== %s\n' "$*" >&2; }

# die WHAT [HOW TO FIX]
die() {
  say "$SCRIPT: $1"
  if [[ -n ${2:-} ]]; then say "  fix: $2"; fi
  exit 1
}

usage_error() {
  say "$SCRIPT: $1"
  say "  fix: see $SCRIPT --help"
  exit 2
}

cluster() {
  local command=$1
  shift
  "$ROOT/scripts/cluster" "$command" --name "$CLUSTER" "$@"
}

kubectl() { cluster kubectl "$@"; }
