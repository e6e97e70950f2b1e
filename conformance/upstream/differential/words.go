package differential

import (
	"reflect"
	"strings"
)

var numbers = []int64{0, 1, 2, 3, -1, 5, 30, 80, 255, 256, 600, 0o1777, 65535, 65536, 10_001, 100_001, 1<<31 - 1, 1 << 31, 1<<63 - 1}

var quantities = []string{"0", "1", "2", "100m", "1Gi", "2Mi", "1500u", "-1", "0.5m", "3Ti"}

// words are values of text fields: names good and bad, values of enumerations, paths, addresses.
var words = []string{"", "a", "b", "main", "init", "side", "empty", "host", "config", "A", "a/b", "a.io/b", "-bad", "x_y",
	"0", "80", "81", "http", "0-1", "1,0", "img:latest", "img:1", " img", "cpu", "memory", "hugepages-2Mi", "ephemeral-storage",
	"example.com/gpu", "storage", "None", "Default", "metadata.name", "metadata.labels", "metadata.labels['a']",
	"metadata.annotations['a.io/b']", "spec.nodeName", "status.podIP", "status.hostIPs", "limits.cpu", "requests.memory", "v1",
	"/p", "/e", "/", "p/q", "../x", "..x", "a/../b", "x:y", "1.2.3.4", "::1", "1.2.3.04", "job-name", "app", "x",
	"batch.kubernetes.io/job-name", "controller-uid", "kubernetes.io/hostname", "kubernetes.io/os", "foregroundDeletion",
	"orphan", "kubernetes", "metadata.uid", "kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies", "ALL", "CAP_SYS_ADMIN",
	"SYS_ADMIN", "a.b", "A_B", "1A", "a b", "with=equals", "50%", "101%", "system-node-critical", "system", "zone",
	"apps/v1", "Event", "localhost/p", "runtime/default", "unconfined", "s3cr3t", "ä", "\n",
	"a-name-that-is-longer-than-the-sixty-three-characters-of-a-label", "beta.kubernetes.io/arch",
	"container.seccomp.security.alpha.kubernetes.io/main", "container.apparmor.security.beta.kubernetes.io/main",
	"seccomp.security.alpha.kubernetes.io/pod", "scheduler.alpha.kubernetes.io/critical-pod", "kubernetes.io/config.mirror",
	"app.kubernetes.io/" + strings.Repeat("n", 64), strings.Repeat("v", 64), strings.Repeat("v", 254), strings.Repeat("a.", 130)}

// enumerations are the values of text fields with a type of their own.
var enumerations = map[string][]string{
	"RestartPolicy":                           {"Always", "Never", "OnFailure"},
	"ContainerRestartPolicy":                  {"Always", "Never", "OnFailure"},
	"ContainerRestartRuleAction":              {"Restart", "RestartAllContainers"},
	"ContainerRestartRuleOnExitCodesOperator": {"In", "NotIn"},
	"PullPolicy":                              {"Always", "Never", "IfNotPresent"},
	"Protocol":                                {"TCP", "UDP", "SCTP"},
	"DNSPolicy":                               {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"},
	"NodeSelectorOperator":                    {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"},
	"LabelSelectorOperator":                   {"In", "NotIn", "Exists", "DoesNotExist"},
	"TolerationOperator":                      {"Exists", "Equal", "Lt", "Gt"},
	"TaintEffect":                             {"NoSchedule", "PreferNoSchedule", "NoExecute"},
	"UnsatisfiableConstraintAction":           {"DoNotSchedule", "ScheduleAnyway"},
	"NodeInclusionPolicy":                     {"Honor", "Ignore"},
	"PreemptionPolicy":                        {"Never", "PreemptLowerPriority"},
	"TerminationMessagePolicy":                {"File", "FallbackToLogsOnError"},
	"URIScheme":                               {"HTTP", "HTTPS"},
	"StorageMedium":                           {"Memory", "HugePages", "HugePages-2Mi"},
	"HostPathType":                            {"Directory", "DirectoryOrCreate", "File", "Socket", "CharDevice"},
	"MountPropagationMode":                    {"None", "HostToContainer", "Bidirectional"},
	"RecursiveReadOnlyMode":                   {"Disabled", "IfPossible", "Enabled"},
	"PersistentVolumeAccessMode":              {"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"},
	"PersistentVolumeMode":                    {"Block", "Filesystem"},
	"SeccompProfileType":                      {"Localhost", "RuntimeDefault", "Unconfined"},
	"AppArmorProfileType":                     {"Localhost", "RuntimeDefault", "Unconfined"},
	"ProcMountType":                           {"Default", "Unmasked"},
	"PodFSGroupChangePolicy":                  {"OnRootMismatch", "Always"},
	"PodSELinuxChangePolicy":                  {"Recursive", "MountOption"},
	"SupplementalGroupsPolicy":                {"Merge", "Strict"},
	"OSName":                                  {"linux", "windows"},
	"ResourceResizeRestartPolicy":             {"NotRequired", "RestartContainer"},
	"ResourceName":                            {"cpu", "memory", "storage", "ephemeral-storage", "pods", "hugepages-2Mi", "example.com/gpu"},
	"Signal":                                  {"SIGTERM", "SIGKILL", "SIGUSR1"},
	"CompletionMode":                          {"Indexed", "NonIndexed"},
	"PodReplacementPolicy":                    {"Failed", "TerminatingOrFailed"},
	"PodFailurePolicyAction":                  {"FailJob", "FailIndex", "Ignore", "Count"},
	"PodFailurePolicyOnExitCodesOperator":     {"In", "NotIn"},
	"ConditionStatus":                         {"True", "False", "Unknown"},
	"PodConditionType":                        {"DisruptionTarget", "Ready"},
}

// word is a value for a text field: for an enumeration one of its values most of the time.
func word(s source, t reflect.Type) string {
	if values := enumerations[t.Name()]; values != nil && !s.chance(5) {
		return pick(s, values...)
	}
	return pick(s, words...)
}
