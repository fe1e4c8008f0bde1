# The bookstore on the cluster $CLUSTER.
# shellcheck shell=bash

BOOKSTORE=$ROOT/matrices/bookstore

bookstore_install() {
  local said
  said=$(kubectl apply -f "$BOOKSTORE/manifests" -f "$BOOKSTORE/policies")
  sed '/ unchanged$/d' <<<"$said" >&2
  # What somebody tried out here would be part of what is proved.
  local name
  for name in $(kubectl -n bookstore get networkpolicies -o 'jsonpath={.items[*].metadata.name}'); do
    if [[ ! -e $BOOKSTORE/policies/$name.yaml ]]; then
      say "note: network policy bookstore/$name is not of matrices/bookstore/policies, and counts all the same"
    fi
  done
  local workload
  for workload in bookstore/deploy/{storefront,catalog,orders,rabbitmq,redis} bookstore/sts/postgres \
    ingress-nginx/deploy/ingress-nginx-controller; do
    kubectl -n "${workload%%/*}" rollout status "${workload#*/}" --timeout=180s >/dev/null ||
      die "$workload is not ready within 3 minutes" \
        "scripts/cluster kubectl --name $CLUSTER -n ${workload%%/*} describe pods; scripts/cluster status --name $CLUSTER"
  done
}
