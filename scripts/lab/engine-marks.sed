# The policy engine's packet handler (kube-network-policies 1.1.1, pkg/dataplane/controller.go): what the policies deny is handed on
# with a mark instead of being dropped. Everything that decides stays as it is.
/^\t\t} else {$/ {
  n
  s/^\t\t\tverdict = nfqueue\.NfDrop$/\t\t\tverdict = nfqueue.NfAccept\
\t\t\tverdictOptions = append(verdictOptions, nfqueue.WithMark(0x6e700000))/
}
