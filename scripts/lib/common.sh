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

# The arguments that every script around a demo cluster takes: sets CLUSTER; needs a function `help`.
cluster_arguments() {
  CLUSTER=${NETPROOF_CLUSTER_NAME:-netproof}
  while (($#)); do
    case $1 in
      --name)
        [[ $# -ge 2 ]] || usage_error "--name wants a value"
        CLUSTER=$2
        shift
        ;;
      --name=*) CLUSTER=${1#--name=} ;;
      -h | --help)
        help
        exit 0
        ;;
      *) usage_error "unexpected argument '$1'" ;;
    esac
    shift
  done
}
