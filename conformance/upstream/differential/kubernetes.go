package differential

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/batch/install" // registers batch, its defaults and its conversions
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/registry/batch/job"
)

const namespace = "default"

// birth is when every object is created: the time at which the simulated server's clock starts.
var birth = metav1.NewTime(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))

// kubernetes is the real code: what kube-apiserver does to a Job between the HTTP handler and etcd, with the feature
// gates of a default cluster.
type kubernetes struct {
	// uid is what the server would draw for the next Job; both sides must use the same, because it shows in labels.
	uid types.UID
}

// etcd is the form in which Jobs are stored. It is made once the scheme is complete.
var etcd = sync.OnceValue(func() runtime.Codec {
	serializer := protobuf.NewSerializer(legacyscheme.Scheme, legacyscheme.Scheme)
	return legacyscheme.Codecs.CodecForVersions(serializer, legacyscheme.Codecs.UniversalDeserializer(),
		batchv1.SchemeGroupVersion, runtime.InternalGroupVersioner)
})

// requestContext is a context as the handler chain makes it, and what collects the warnings of the request.
func requestContext(verb, subresource string) (context.Context, *collector) {
	warnings := &collector{}
	ctx := request.WithNamespace(context.Background(), namespace)
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, Verb: verb, APIGroup: "batch", APIVersion: "v1", Resource: "jobs",
		Subresource: subresource, Namespace: namespace,
	})
	return warning.WithWarningRecorder(ctx, warnings), warnings
}

// collector takes warnings. Those about labels in a node selector come in the order of a map, and are sorted here.
type collector struct {
	texts  []string
	labels int
}

func (c *collector) AddWarning(_, text string) {
	c.texts = append(c.texts, text)
	if strings.HasPrefix(text, "spec.template.spec.nodeSelector[") {
		c.labels++
		slices.Sort(c.texts[len(c.texts)-c.labels:])
	}
}

// create takes a manifest as a client sends it.
func (k kubernetes) create(manifest []byte) (a answer) {
	defer recoverInto(&a)
	obj, err := runtime.Decode(legacyscheme.Codecs.UniversalDecoder(), manifest)
	if err != nil {
		return rejection(err)
	}
	object, err := meta.Accessor(obj)
	if err != nil {
		return rejection(err)
	}
	rest.WipeObjectMetaSystemFields(object) // as the handler does
	rest.FillObjectMetaSystemFields(object)
	object.SetUID(k.uid)
	object.SetCreationTimestamp(birth)
	ctx, warnings := requestContext("create", "")
	if err := rest.BeforeCreate(job.Strategy, ctx, obj); err != nil {
		return rejection(err)
	}
	return stored(obj, warnings)
}

// update takes the Job as it is in etcd and the manifest that is to replace it. The subresource is "" or "status".
func (k kubernetes) update(old, manifest []byte, subresource string) (a answer) {
	defer recoverInto(&a)
	before, err := runtime.Decode(etcd(), old)
	if err != nil {
		return rejection(err)
	}
	obj, err := runtime.Decode(legacyscheme.Codecs.UniversalDecoder(), manifest)
	if err != nil {
		return rejection(err)
	}
	var strategy rest.RESTUpdateStrategy = job.Strategy
	if subresource == "status" {
		strategy = job.StatusStrategy
	}
	ctx, warnings := requestContext("update", subresource)
	if err := rest.BeforeUpdate(strategy, ctx, obj, before); err != nil {
		return rejection(err)
	}
	return stored(obj, warnings)
}

// stored sends an object to etcd and reads it back.
func stored(obj runtime.Object, warnings *collector) answer {
	data, err := runtime.Encode(etcd(), obj)
	if err != nil {
		return rejection(err)
	}
	read, err := runtime.Decode(etcd(), data)
	if err != nil {
		return rejection(err)
	}
	versioned, err := legacyscheme.Scheme.ConvertToVersion(read, batchv1.SchemeGroupVersion)
	if err != nil {
		return rejection(err)
	}
	return answer{stored: comparable(versioned.(*batchv1.Job)), warnings: strings.Join(warnings.texts, "; ")}
}

func recoverInto(a *answer) {
	if r := recover(); r != nil {
		*a = answer{crashed: fmt.Sprint(r)}
	}
}

// Privileged containers are allowed in the usual clusters (kube-apiserver --allow-privileged=true).
func init() { capabilities.Setup(true, 0) }
