# Runs in the probe's container, under any POSIX shell with busybox's applets and curl. Values arrive in the environment and are
# read as data alone. One line per attempt and one at the end of each round, every line behind the run's nonce:
#   NONCE 0 B COUNT UPTIME                           the probe began; a round has COUNT results
#   NONCE ROUND A ID EXIT LOOKUP CONNECT TOTAL CONNECTS STATUS IP MESSAGE   a connection, figures as curl has them
#   NONCE ROUND V IP port PORT ... failed: ERROR       the socket's error behind a failed connection
#   NONCE ROUND D ID EXIT BEGAN ENDED ANSWER         a DNS query, lines of the answer joined by |
#   NONCE ROUND E COUNT BEGAN ENDED                  the round is over; times are the node's uptime in seconds
trap 'exit 0' TERM INT

connections() {
  # The results come over standard error because curl buffers its standard output until it ends.
  eval "printf '%s' \"\$NETPROOF_CURL_$2\"" |
    curl -q --no-progress-meter --verbose --parallel --parallel-immediate --parallel-max 150 --config - 2>&1 >/dev/null |
    awk -v nonce="$NETPROOF_NONCE" -v round="$1" '
      index($0, nonce " ") == 1 { print nonce, round, substr($0, length(nonce) + 2); fflush() }
      index($0, "* connect to ") == 1 { print nonce, round, "V", substr($0, 14); fflush() }'
}

question() {
  read -r began _ </proc/uptime
  answer=$(timeout "$NETPROOF_SECONDS" nslookup "$4" "$3" 2>&1)
  status=$?
  read -r ended _ </proc/uptime
  printf '%s %s D %s %s %s %s %s\n' "$NETPROOF_NONCE" "$1" "$2" "$status" "$began" "$ended" \
    "$(printf '%s' "$answer" | awk '{ printf "%s|", substr($0, 1, 120) } NR == 12 { exit }')"
}

round() {
  read -r start _ </proc/uptime
  for chunk in $NETPROOF_CURL_CHUNKS; do
    connections "$1" "$chunk" &
    # A shell whose sleep knows no fractions goes on at once.
    [ "$NETPROOF_GAP" = 0 ] || sleep "$NETPROOF_GAP" 2>/dev/null
  done
  while read -r id server name; do
    [ -z "$id" ] || question "$1" "$id" "$server" "$name" &
  done <<EOF
$NETPROOF_DNS
EOF
  wait
  read -r end _ </proc/uptime
  printf '%s %s E %s %s %s\n' "$NETPROOF_NONCE" "$1" "$NETPROOF_COUNT" "$start" "$end"
}

pause() {
  # Not every sleep knows fractions of a second: then the next whole one.
  sleep "$1" 2>/dev/null || sleep "$((${1%%.*} + 1))"
}

read -r begun _ </proc/uptime
printf '%s 0 B %s %s\n' "$NETPROOF_NONCE" "$NETPROOF_COUNT" "$begun"
number=0
set --
while :; do
  number=$((number + 1))
  # A starved pod must not pile up rounds: that would starve it, and its node, for good.
  if [ $# -ge "$NETPROOF_UNDER_WAY" ]; then
    wait "$1"
    shift
  fi
  # Rounds overlap: a denied attempt must not hold up the next round.
  round "$number" &
  set -- "$@" $!
  pause "$NETPROOF_PACE" &
  wait $!
done
