# The policy engine's evaluator of NetworkPolicies (kube-network-policies 1.1.1, pkg/networkpolicy/networkpolicy.go): it reads them
# through engine-misses.go. Everything that decides stays as it is.
s/^\ts := &StandardNetworkPolicy{$/\tpolicies := policiesWithMisses(networkpolicyInformer)\
&/
s/^\(\t\tnetworkpolicyLister: *\)networkpolicyInformer\.Lister(),$/\1policies.lister,/
s/^\(\t\tnetworkpoliciesSynced: *\)networkpolicyInformer\.Informer()\.HasSynced,$/\1policies.synced,/
