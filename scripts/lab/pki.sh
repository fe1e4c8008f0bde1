# Certificates and kubeconfigs. One authority for everything, a second for the aggregation layer, as Kubernetes wants it.
# shellcheck shell=bash

pki_quiet() {
  local said
  said=$("$@" 2>&1) || die "openssl failed: $said" "see the certificates in $LAB_DIR/pki"
}

pki_key() { # FILE [rsa]
  if [[ ${2:-} == rsa ]]; then pki_quiet openssl genrsa -out "$1" 2048; else
    pki_quiet openssl ecparam -name prime256v1 -genkey -noout -out "$1"
  fi
}

pki_authority() {
  pki_key "$LAB_DIR/pki/$1.key"
  pki_quiet openssl req -x509 -new -key "$LAB_DIR/pki/$1.key" -out "$LAB_DIR/pki/$1.crt" -days 3650 -subj "/CN=netproof-lab-$1" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# pki_certificate NAME SUBJECT [SUBJECT_ALTERNATIVE_NAMES [AUTHORITY [rsa]]]
pki_certificate() {
  local file=$LAB_DIR/pki/$1 subject=$2 names=${3:-} authority=$LAB_DIR/pki/${4:-ca}
  pki_key "$file.key" "${5:-}"
  {
    printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth,serverAuth\n'
    if [[ -n $names ]]; then printf 'subjectAltName=%s\n' "$names"; fi
  } >"$file.ext"
  pki_quiet openssl req -new -key "$file.key" -out "$file.csr" -subj "$subject"
  pki_quiet openssl x509 -req -in "$file.csr" -CA "$authority.crt" -CAkey "$authority.key" -set_serial "0x$(openssl rand -hex 8)" \
    -days 3650 -extfile "$file.ext" -out "$file.crt"
  rm "$file.csr" "$file.ext"
}

# pki_kubeconfig FILE SERVER CERTIFICATE: self-contained, so that it works from every machine and may be copied.
pki_kubeconfig() {
  cat >"$1" <<END
apiVersion: v1
kind: Config
current-context: netproof-$LAB_NAME
contexts:
- name: netproof-$LAB_NAME
  context: {cluster: netproof-$LAB_NAME, user: $3}
clusters:
- name: netproof-$LAB_NAME
  cluster:
    server: $2
    certificate-authority-data: $(base64 -w0 "$LAB_DIR/pki/ca.crt")
users:
- name: $3
  user:
    client-certificate-data: $(base64 -w0 "$LAB_DIR/pki/$3.crt")
    client-key-data: $(base64 -w0 "$LAB_DIR/pki/$3.key")
END
  chmod 600 "$1"
}

pki_up() {
  local inside=https://$CP_V4:$API_PORT host node component
  host=$(host_side_address)
  mkdir -m 700 "$LAB_DIR/pki"
  pki_authority ca
  pki_authority front-proxy-ca
  pki_certificate apiserver /CN=kube-apiserver \
    "IP:$host,IP:$CP_V4,IP:$CP_V6,IP:10.96.0.1,IP:fd00:10:96::1,IP:127.0.0.1,IP:::1,DNS:localhost,DNS:cp,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  pki_certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
  pki_certificate front-proxy-client /CN=front-proxy-client '' front-proxy-ca
  # The key type that kubeadm hands out, and the other one: some clients read only one of the two.
  pki_certificate admin /O=system:masters/CN=netproof-admin '' ca rsa
  pki_certificate admin-ec /O=system:masters/CN=netproof-admin-ec
  pki_certificate kube-controller-manager /CN=system:kube-controller-manager
  pki_certificate kube-scheduler /CN=system:kube-scheduler
  pki_certificate kube-proxy /CN=system:kube-proxy
  pki_certificate policy-engine /CN=netproof-lab:policy-engine
  pki_certificate outside /CN="$OUTSIDE_NAME" "DNS:$OUTSIDE_NAME,IP:$OUTSIDE_V4,IP:$OUTSIDE_V6"
  for node in "${LAB_NODES[@]}"; do
    pki_certificate "$node" "/O=system:nodes/CN=system:node:$node" "DNS:$node,IP:$(node_v4 "$node"),IP:$(node_v6 "$node")"
  done
  pki_key "$LAB_DIR/pki/service-account.key" rsa
  pki_quiet openssl rsa -in "$LAB_DIR/pki/service-account.key" -pubout -out "$LAB_DIR/pki/service-account.pub"

  pki_kubeconfig "$LAB_DIR/kubeconfig" "https://$host:$API_PORT" admin
  pki_kubeconfig "$LAB_DIR/kubeconfig-ec" "https://$host:$API_PORT" admin-ec
  # Each machine gets what is its own.
  cp "$LAB_DIR"/pki/{ca.crt,ca.key,front-proxy-ca.crt,apiserver.*,kubelet-client.*,front-proxy-client.*,service-account.*} "$(machine_root cp)/lib/lab/pki/"
  for component in kube-controller-manager kube-scheduler; do
    pki_kubeconfig "$(machine_root cp)/lib/lab/$component.kubeconfig" "$inside" "$component"
  done
  for node in "${LAB_NODES[@]}"; do
    cp "$LAB_DIR/pki"/{ca.crt,"$node".*} "$(machine_root "$node")/lib/lab/pki/"
    pki_kubeconfig "$(machine_root "$node")/lib/lab/kubelet.kubeconfig" "$inside" "$node"
    pki_kubeconfig "$(machine_root "$node")/lib/lab/kube-proxy.kubeconfig" "$inside" kube-proxy
    pki_kubeconfig "$(machine_root "$node")/lib/lab/policy-engine.kubeconfig" "$inside" policy-engine
  done
  cp "$LAB_DIR/pki"/outside.* "$(machine_root outside)/lib/lab/pki/"
}
