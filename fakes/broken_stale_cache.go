package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// brokenStaleCache believe a cache that is behind.
var brokenStaleCache = []Broken{
	{
		Name:    "no-expectations",
		Mistake: "It creates pods again while the events of those it has just created are late.",
		Clauses: []string{"CTRL-2", "SYNC-9", "PAR-2"},
		Bug:     "kubernetes/kubernetes#130683",
		Break: func(d *Decisions) {
			trustStaleCaches(d)
			d.MayManage = func(job *batchv1.Job, _ bool) bool { return job.DeletionTimestamp == nil }
		},
	},
	{
		Name:    "own-writes-not-awaited",
		Mistake: "It syncs a Job although the caches do not show its own last writes yet.",
		Clauses: []string{"CTRL-4"},
		Bug:     "kubernetes/kubernetes#137210",
		Break:   trustStaleCaches,
	},
	{
		Name:    "finished-job-synced-again",
		Mistake: "It goes on with a Job that it has finished as long as its cache shows it unfinished.",
		Clauses: []string{"CTRL-3", "SYNC-7"},
		Break: func(d *Decisions) {
			trustStaleCaches(d)
			afterStep(d, "settle", func(_ context.Context, s *jobSync) { s.mem.finished = false })
		},
	},
	{
		Name:    "decides-by-unseen-pods",
		Mistake: "It records a failure although the events of its own creations and deletions have not arrived.",
		Clauses: []string{"SYNC-9", "FIN-7"},
		Break: func(d *Decisions) {
			trustStaleCaches(d)
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				met := s.expectationsMet
				s.expectationsMet = met || s.verdict != nil
				err := step(ctx, s)
				s.expectationsMet = met
				return err
			})
		},
	},
	{
		Name:    "conflict-forgets-creations",
		Mistake: "It starts afresh after a status conflict, and forgets which pods it has just created.",
		Clauses: []string{"CTRL-5", "CTRL-2"},
		Break: func(d *Decisions) {
			d.WriteStatus = func(ctx context.Context, s *jobSync) error {
				err := writeStatus(ctx, s)
				if apierrors.IsConflict(err) {
					s.mem.expected, s.mem.writes = expectations{}, ownWrites{}
				}
				return err
			}
		},
	},
	{
		Name:    "conflict-not-retried",
		Mistake: "It takes a status conflict for a success, and tries again only when something happens.",
		Clauses: []string{"CTRL-5", "TRK-6"},
		Break: func(d *Decisions) {
			d.WriteStatus = func(ctx context.Context, s *jobSync) error {
				status := s.job.Status.DeepCopy()
				err := writeStatus(ctx, s)
				if !apierrors.IsConflict(err) {
					return err
				}
				s.job.Status = *status
				return nil
			}
		},
	},
	{
		Name:    "status-read-again-before-write",
		Mistake: "It reads the Job anew to write a status computed from an old one, so that conflicts go unnoticed.",
		Clauses: []string{"STAT-11", "CTRL-5"},
		Bug:     "kubernetes/kubernetes#105199",
		Break: func(d *Decisions) {
			d.WriteStatus = func(ctx context.Context, s *jobSync) error {
				fresh := &batchv1.Job{}
				if err := s.r.live.Get(ctx, client.ObjectKeyFromObject(s.job), fresh); err != nil {
					return err
				}
				s.job.ResourceVersion = fresh.ResourceVersion
				return writeStatus(ctx, s)
			}
		},
	},
	{
		Name:    "adopts-into-dying-job",
		Mistake: "It adopts pods without asking the API server whether the Job is being deleted.",
		Clauses: []string{"SEL-3"},
		Break: func(d *Decisions) {
			d.Recheck = func(context.Context, *jobSync) error { return nil }
		},
	},
}

// trustStaleCaches acts on the caches however far they are behind.
func trustStaleCaches(d *Decisions) {
	d.Visible = func(*ownWrites, *batchv1.Job, uint64, time.Time, time.Duration) error { return nil }
}
