// Part of the lab's own build of the policy engine (build_engine, engine-misses.sed): NetworkPolicies as an engine sees them that
// misses one change of every n, where the environment variable NETPROOF_ENGINE_MISSES is n. Without it, it misses nothing.

package networkpolicy

import (
	"os"
	"strconv"
	"sync"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	networkinginformers "k8s.io/client-go/informers/networking/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

type visiblePolicies struct {
	lister networkinglisters.NetworkPolicyLister
	synced cache.InformerSynced
}

func policiesWithMisses(informer networkinginformers.NetworkPolicyInformer) visiblePolicies {
	every, err := strconv.Atoi(os.Getenv("NETPROOF_ENGINE_MISSES"))
	if err != nil || every < 1 {
		return visiblePolicies{informer.Lister(), informer.Informer().HasSynced}
	}
	misses := &misses{every: every, stored: newPolicies(), seen: newPolicies()}
	registration, err := informer.Informer().AddEventHandler(misses)
	if err != nil {
		klog.Fatalf("engine-misses: %v", err)
	}
	klog.Infof("engine-misses: misses one policy change of every %d", every)
	return visiblePolicies{networkinglisters.NewNetworkPolicyLister(misses.seen), registration.HasSynced}
}

func newPolicies() cache.Indexer {
	return cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
}

// misses follows the changes one by one. (The informer's own store may be a change ahead of the handler.)
type misses struct {
	mutex   sync.Mutex
	every   int
	changes int
	stored  cache.Indexer // what the API server has
	seen    cache.Indexer // what the engine goes by
}

func (m *misses) OnAdd(object interface{}, inInitialList bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.check(m.stored.Add(object))
	if inInitialList {
		m.check(m.seen.Add(object))
		return
	}
	m.changed("stored", object)
}

func (m *misses) OnUpdate(before, after interface{}) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.check(m.stored.Update(after))
	// Labels and annotations of a policy change nothing that it does.
	if !equality.Semantic.DeepEqual(before.(*networkingv1.NetworkPolicy).Spec, after.(*networkingv1.NetworkPolicy).Spec) {
		m.changed("changed", after)
	}
}

func (m *misses) OnDelete(object interface{}) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = unknown.Obj
	}
	m.check(m.stored.Delete(object))
	m.changed("deleted", object)
}

func (m *misses) changed(how string, object interface{}) {
	m.changes++
	key, _ := cache.MetaNamespaceKeyFunc(object)
	if m.changes%m.every == 0 {
		klog.Infof("engine-misses: change %d is missed: %s %s", m.changes, key, how)
		return
	}
	klog.Infof("engine-misses: change %d is seen: %s %s", m.changes, key, how)
	m.check(m.seen.Replace(m.stored.List(), ""))
}

func (m *misses) check(err error) {
	if err != nil {
		klog.Errorf("engine-misses: %v", err)
	}
}
