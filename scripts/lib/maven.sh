# Which Maven builds: the wrapper's, unless its distribution is neither installed nor within reach; then one of the machine.
# shellcheck shell=bash

MAVEN_MINIMUM=3.8.6

maven_choose() {
  if wrapper_installed; then
    MAVEN=$ROOT/mvnw
  elif machine_maven && ! wrapper_reachable; then
    MAVEN=mvn
  elif wrapper_reachable; then
    MAVEN=$ROOT/mvnw
  else
    return 1
  fi
}

wrapper_url() { sed -n 's/^distributionUrl=//p' "$ROOT/.mvn/wrapper/maven-wrapper.properties"; }

wrapper_installed() {
  local name
  name=$(wrapper_url)
  name=${name##*/}
  compgen -G "${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/dists/${name%-bin.*}/*/bin/mvn" >/dev/null
}

# Only asked before the first build, and short: behind a closed network the answer may be silence.
wrapper_reachable() {
  command -v curl >/dev/null && curl --silent --fail --location --head --max-time 5 --output /dev/null "$(wrapper_url)"
}

machine_maven() {
  local version
  # Without colours, which Maven writes around its name on a terminal; without a JDK it says no version.
  version=$(mvn -B --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p') || return 1
  [[ -n $version && $(printf '%s\n' "$MAVEN_MINIMUM" "$version" | sort -V | head -1) == "$MAVEN_MINIMUM" ]]
}

maven_need() {
  [[ -n ${MAVEN:-} ]] || maven_choose ||
    die "the Maven wrapper cannot download $(wrapper_url), and there is no mvn of at least $MAVEN_MINIMUM" \
      "install Maven (Debian 12 and later, Ubuntu: apt-get install maven)"
}

maven() {
  maven_need
  (cd "$ROOT" && "$MAVEN" --batch-mode --no-transfer-progress "$@")
}

# Builds the command line when it is missing or older than what it is made of.
build_cli() {
  local jar=$ROOT/target/netproof-cli.jar lock
  ! cli_fresh "$jar" || return 0
  mkdir -p "$ROOT/target"
  exec {lock}>"$ROOT/target/.build.lock"
  flock "$lock"
  # Another one may have built it meanwhile.
  if ! cli_fresh "$jar"; then
    need_java javac
    say "building target/netproof-cli.jar …"
    # What a build says goes to stderr: stdout belongs to netproof's results.
    # Tests are not even compiled and the formatter is not asked: to run netproof needs neither.
    maven --quiet -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip package >&2 ||
      die "the build failed (above)" "mvn -Dmaven.test.skip=true package shows it again"
    touch "$jar"
  fi
  exec {lock}>&-
}

cli_fresh() {
  [[ -f $1 && -z $(find "$ROOT/pom.xml" "$ROOT/src/main" -newer "$1" -print -quit) ]]
}
