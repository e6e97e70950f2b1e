package apiserver

import "slices"

// modelled is what the naive model knows of an object.
type modelled struct {
	version    uint64
	label      string
	finalizers []string
	node       bool
	deleting   bool
	grace      int64
}

// model is the store as a map and a counter.
type model struct {
	version uint64
	objects map[Key]*modelled
}

func (m *model) bump(o *modelled) {
	m.version++
	o.version = m.version
}

// remove is the end of an object.
func (m *model) remove(k Key) {
	m.version++
	delete(m.objects, k)
}

// delete is a DELETE, with an explicit grace period or -1.
func (m *model) delete(k Key, grace int64) {
	o := m.objects[k]
	held := len(o.finalizers) > 0
	if k.Resource == Jobs {
		switch {
		case !held:
			m.remove(k)
		case !o.deleting:
			o.deleting = true
			m.bump(o)
		}
		return
	}
	switch {
	case !o.deleting:
		o.deleting, o.grace = true, 0
		if o.node {
			if o.grace = 30; grace >= 0 {
				o.grace = grace
			}
		}
	case o.grace == 0 || grace < 0 || grace >= o.grace:
		return
	default:
		o.grace = grace
	}
	m.bump(o)
	if o.grace == 0 && !held {
		m.remove(k)
	}
}

func (m *model) dropFinalizer(k Key, name string) {
	o := m.objects[k]
	if !slices.Contains(o.finalizers, name) {
		return
	}
	o.finalizers = slices.DeleteFunc(o.finalizers, func(f string) bool { return f == name })
	if o.deleting && o.grace == 0 && len(o.finalizers) == 0 {
		m.remove(k)
		return
	}
	m.bump(o)
}
