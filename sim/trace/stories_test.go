package trace

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

const second = time.Second

// crashLoop is one always-failing container with restarts in place: backoffLimit 3 trips at the third restart (ONF-5).
func crashLoop() *story {
	s := newStory()
	s.createJob("crash-loop", 1, 1, 3, corev1.RestartPolicyOnFailure)
	s.createPod("x7k2p")
	s.counts(1, 0, 0)
	s.bind("x7k2p", "node-1")
	s.start("x7k2p")
	s.at(5*second).exit("x7k2p", 1, corev1.PodRunning)
	s.start("x7k2p")
	s.at(10*second).exit("x7k2p", 1, corev1.PodRunning)
	s.backoff("x7k2p", 10*second)
	s.at(20 * second).start("x7k2p")
	s.at(25*second).exit("x7k2p", 1, corev1.PodRunning)
	s.backoff("x7k2p", 20*second)
	s.at(45 * second).start("x7k2p")
	s.at(46*second).deletePod("controller", "x7k2p", 30)
	s.status(func(st *batchv1.JobStatus) {
		st.Active, st.Terminating = 0, new(int32(1))
		st.Conditions = append(st.Conditions, s.newCondition(batchv1.JobFailureTarget, "BackoffLimitExceeded", limitReached))
	})
	s.letGo("x7k2p")
	s.at(47*second).exit("x7k2p", 143, corev1.PodFailed)
	s.removed("x7k2p")
	s.status(func(st *batchv1.JobStatus) {
		st.Failed, st.Terminating = 1, nil
		st.Conditions = append(st.Conditions, s.newCondition(batchv1.JobFailed, "BackoffLimitExceeded", limitReached))
	})
	return s
}

// doubling is a Never Job whose pods fail at once: the waits between them double up to ten minutes (BO-15).
func doubling() *story {
	s := newStory()
	s.createJob("doubling", 1, 1, 6, corev1.RestartPolicyNever)
	created := []int{0, 10, 30, 70, 150, 310, 630}
	for i, at := range created {
		s.at(time.Duration(at) * second)
		suffix := fmt.Sprintf("pod%02d", i+1)
		s.createPod(suffix)
		s.counts(1, 0, int32(i))
		s.bind(suffix, "node-1")
		s.start(suffix)
		s.exit(suffix, 1, corev1.PodFailed)
		s.at(time.Duration(at+1)*second).counts(0, 0, int32(i+1))
		s.letGo(suffix)
	}
	s.status(func(st *batchv1.JobStatus) {
		st.Conditions = []batchv1.JobCondition{
			s.newCondition(batchv1.JobFailureTarget, "BackoffLimitExceeded", limitReached),
			s.newCondition(batchv1.JobFailed, "BackoffLimitExceeded", limitReached),
		}
	})
	return s
}

// complete ends a story well.
func (s *story) complete(succeeded int32) {
	const reached = "Reached expected number of succeeded pods"
	s.status(func(st *batchv1.JobStatus) {
		st.Active, st.Succeeded = 0, succeeded
		st.Conditions = append(st.Conditions, s.newCondition(batchv1.JobSuccessCriteriaMet, "CompletionsReached", reached))
	})
	s.condition(batchv1.JobComplete, "CompletionsReached", reached)
}

// fiveByTwo is five completions at parallelism two; the second pod fails once.
func fiveByTwo() *story {
	s := newStory()
	s.createJob("pi", 2, 5, 6, corev1.RestartPolicyNever)
	begin := func(names ...string) {
		for _, n := range names {
			s.createPod(n)
		}
		for i, n := range names {
			s.bind(n, fmt.Sprintf("node-%d", i+1))
			s.start(n)
		}
	}
	begin("aaaaa", "bbbbb")
	s.counts(2, 0, 0)
	s.at(8*second).exit("bbbbb", 3, corev1.PodFailed)
	s.at(9*second).counts(1, 0, 1)
	s.at(10*second).exit("aaaaa", 0, corev1.PodSucceeded)
	s.at(11 * second)
	begin("ccccc", "ddddd")
	s.counts(2, 1, 1)
	s.at(21*second).exit("ccccc", 0, corev1.PodSucceeded)
	s.exit("ddddd", 0, corev1.PodSucceeded)
	s.at(22 * second)
	begin("eeeee", "fffff")
	s.counts(2, 3, 1)
	s.at(32*second).exit("eeeee", 0, corev1.PodSucceeded)
	s.exit("fffff", 0, corev1.PodSucceeded)
	s.at(33 * second).complete(5)
	return s
}

// nodeLost is a Job whose node goes away for good: the pod is deleted after 350 s and replaced.
func nodeLost() *story {
	s := newStory()
	s.createJob("far", 1, 1, 6, corev1.RestartPolicyNever)
	s.createPod("first")
	s.counts(1, 0, 0)
	s.bind("first", "node-1")
	s.start("first")
	s.at(30 * second).add(Entry{Kind: Node, Actor: "cluster", Verb: "lost", Name: "node-1"})
	s.at(45 * second).add(Entry{Kind: Instance, Actor: "controller", Instance: 1, Verb: "crash", Text: "by the scenario"})
	s.at(60 * second).add(Entry{Kind: Instance, Actor: "controller", Instance: 2, Verb: "start"})
	s.at(380*second).deletePod("taint-eviction-controller", "first", 30)
	s.at(381 * second).createPod("second")
	s.counts(1, 0, 1)
	s.bind("second", "node-2")
	s.start("second")
	s.at(480*second).exit("second", 0, corev1.PodSucceeded)
	s.at(481 * second).complete(1)
	return s
}

// many is a thousand pods in waves of fifty; some fail.
func many() *story {
	s := newStory()
	s.createJob("wide", 50, 1000, 6, corev1.RestartPolicyOnFailure)
	for wave := range 20 {
		s.at(time.Duration(wave*11) * second)
		for i := range 50 {
			suffix := fmt.Sprintf("w%02d%02d", wave, i)
			s.createPod(suffix)
			s.bind(suffix, fmt.Sprintf("node-%d", i%3+1))
			s.start(suffix)
		}
		s.counts(50, int32(wave*50), 0)
		s.at(time.Duration(wave*11+10) * second)
		for i := range 50 {
			if suffix := fmt.Sprintf("w%02d%02d", wave, i); wave == 3 && i == 7 {
				s.exit(suffix, 1, corev1.PodRunning)
				s.start(suffix)
				s.exit(suffix, 0, corev1.PodSucceeded)
			} else {
				s.exit(suffix, 0, corev1.PodSucceeded)
			}
		}
	}
	s.at(221 * second).complete(1000)
	return s
}
