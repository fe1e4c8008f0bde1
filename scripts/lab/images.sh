# The images, from Debian packages and the binaries, as one docker-archive that every node imports.
# No container engine and no registry takes part: packages are unpacked, not installed, so no maintainer script runs.
# shellcheck shell=bash

# shellcheck source=scripts/lab/images.env
source "$LAB_SCRIPTS/images.env"

images_paths() {
  LAB_IMAGES_HASH=$(printf '%s %s' "$LAB_BIN_HASH" "$(content_hash images.sh images.env)" | sha256sum | cut -c1-16)
  LAB_IMAGES=$LAB_CACHE/images-$LAB_IMAGES_HASH
}

# unpack_packages ROOT PACKAGE...: the packages with all they depend on, for an empty system.
unpack_packages() {
  local root=$1 work=$1.apt deb
  shift
  mkdir -p "$root" "$work"/cache/archives/partial
  : >"$work/status"
  # apt as the host has it configured, but for a system on which nothing is installed yet.
  apt-get -q -y -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root \
    --no-install-recommends --download-only install "$@" >"$work/log" 2>&1 ||
    die "the Debian packages of an image could not be downloaded ($*): $(tail -1 "$work/log")" "run apt-get update, then again"
  # One /usr for all, or a library lands beside the link that leads to it.
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root/"
  for deb in "$work"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink
  done
  rm -rf "$work"
}

image_skeleton() {
  local root=$1
  mkdir -p "$root"/{etc/ssl/certs,tmp,proc,sys,dev,var/tmp,home/curl_user}
  chmod 1777 "$root/tmp" "$root/var/tmp"
  printf '%s\n' 'root:x:0:0:root:/:/bin/sh' 'curl_user:x:100:101::/home/curl_user:/bin/sh' \
    'nobody:x:65534:65534:nobody:/:/bin/false' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'curl_group:x:101:' 'nobody:x:65534:' >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
}

# image_layer WORK NAME ROOT: adds the tree as a layer; the same tree gives the same layer.
image_layer() {
  tar --create --file "$1/$2.tar" --directory "$3" --sort=name --mtime=@0 --numeric-owner --owner=0 --group=0 .
}

# image_add WORK NAME CONFIG TAG...: CONFIG is the "config" object of an image: entrypoint, user, environment.
image_add() {
  local work=$1 name=$2 config=$3 diff tags
  shift 3
  diff=$(sha256sum "$work/$name.tar" | cut -d' ' -f1)
  printf '{"architecture":"%s","os":"linux","created":"1970-01-01T00:00:00Z","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"1970-01-01T00:00:00Z","comment":"netproof lab"}]}' \
    "$(dpkg --print-architecture)" "$config" "$diff" >"$work/$name.json"
  tags=$(printf '"%s",' "$@")
  printf '{"Config":"%s.json","RepoTags":[%s],"Layers":["%s.tar"]}\n' "$name" "${tags%,}" "$name" >>"$work/manifests"
}

image_curl() {
  local root=$1/curl applet
  unpack_packages "$root" busybox curl ca-certificates
  # Only curl, busybox and libraries stay; what curl's package needs at install time goes.
  find "$root/usr/bin" "$root/usr/sbin" -mindepth 1 ! -name curl ! -name busybox -delete
  image_certificates "$root"
  find "$root/usr/share" "$root/etc" "$root/var" -mindepth 1 -delete
  mv "$root.certs" "$root/certs.tmp"
  image_skeleton "$root"
  mv "$root/certs.tmp" "$root/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$root"/usr/lib/{apt,dpkg,systemd,tmpfiles.d,mime,python3,ssl} "$root"/usr/lib/*-linux-gnu/{perl*,gconv}
  # Every applet that this busybox has, as Alpine has it.
  while read -r applet; do
    [[ -e $root/usr/bin/$applet ]] || ln -s busybox "$root/usr/bin/$applet"
  done < <("$root/usr/bin/busybox" --list)
  cat >"$root/entrypoint.sh" <<'END'
#!/bin/sh
# As in the real image: arguments that begin with a dash are curl's.
set -e
if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ]; then set -- curl "$@"; fi
exec "$@"
END
  chmod 755 "$root/entrypoint.sh"
  image_layer "$1" curl "$root"
  image_add "$1" curl '{"User":"curl_user","Entrypoint":["/entrypoint.sh"],"Cmd":["curl"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"WorkingDir":"/home/curl_user"}' \
    "$IMAGE_CURL"
}

# The packages leave the bundle to a maintainer script; it is a concatenation.
image_certificates() { find "$1/usr/share/ca-certificates" -name '*.crt' -print0 | sort -z | xargs -0 cat >"$1.certs"; }

image_netshoot() {
  local root=$1/netshoot
  unpack_packages "$root" bash coreutils grep sed gawk findutils procps curl netcat-openbsd bind9-dnsutils python3-minimal \
    libpython3-stdlib iproute2 iputils-ping ca-certificates
  image_certificates "$root"
  rm -rf "$root"/usr/share/{doc,man,locale,info,lintian,bash-completion,perl,zoneinfo,bug,gcc,gdb,python3,icons} \
    "$root"/usr/lib/*-linux-gnu/{perl*,gconv} "$root"/var/cache "$root"/usr/bin/perl* "$root"/usr/lib/{systemd,apt}
  image_skeleton "$root"
  mv "$root.certs" "$root/etc/ssl/certs/ca-certificates.crt"
  # What Debian leaves to its alternatives.
  ln -sf bash "$root/usr/bin/sh"
  ln -sf nc.openbsd "$root/usr/bin/nc"
  ln -sf gawk "$root/usr/bin/awk"
  image_layer "$1" netshoot "$root"
  image_add "$1" netshoot '{"Cmd":["bash"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}' \
    "$IMAGE_NETSHOOT"
}

image_agnhost() {
  local root=$1/agnhost
  mkdir -p "$root"
  image_skeleton "$root"
  cp "$LAB_BIN/agnhost" "$root/agnhost"
  image_layer "$1" agnhost "$root"
  image_add "$1" agnhost '{"Entrypoint":["/agnhost"],"Cmd":["pause"],"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}' \
    "$IMAGE_AGNHOST" "$IMAGE_AGNHOST_CYCLONUS"
}

image_coredns() {
  local root=$1/coredns
  mkdir -p "$root"
  image_skeleton "$root"
  cp "$LAB_BIN/dns" "$root/coredns"
  image_layer "$1" coredns "$root"
  image_add "$1" coredns '{"Entrypoint":["/coredns"],"User":"65532:65532","WorkingDir":"/"}' "$IMAGE_COREDNS"
}

build_images() {
  images_paths
  [[ ! -d $LAB_IMAGES ]] || return 0
  cache_lock
  if [[ ! -d $LAB_IMAGES ]]; then
    local work=$LAB_CACHE/.new.images start=$SECONDS image
    mkdir -p "$work/out"
    step "images: building"
    apt_update_once "$work/apt.log"
    for image in agnhost coredns curl netshoot; do
      "image_$image" "$work"
      rm -rf "${work:?}/$image"
    done
    printf '[%s]' "$(paste -sd, "$work/manifests")" >"$work/manifest.json"
    tar --create --file "$work/out/images.tar" --directory "$work" manifest.json \
      {agnhost,coredns,curl,netshoot}.{json,tar}
    mv "$work/out" "$LAB_IMAGES"
    rm -rf "$work"
    step "images: built in $((SECONDS - start)) s"
  fi
  cache_unlock
}
