package adapter

import (
	"context"
	"fmt"
	"math/rand"
	"runtime"
	"strings"
	"sync"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/features"
	"k8s.io/klog/v2"

	"github.com/jobsim/jobsim/sim/internal/bubble"
)

// programs are the instances by the bubble that they are in; of a restarted program the last one. What is process-wide
// in client-go's libraries finds the run by it.
var programs sync.Map

// programHere is the instance whose bubble the calling goroutine is in; nil in the rest of the process.
func programHere() *programInstance {
	if i, ok := programs.Load(bubble.ID()); ok {
		return i.(*programInstance)
	}
	return nil
}

// enterProcess lets what is process-wide know the instance.
func (i *programInstance) enterProcess() {
	programs.Store(i.bubble, i)
	replaceGates()
	if i.world.Number() == 1 {
		seedRandom(i.world.Seed())
	}
}

func (i *programInstance) leaveProcess() { programs.Delete(i.bubble) }

// The variables below are made for being replaced. Outside of a run's bubble everything stays as it was.
func init() {
	replaceErrorHandlers()
	replaceExit()
	replaceGates()
}

// replaceErrorHandlers writes the errors that client-go cannot return into the trace. The handlers that there are end in
// a rate limiter which compares with the last error anywhere in the process: in a bubble, whose clock shows another
// century, it would sleep for decades.
func replaceErrorHandlers() {
	outside := utilruntime.ErrorHandlers
	utilruntime.ErrorHandlers = []utilruntime.ErrorHandler{func(ctx context.Context, err error, msg string, keysAndValues ...any) {
		if i := programHere(); i != nil {
			newLog(i.record).Error(err, msg, keysAndValues...)
			return
		}
		for _, handle := range outside {
			handle(ctx, err, msg, keysAndValues...)
		}
	}}
}

// replaceExit lets klog.Fatal and klog.Exit end the run instead of the process.
func replaceExit() {
	outside := klog.OsExit
	klog.OsExit = func(code int) {
		i := programHere()
		if i == nil {
			outside(code)
			return
		}
		i.fail(&Failure{Kind: "exit", Text: fmt.Sprintf("the program ended its process with exit code %d (klog.Fatal or klog.Exit), in %s",
			code, caller("k8s.io/klog/"))})
		runtime.Goexit()
	}
}

// caller is the function that has called the innermost one outside of a package.
func caller(of string) string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	inside := false
	for {
		f, more := frames.Next()
		switch in := strings.HasPrefix(f.Function, of); {
		case inside && !in:
			return fmt.Sprintf("%s (%s:%d)", f.Function, f.File, f.Line)
		case !more:
			return "an unknown function"
		default:
			inside = inside || in
		}
	}
}

// gates are client-go's feature gates, with one of them off in a run: a reflector keeps what a watch-list brings in a map
// before it tells its handlers, so that which of several objects comes first is chance. From a list they come in order.
type gates struct{ features.Gates }

func (g *gates) Enabled(f features.Feature) bool {
	if f == features.WatchListClient && programHere() != nil {
		return false
	}
	return g.Gates.Enabled(f)
}

var replacingGates sync.Mutex

// replaceGates is called again at each start, since a program that links Kubernetes' own code replaces them as well.
func replaceGates() {
	replacingGates.Lock()
	defer replacingGates.Unlock()
	if present := features.FeatureGates(); !isOurs(present) {
		features.ReplaceFeatureGates(&gates{present})
	}
}

func isOurs(g features.Gates) bool {
	_, ours := g.(*gates)
	return ours
}

// seedRandom makes the global source of math/rand repeatable, from which client-go draws the jitter of its back-off. It is
// deprecated for a reason that does not hold here: the source is somebody else's, and cannot be replaced by one's own.
// Go ignores it unless the program says randseednop=0: see Concurrent.
func seedRandom(seed uint64) { rand.Seed(int64(seed)) } //nolint:staticcheck
