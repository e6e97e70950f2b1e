package scenarios_test

import "testing"

// jobs is the beginning of a file with a list of Jobs, in 10 lines.
const jobs = `apiVersion: jobsim/v1alpha1
kind: Scenario
jobs:
- &pi
  apiVersion: batch/v1
  kind: Job
  metadata: {name: pi}
  spec: &spec
    template:
      spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`

// tau is another Job.
const tau = "{apiVersion: batch/v1, kind: Job, metadata: {name: tau}, spec: {template: {spec: {restartPolicy: Never, " +
	"containers: [{name: other, image: busybox}]}}}}"

func TestParseRefusesManifestsThatTheServerWouldReject(t *testing.T) {
	manifest := func(text string) string {
		return "apiVersion: jobsim/v1alpha1\nkind: Scenario\njob:\n" + text
	}
	good := "  apiVersion: batch/v1\n  kind: Job\n  metadata: {name: pi}\n"
	checkBad(t, []badInput{
		{"text", manifest("  later\n"), `4:3: job: expected a Job manifest, found "later"`},
		{"no kind", manifest("  apiVersion: batch/v1\n"), "4:3: job.kind: expected kind: Job, found no such field"},
		{"CronJob", manifest("  apiVersion: batch/v1\n  kind: CronJob\n"), `5:9: job.kind: expected Job, found "CronJob"`},
		{"version", manifest("  apiVersion: batch/v2\n  kind: Job\n"),
			`4:15: job.apiVersion: expected batch/v1, found "batch/v2"`},
		{"no name", manifest("  apiVersion: batch/v1\n  kind: Job\n  metadata: {generateName: pi-}\n"),
			"6:13: job.metadata: expected a name, by which the rest of the file calls the Job"},
		{"unknown field", manifest(good + "  spec:\n    template:\n      spec:\n        containres: []\n"),
			"10:9: job.spec.template.spec.containres: expected a known field; did you mean containers?"},
		{"wrong type", manifest(good + "  spec: {backoffLimit: many}\n"),
			`7:24: job.spec.backoffLimit: expected a whole number, found "many"`},
		{"yes for text", manifest(good + "  spec: {template: {metadata: {labels: {fast: yes}}}}\n"),
			"7:47: job.spec.template.metadata.labels.fast: expected text, found yes; put it in quotes if it is meant as text"},
		{"quantity", manifest(good + "  spec: {template: {spec: {containers: [{resources: {limits: {memory: much}}}]}}}\n"),
			"7:71: job.spec.template.spec.containers[0].resources.limits.memory: expected a quantity such as 500m or 64Mi, " +
				`found "much"`},
		{"time", manifest("  apiVersion: batch/v1\n  kind: Job\n  metadata: {name: pi, creationTimestamp: noon}\n"),
			`6:43: job.metadata.creationTimestamp: expected a time such as 2000-01-01T00:00:00Z, found "noon"`},
		{"not a number", manifest(good + "  spec: {backoffLimit: .nan}\n"),
			"7:24: job.spec.backoffLimit: expected a value that JSON can express, found .nan\n" +
				"7:24: job.spec.backoffLimit: expected a whole number, found .nan"},
		{"tag", manifest(good + "  spec: {backoffLimit: !secret 3}\n"),
			"7:24: job.spec.backoffLimit: expected a value that JSON can express, found the tag !secret\n" +
				`7:24: job.spec.backoffLimit: expected a whole number, found "3"`},
		{"restart policy (VAL-2)",
			manifest(good + "  spec:\n    template:\n      spec:\n        restartPolicy: Always\n        containers: [{name: a, image: b}]\n"),
			`10:24: job.spec.template.spec.restartPolicy: expected a Job that the API server accepts: ` +
				`Required value: valid values: "OnFailure", "Never"`},
		{"image",
			manifest(good + "  spec:\n    template:\n      spec:\n        restartPolicy: Never\n        containers:\n" +
				"        - {name: a, image: b}\n        - {name: c}\n"),
			"13:11: job.spec.template.spec.containers[1].image: expected a Job that the API server accepts: Required value"},
		{"port of the second container",
			manifest(good + "  spec:\n    template:\n      spec:\n        restartPolicy: Never\n        containers:\n" +
				"        - {name: a, image: b}\n        - {name: c, image: d, ports: [{containerPort: 1}, {containerPort: 70000}]}\n"),
			"13:75: job.spec.template.spec.containers[1].ports[1].containerPort: expected a Job that the API server accepts: " +
				"Invalid value: 70000: must be between 1 and 65535, inclusive"},
		{"negative limit (VAL-1)",
			manifest(good + "  spec:\n    backoffLimit: -1\n    template:\n      spec: {restartPolicy: Never, containers: [{name: a, image: b}]}\n"),
			`8:19: job.spec.backoffLimit: expected a Job that the API server accepts: ` +
				`Invalid value: -1: must be greater than or equal to 0`},
	}, parseError)
}

func TestParseRefusesTimesOutOfOrder(t *testing.T) {
	checkBad(t, []badInput{
		{"actions", header + "actions:\n- {at: 10s, suspend: true}\n- {at: 9s, resume: true}\n",
			"12:8: actions[1].at: expected a time not before that of actions[0], 10s, found 9s"},
		{"faults", header + "faults:\n- {at: 10s, node: node-1, lost: true}\n- {at: 9s, node: node-1, lost: true}\n",
			"12:8: faults[1].at: expected a time not before that of faults[0], 10s, found 9s"},
		{"expectations", header + "expect:\n- {at: 10s, pods: 1}\n- {at: 9s, pods: 1}\n",
			"12:8: expect[1].at: expected a time not before that of expect[0], 10s, found 9s"},
		{"after the end", header + "until: 1m\nactions:\n- {at: 90s, suspend: true}\n",
			"12:8: actions[0].at: expected a time within the run, which ends at 1m, found 1m30s"},
		{"after a day", header + "faults:\n- {at: 25h, clock: 1s}\n",
			"11:8: faults[0].at: expected a time within the run, which ends at 24h, found 25h"},
		{"negative", header + "actions:\n- {at: -1s, suspend: true}\n",
			`11:8: actions[0].at: expected a duration such as 5s or 2m30s, found a negative one, "-1s"`},
	}, parseError)
}

func TestParseRefusesNamesOfNothing(t *testing.T) {
	none := "apiVersion: jobsim/v1alpha1\nkind: Scenario\n"
	checkBad(t, []badInput{
		{"no Job at all", none, "1:1: job: expected a Job: job, jobs or an action with create"},
		{"job and jobs", header + "jobs: []\n", "10:7: jobs: expected either job or jobs, found both"},
		{"Job twice", jobs + "- *pi\n", "7:13: jobs[1].metadata: expected each Job once, found pi again"},
		{"action on unknown Job", header + "actions:\n- {at: 1s, job: py, suspend: true}\n",
			`11:17: actions[0].job: expected a Job of this file, found "py"; did you mean pi?`},
		{"action on a Job of later", header + "actions:\n- {at: 1s, job: tau, suspend: true}\n- {at: 2s, create: " + tau + "}\n",
			`11:17: actions[0].job: expected a Job of this file, found "tau"; known are pi`},
		{"action before the first Job", none + "actions:\n- {at: 1s, suspend: true}\n- {at: 2s, create: " + tau + "}\n",
			"4:3: actions[0]: expected an action on a Job that exists; the file declares none and no action before creates one"},
		{"trigger", header + "actions:\n- {after: {job: e, pod: 1}, suspend: true}\n",
			`11:17: actions[0].after.job: expected a Job of this file, found "e"; known are pi`},
		{"trigger of a fault", header + "faults:\n- {after: {job: e, pod: 1}, crash: controller}\n",
			`11:17: faults[0].after.job: expected a Job of this file, found "e"; known are pi`},
		{"expectation", header + "expect:\n- {job: e, pods: 1}\n",
			`11:9: expect[0].job: expected a Job of this file, found "e"; known are pi`},
		{"pods of a Job", header + "pods:\n- {match: {job: e}}\n",
			`11:17: pods[0].match.job: expected a Job of this file, found "e"; known are pi`},
		{"container", header + "pods:\n- {containers: {mian: []}}\n",
			"11:17: pods[0].containers.mian: expected a container of the Job's pods; did you mean main?"},
		{"container of another Job", jobs + "- " + tau + "\npods:\n- {match: {job: pi}, containers: {other: []}}\n",
			"13:35: pods[0].containers.other: expected a container of the Job's pods; known are main"},
		{"node", header + "faults:\n- {node: node-4, lost: true}\n",
			`11:10: faults[0].node: expected a node of the cluster, found "node-4"; did you mean node-1?`},
		{"node of a cluster with others", header + "nodes: [{name: alpha}, {name: beta}]\nfaults:\n- {node: node-1, lost: true}\n",
			`12:10: faults[0].node: expected a node of the cluster, found "node-1"; known are alpha, beta`},
	}, parseError)
}

func TestParseRefusesActionsThatMakeNoSense(t *testing.T) {
	action := func(text string) string { return header + "actions:\n- " + text + "\n" }
	checkBad(t, []badInput{
		{"no time", action("{suspend: true}"), "11:3: actions[0]: expected when it happens: at, after or both"},
		{"nothing to do", action("{at: 1s}"),
			"11:3: actions[0]: expected what is done to a Job: create, scale, suspend, resume, edit or delete"},
		{"nothing to do to a pod", action("{at: 1s, pod: 1}"),
			"11:3: actions[0]: expected what is done to a pod: edit, delete, removeLabel, removeFinalizer or evict"},
		{"two things", action("{at: 1s, suspend: true, delete: {}}"),
			"11:35: actions[0].delete: expected one thing to be done, found suspend and delete"},
		{"pods are not suspended", action("{at: 1s, pod: 1, suspend: true}"),
			"11:29: actions[0].suspend: expected what can be done to a pod: edit, delete, removeLabel, removeFinalizer or evict"},
		{"Jobs are not evicted", action("{at: 1s, evict: true}"),
			"11:19: actions[0].evict: expected what can be done to a Job: create, scale, suspend, resume, edit or delete"},
		{"suspend: false", action("{at: 1s, suspend: false}"), "11:21: actions[0].suspend: expected true, found false"},
		{"evict: false", action("{at: 1s, pod: 1, evict: false}"), "11:27: actions[0].evict: expected true, found false"},
		{"pod 0", action("{at: 1s, pod: 0, evict: true}"),
			"11:17: actions[0].pod: expected the number of a pod, from 1, found 0"},
		{"label without name", action("{at: 1s, pod: 1, removeLabel: ''}"),
			"11:33: actions[0].removeLabel: expected a name, found nothing"},
		{"create with job", action("{at: 1s, job: pi, create: " + tau + "}"),
			"11:17: actions[0].job: expected no job beside create: the manifest has the name"},
		{"scale to nothing", action("{at: 1s, scale: {}}"),
			"11:19: actions[0].scale: expected parallelism, completions or both"},
		{"propagation", action("{at: 1s, delete: {propagation: foreground}}"),
			`11:34: actions[0].delete.propagation: expected one of Background, Foreground, Orphan, found "foreground"`},
		{"grace", action("{at: 1s, pod: 1, delete: {graceSeconds: -1}}"),
			"11:43: actions[0].delete.graceSeconds: expected seconds, found -1"},
		{"type alone", action("{at: 1s, suspend: true, type: json}"),
			"11:33: actions[0].type: expected edit beside type"},
		{"edit with text", action("{at: 1s, edit: faster}"), `11:18: actions[0].edit: expected the fields to change, found "faster"`},
		{"type of patch", action("{at: 1s, edit: {}, type: apply}"),
			`11:28: actions[0].type: expected one of merge, strategic, json, found "apply"`},
		{"shape of patch", action("{at: 1s, edit: {}, type: json}"),
			"11:18: actions[0].edit: expected a mapping for a merge patch, or a list of operations for a JSON patch, found a mapping"},
		{"subresource", action("{at: 1s, edit: {}, subresource: scale}"),
			`11:35: actions[0].subresource: expected one of status, found "scale"`},
		{"edit of no field", action("{at: 1s, edit: {spec: {paralelism: 2}}}"),
			"11:26: actions[0].edit.spec.paralelism: expected a known field; did you mean parallelism?"},
		{"edit of no field of a pod", action("{at: 1s, pod: 1, edit: {spec: {nodename: a}}}"),
			"11:34: actions[0].edit.spec.nodename: expected a known field; did you mean nodeName?"},
		{"empty trigger", action("{after: {}, suspend: true}"),
			"11:11: actions[0].after: expected what must have happened first: condition, pod, phase or status"},
		{"phase alone", action("{after: {phase: Failed}, suspend: true}"),
			"11:19: actions[0].after.phase: expected pod beside phase, to say whose phase it is"},
		{"phase", action("{after: {pod: 0, phase: Dead}, suspend: true}"),
			"11:17: actions[0].after.pod: expected the number of a pod, from 1, found 0\n" +
				`11:27: actions[0].after.phase: expected one of Pending, Running, Succeeded, Failed, Unknown, found "Dead"`},
	}, parseError)
}

func TestParseRefusesFaultsThatMakeNoSense(t *testing.T) {
	fault := func(text string) string { return header + "faults:\n- " + text + "\n" }
	checkBad(t, []badInput{
		{"nothing", fault("{at: 1s}"), "11:3: faults[0]: expected what goes wrong: crash, error, watch, node or clock"},
		{"two faults", fault("{crash: controller, error: 409}"),
			"11:30: faults[0].error: expected one thing to go wrong, found crash and error"},
		{"crash of a pod", fault("{at: 1s, crash: pod}"), `11:19: faults[0].crash: expected controller, found "pod"`},
		{"crash at no time", fault("{crash: controller}"), "11:3: faults[0]: expected when it happens: at, after or call"},
		{"crash at call 0", fault("{crash: controller, call: 0}"),
			"11:29: faults[0].call: expected the number of an API call, from 1, found 0"},
		{"crash at two times", fault("{at: 1s, crash: controller, call: 1}"),
			"11:37: faults[0].call: expected either call or when it happens, found both"},
		{"verb without call", fault("{at: 1s, crash: controller, verb: get}"), "11:37: faults[0].verb: expected call beside verb"},
		{"field of another fault", fault("{at: 1s, crash: controller, delay: 1s}"),
			"11:31: faults[0].delay: expected a field that goes with crash: at, after, down, call, effect, verb, resource, " +
				"subresource or name"},
		{"field of no use to a clock", fault("{clock: 1s, for: 1s}"),
			"11:15: faults[0].for: expected a field that goes with clock: at or after"},
		{"clock", fault("{clock: 0s}"), `11:11: faults[0].clock: expected how far the clock is moved, found "0s"`},
		{"clock in years", fault("{clock: slow}"),
			`11:11: faults[0].clock: expected a duration such as 30s or -30s, found "slow"`},
		{"success is no error", fault("{error: 200}"),
			"11:11: faults[0].error: expected an HTTP status such as 403, 409, 429 or 500, or timeout, found 200"},
		{"verb", fault("{error: 500, verb: post}"),
			`11:22: faults[0].verb: expected one of create, get, list, update, patch, delete, deletecollection, watch, found "post"`},
		{"resource", fault("{error: 500, resource: pod}"),
			`11:26: faults[0].resource: expected one of jobs, pods, nodes, events, namespaces, leases, found "pod"`},
		{"details", fault("{error: 500, details: {nme: x}}"),
			"11:26: faults[0].details.nme: expected a known field; did you mean name?"},
		{"less than no calls", fault("{error: 500, skip: -1, times: -2}"),
			"11:22: faults[0].skip: expected a number of calls, found -1\n11:33: faults[0].times: expected a number of calls, found -2"},
		{"watch", fault("{watch: pods}"), "11:3: faults[0]: expected what happens to the watch: delay, stall or break"},
		{"watch twice", fault("{watch: pods, stall: true, delay: 1s}"),
			"11:24: faults[0].stall: expected one thing to happen to the watch, found delay and stall"},
		{"watch of secrets", fault("{watch: secrets, stall: true}"),
			`11:11: faults[0].watch: expected one of jobs, pods, nodes, events, namespaces, leases, all, found "secrets"`},
		{"break for long", fault("{watch: all, break: true, for: 1s}"),
			"11:34: faults[0].for: expected no for beside break: the watch is made anew at once"},
		{"node", fault("{node: node-1}"), "11:3: faults[0]: expected what happens to the node: either lost or deleted"},
		{"deleted for long", fault("{node: node-1, deleted: true, for: 1m}"),
			"11:38: faults[0].for: expected no for beside deleted: the node does not come back"},
	}, parseError)
}

func TestParseRefusesExpectationsThatMakeNoSense(t *testing.T) {
	expect := func(text string) string { return header + "expect:\n- " + text + "\n" }
	checkBad(t, []badInput{
		{"nothing", expect("{at: 1s}"),
			"11:3: expect[0]: expected what must be so: condition, status, completedIndexes, failedIndexes, pods, starts, restarts, event or deleted"},
		{"condition", expect("{condition: Completed}"),
			`11:15: expect[0].condition: expected one of Complete, Failed, Suspended, FailureTarget, SuccessCriteriaMet, ` +
				`found "Completed"`},
		{"reason alone", expect("{reason: Why, pods: 1}"), "11:12: expect[0].reason: expected condition beside reason"},
		{"within alone", expect("{within: 1s, pods: 1}"), "11:12: expect[0].within: expected at beside within"},
		{"never at a time", expect("{never: true, at: 1s, pods: 1}"),
			"11:21: expect[0].at: expected no at beside never: never is about the whole run"},
		{"counter", expect("{status: {suceeded: 1}}"),
			"11:13: expect[0].status.suceeded: expected a counter of a Job's status; did you mean succeeded?"},
		{"negative counter", expect("{status: {failed: -1}}"),
			"11:21: expect[0].status.failed: expected a number of pods, found -1"},
		{"indexes", expect(`{completedIndexes: "0-1"}`),
			"11:22: expect[0].completedIndexes: expected completion indexes as in a status, such as \"0,1\" or \"0-2,5\", found \"0-1\""},
		{"indexes that fall", expect(`{failedIndexes: "3,1"}`),
			"11:19: expect[0].failedIndexes: expected completion indexes as in a status, such as \"0,1\" or \"0-2,5\", found \"3,1\""},
		{"negative number", expect("{pods: -1}"), "11:10: expect[0].pods: expected a number from 0, found -1"},
	}, parseError)
}
