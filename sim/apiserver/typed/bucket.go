package typed

import (
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// bucket is a set of objects in the order in which they first came, so that lists are the same in every run and cost
// no sorting.
type bucket struct {
	at      map[types.NamespacedName]int
	objects []apiserver.Object // nil where one has gone
	live    int
}

func newBucket() bucket { return bucket{at: map[types.NamespacedName]int{}} }

func (b *bucket) get(name types.NamespacedName) apiserver.Object {
	if i, ok := b.at[name]; ok {
		return b.objects[i]
	}
	return nil
}

// put adds an object or replaces the one of its name, which it returns.
func (b *bucket) put(name types.NamespacedName, obj apiserver.Object) (old apiserver.Object) {
	if i, ok := b.at[name]; ok {
		old, b.objects[i] = b.objects[i], obj
		return old
	}
	b.at[name] = len(b.objects)
	b.objects = append(b.objects, obj)
	b.live++
	return nil
}

func (b *bucket) drop(name types.NamespacedName) {
	i, ok := b.at[name]
	if !ok {
		return
	}
	delete(b.at, name)
	b.objects[i] = nil
	b.live--
	if len(b.objects) > 32 && b.live < len(b.objects)/2 {
		b.closeGaps()
	}
}

// closeGaps keeps the cost of a list in proportion to what is in it.
func (b *bucket) closeGaps() {
	kept := make([]apiserver.Object, 0, b.live)
	for _, obj := range b.objects {
		if obj != nil {
			b.at[nameOf(obj)] = len(kept)
			kept = append(kept, obj)
		}
	}
	b.objects = kept
}

// list returns the objects, with gaps. It must be used before the bucket changes.
func (b *bucket) list() []apiserver.Object { return b.objects }

// common returns those of a list that are in this bucket too.
func (b *bucket) common(objects []apiserver.Object) []apiserver.Object {
	var both []apiserver.Object
	for _, obj := range objects {
		if obj != nil && b.get(nameOf(obj)) != nil {
			both = append(both, obj)
		}
	}
	return both
}
