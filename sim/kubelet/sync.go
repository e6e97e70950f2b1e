package kubelet

// sync does what is to be done at this instant, then tells the API once.
func (w *podWorker) sync() {
	w.heed()
	if w.stage == active {
		w.act()
	}
	if w.stage == resetting {
		w.reset()
	}
	if w.stage == terminating {
		w.progress()
	}
	w.report()
	w.blocked = w.stage == terminating
	w.release()
}

// heed obeys a deletion that the kubelet has been told of and has not looked at yet, so that nothing starts after it
// (ONF-11).
func (w *podWorker) heed() {
	switch p := w.seen(); {
	case w.stage >= terminating:
	case w.pod.gone && !w.node.cutOff:
		w.terminate(0)
	case p.DeletionTimestamp != nil:
		w.deleted()
	}
}

// act starts what is to run: init containers one after another, then the regular ones; and again what has ended and is
// to be restarted.
func (w *podWorker) act() {
	if w.resettable && w.restartsAll() {
		w.resetAll()
		return
	}
	if !w.initialize() {
		return
	}
	wanted := false
	for i := w.inits; i < len(w.containers); i++ {
		c := &w.containers[i]
		switch {
		case c.state == created:
			w.start(c)
		case c.state == exited && w.restartable(c):
			w.restart(c)
		}
		wanted = wanted || c.state != exited
	}
	if !wanted { // nothing is left that sidecars could serve
		w.terminate(w.graceOf(w.seen()))
	}
}

// initialize works on the init containers, and reports whether the regular ones may run.
func (w *podWorker) initialize() bool {
	later := w.inits < len(w.containers) && w.containers[w.inits].state != created
	for i := range w.containers[:w.inits] {
		c := &w.containers[i]
		if c.state == created {
			w.start(c)
		}
		passed := later || i+1 < w.inits && w.containers[i+1].state != created
		switch {
		case c.state == exited && c.kind == sidecar:
			w.restart(c)
		case c.state == exited && c.ended.ExitCode != 0 && !later:
			if !w.restartable(c) {
				w.terminate(w.graceOf(w.seen()))
				return false
			}
			w.restart(c)
		}
		if passed || c.kind == sidecar && c.state == running || c.state == exited {
			continue
		}
		return false
	}
	return true
}

func (w *podWorker) restartable(c *container) bool {
	return c.cleared || restartable(&w.seen().Spec, c.spec, c.ended.ExitCode)
}

// restart starts a container that has ended, at once or when its back-off is over. The first restart follows at the
// instant of the exit and is reported together with it: a kubelet that restarts in the sync that found the exit writes
// one status too.
func (w *podWorker) restart(c *container) {
	now := w.cluster.queue.Now()
	due := c.backoff.due(c.finished)
	if now >= due {
		w.start(c)
		return
	}
	w.backOff(c, due-now)
}
