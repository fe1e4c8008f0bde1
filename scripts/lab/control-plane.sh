# etcd, API server, controller manager and scheduler on machine cp, and what is applied to the fresh cluster.
# shellcheck shell=bash

control_plane_start() {
  local pki=/var/lib/lab/pki
  # A lab's data may be lost in a power cut; waiting for the disk would cost seconds on every start.
  daemon_start cp etcd etcd --name=cp --data-dir=/var/lib/etcd --unsafe-no-fsync --log-level=warn \
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380 --initial-advertise-peer-urls=http://127.0.0.1:2380 \
    --initial-cluster=cp=http://127.0.0.1:2380
  # aggregator routing: webhooks given as a Service are called at the Service's pods, so cp needs no kube-proxy.
  daemon_start cp kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
    --advertise-address="$CP_V4" --secure-port="$API_PORT" --allow-privileged=true \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --enable-aggregator-routing=true \
    --client-ca-file=$pki/ca.crt --tls-cert-file=$pki/apiserver.crt --tls-private-key-file=$pki/apiserver.key \
    --kubelet-client-certificate=$pki/kubelet-client.crt --kubelet-client-key=$pki/kubelet-client.key \
    --kubelet-certificate-authority=$pki/ca.crt --kubelet-preferred-address-types=InternalIP \
    --requestheader-client-ca-file=$pki/front-proxy-ca.crt --requestheader-allowed-names=front-proxy-client \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file=$pki/front-proxy-client.crt --proxy-client-key-file=$pki/front-proxy-client.key \
    --service-account-key-file=$pki/service-account.pub --service-account-signing-key-file=$pki/service-account.key \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-cluster-ip-range="$SERVICE_CIDRS" --endpoint-reconciler-type=lease --v=1
}

api_ready() { kubectl_lab --request-timeout=2s get --raw /readyz; }

# No leader election: there is one of each, and waiting for an old lease would cost 15 s after a restart.
controllers_start() {
  local lab=/var/lib/lab
  daemon_start cp kube-controller-manager kube-controller-manager --kubeconfig=$lab/kube-controller-manager.kubeconfig \
    --authentication-kubeconfig=$lab/kube-controller-manager.kubeconfig \
    --authorization-kubeconfig=$lab/kube-controller-manager.kubeconfig \
    --controllers='*,-nodeipam' --use-service-account-credentials=true --leader-elect=false \
    --root-ca-file=$lab/pki/ca.crt --service-account-private-key-file=$lab/pki/service-account.key \
    --cluster-signing-cert-file=$lab/pki/ca.crt --cluster-signing-key-file=$lab/pki/ca.key \
    --cluster-cidr="$POD_CIDRS" --service-cluster-ip-range="$SERVICE_CIDRS" \
    --node-monitor-period=2s --node-monitor-grace-period=20s --kube-api-qps=200 --kube-api-burst=400 --v=1
  daemon_start cp kube-scheduler kube-scheduler --kubeconfig=$lab/kube-scheduler.kubeconfig \
    --authentication-kubeconfig=$lab/kube-scheduler.kubeconfig --authorization-kubeconfig=$lab/kube-scheduler.kubeconfig \
    --leader-elect=false --kube-api-qps=200 --kube-api-burst=400 --v=1
}

cluster_objects() {
  sed -e "s|@IMAGE@|$IMAGE_COREDNS|; s|@DNS_V4@|$DNS_V4|; s|@OUTSIDE_NAME@|$OUTSIDE_NAME|g" \
    -e "s|@OUTSIDE_V4@|$OUTSIDE_V4|; s|@OUTSIDE_V6@|$OUTSIDE_V6|" "$LAB_SCRIPTS/manifests/coredns.yaml"
}

outside_start() {
  # One agnhost serves one TCP and one UDP port; each port of the host that plays the internet is a process of its own.
  daemon_start outside http agnhost netexec --http-port=80 --udp-port=8081
  daemon_start outside https agnhost netexec --http-port=443 --udp-port=-1 \
    --tls-cert-file=/var/lib/lab/pki/outside.crt --tls-private-key-file=/var/lib/lab/pki/outside.key
  daemon_start outside tcp agnhost netexec --http-port=8081 --udp-port=-1
}
