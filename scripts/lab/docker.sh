# Clusters in Docker, where an engine answers: kind (with a CNI of choice) and k3s. They have no `engine` and no `fault`.
# shellcheck shell=bash

K3S_IMAGE=rancher/k3s:v1.33.4-k3s1

docker_answers() { command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1; }
docker_need() {
  docker_answers || die "--$1 needs a Docker engine, and none answers (docker info)" "start Docker, or use --lab, which needs none"
}

docker_select() {
  DOCKER_STATE=${XDG_STATE_HOME:-$HOME/.local/state}/netproof/$1
  DOCKER_NAME=netproof-$1
  if [[ $1 == netproof ]]; then DOCKER_NAME=netproof; fi
}

# driver_of_name: what this name was brought up with: kind or k3s; fails when it is the lab's.
docker_driver() { cat "$DOCKER_STATE/driver" 2>/dev/null; }

docker_remember() {
  mkdir -p "$DOCKER_STATE"
  printf '%s\n' "$1" >"$DOCKER_STATE/driver"
}

kind_up() {
  local cni=$1 folder=$LAB_SCRIPTS/../../kind/$1
  docker_need kind
  command -v kind >/dev/null || die "--kind needs the kind command (0.24 or newer), and there is none" \
    "install it with Go: go install sigs.k8s.io/kind@v0.30.0"
  [[ -e $folder/cluster.yaml ]] || die "--cni $cni: there is no kind/$cni/cluster.yaml" \
    "one of: $(cd "$LAB_SCRIPTS/../../kind" && echo */)"
  if kind get clusters 2>/dev/null | grep -qx "$DOCKER_NAME"; then
    say "kind cluster '$DOCKER_NAME' is up already"
    return 0
  fi
  docker_remember kind
  # Without a CNI of kind's own no node gets Ready before the CNI is installed: wait only afterwards.
  kind create cluster --name "$DOCKER_NAME" --config "$folder/cluster.yaml" --kubeconfig "$DOCKER_STATE/kubeconfig"
  if [[ -x $folder/install.sh ]]; then KUBECONFIG=$DOCKER_STATE/kubeconfig "$folder/install.sh"; fi
  KUBECONFIG=$DOCKER_STATE/kubeconfig kubectl wait --for=condition=Ready nodes --all --timeout=5m
}

k3s_up() {
  local container=$DOCKER_NAME-k3s port
  docker_need k3s
  if [[ $(docker inspect -f '{{.State.Running}}' "$container" 2>/dev/null) == true ]]; then
    say "k3s container '$container' is up already"
    return 0
  fi
  docker_remember k3s
  docker rm -f "$container" >/dev/null 2>&1 || true
  docker run -d --privileged --name "$container" --tmpfs /run --tmpfs /var/run -p 127.0.0.1::6443 "$K3S_IMAGE" \
    server --disable=traefik --disable=metrics-server --tls-san=127.0.0.1 >/dev/null
  wait_quietly 120 docker exec "$container" kubectl wait --for=condition=Ready nodes --all --timeout=5s ||
    die "k3s: no Ready node within 120 s" "see docker logs $container"
  port=$(docker port "$container" 6443/tcp)
  (umask 077 && docker exec "$container" cat /etc/rancher/k3s/k3s.yaml |
    sed "s|https://127.0.0.1:6443|https://127.0.0.1:${port##*:}|" >"$DOCKER_STATE/kubeconfig")
}

docker_down() {
  case $(docker_driver) in
    kind) kind delete cluster --name "$DOCKER_NAME" --kubeconfig "$DOCKER_STATE/kubeconfig" ;;
    k3s) docker rm -f -v "$DOCKER_NAME-k3s" >/dev/null ;;
  esac
  rm -rf "$DOCKER_STATE"
}
