# What the machine must have: JDK and Maven, and how to get them. The cluster brings its own.
# shellcheck shell=bash

# shellcheck source=scripts/lib/maven.sh
source "${BASH_SOURCE[0]%/*}/maven.sh"

JDK_MINIMUM=17
JDK_PACKAGE=openjdk-17-jdk-headless

# The major version of the program, 0 where there is none.
java_major() {
  local said
  said=$("$1" -version 2>&1) || {
    echo 0
    return
  }
  # 17.0.15, 21, and 1.8.0 from before the numbering changed
  sed -n 's/.* version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p;s/^javac \(1\.\)\{0,1\}\([0-9]*\).*/\2/p' <<<"$said" | head -1
}

# The java that Maven would take, so that what builds and what runs is the same.
java_program() { if [[ -n ${JAVA_HOME:-} && -x $JAVA_HOME/bin/$1 ]]; then echo "$JAVA_HOME/bin/$1"; else command -v "$1" || true; fi; }

have_program() {
  local program
  program=$(java_program "$1")
  [[ -n $program ]] && (($(java_major "$program") >= JDK_MINIMUM))
}

need_java() { # java to run, javac to build
  have_program "$1" ||
    die "a JDK of at least version $JDK_MINIMUM is needed, and $1 is $(java_program "$1" | sed 's/^$/not there/;t;s/$/ (older)/')" \
      "install one (Debian, Ubuntu: apt-get install $JDK_PACKAGE), or let JAVA_HOME point at one"
}

can_install() { [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; }

# install_prerequisites [COMMAND…]: for the scripts that promise to work on a fresh machine; the others only say what is missing.
# A COMMAND is needed beside JDK and Maven, and comes in a package of its own name.
install_prerequisites() {
  local -a missing=()
  local command
  for command in "$@"; do command -v "$command" >/dev/null || missing+=("$command"); done
  have_program javac || missing+=("$JDK_PACKAGE")
  maven_choose || missing+=(maven)
  ((${#missing[@]})) || return 0
  can_install || {
    need_java javac
    maven_need
    die "this machine lacks ${missing[*]}" "install it; as root on Debian or Ubuntu $SCRIPT does it itself"
  }
  local log
  log=$(mktemp)
  say "installing Debian packages: ${missing[*]}"
  {
    # A fresh machine has no package lists; a long-lived one has old ones, which name files that are gone.
    apt-get -q update &&
      DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
  } >"$log" 2>&1 </dev/null || die "apt-get install ${missing[*]} failed: $(tail -1 "$log")" "see $log"
  rm -f "$log"
  need_java javac
  maven_need
}
