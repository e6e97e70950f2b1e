package fakes

import (
	"math"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// longestDeadline keeps what is left of a deadline far from the limits of time.Duration: upstream overflows there and
// fails the Job at once (VAL-13), which nobody can have meant.
const longestDeadline = math.MaxInt64 / 4

// startTime is TIME-1 and TIME-2: the first sync that finds the Job not suspended, whether or not it can create a
// pod. The zero time means that the Job has not started.
func startTime(job *batchv1.Job, suspended bool, now time.Time) time.Time {
	switch {
	case job.Status.StartTime != nil:
		return job.Status.StartTime.Time
	case suspended:
		return time.Time{}
	}
	return now
}

// deadlineLeft is ADS-1 and ADS-5: measured from status.startTime, and not running while the Job is suspended.
func deadlineLeft(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
	if job.Spec.ActiveDeadlineSeconds == nil || job.Status.StartTime == nil || suspended {
		return 0, false
	}
	allowed := time.Duration(longestDeadline)
	if *job.Spec.ActiveDeadlineSeconds < longestDeadline/int64(time.Second) {
		allowed = time.Duration(*job.Spec.ActiveDeadlineSeconds) * time.Second
	}
	return allowed - now.Sub(job.Status.StartTime.Time), true
}

// deadlinePassed is ADS-1: the boundary counts as passed.
func deadlinePassed(left time.Duration) bool {
	return left <= 0
}
