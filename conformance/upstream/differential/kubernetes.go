package differential

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/batch/install" // registers batch, its defaults and its conversions
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/plugin/pkg/admission/defaulttolerationseconds"

	"github.com/jobsim/jobsim/sim/apiserver"
)

const namespace = "default"

// birth is when every object is created: the time at which the simulated server's clock starts.
var birth = metav1.NewTime(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))

// kubernetes is the real code: what kube-apiserver does to objects of a resource between the HTTP handler and etcd, with
// the feature gates of a default cluster.
type kubernetes struct {
	resource schema.GroupVersionResource
	strategy interface {
		rest.RESTCreateStrategy
		rest.RESTUpdateStrategy
	}
	status rest.RESTUpdateStrategy
	// admit is what admission plugins do to a new object; nil for nothing.
	admit func(runtime.Object) error
	// uid is what the server would draw for the next object; both sides must use the same, because it shows in labels.
	uid types.UID
}

func realJobs() kubernetes {
	return kubernetes{resource: batchv1.SchemeGroupVersion.WithResource("jobs"), strategy: job.Strategy,
		status: job.StatusStrategy, uid: firstUID()}
}

func realPods() kubernetes {
	return kubernetes{resource: corev1.SchemeGroupVersion.WithResource("pods"), strategy: pod.Strategy,
		status: pod.StatusStrategy, admit: tolerateLostNodes, uid: firstUID()}
}

// tolerateLostNodes is the one plugin of a default cluster that changes pods without looking up other objects.
func tolerateLostNodes(obj runtime.Object) error {
	attributes := admission.NewAttributesRecord(obj, nil, schema.GroupVersionKind{}, namespace, "",
		core.Resource("pods").WithVersion("version"), "", admission.Create, nil, false, nil)
	plugin := defaulttolerationseconds.NewDefaultTolerationSeconds()
	plugin.InspectFeatureGates(utilfeature.DefaultFeatureGate)
	return plugin.Admit(context.Background(), attributes, nil)
}

// etcd is the form in which objects are stored. It is made once the scheme is complete.
var etcd = sync.OnceValue(func() runtime.Codec {
	serializer := protobuf.NewSerializer(legacyscheme.Scheme, legacyscheme.Scheme)
	return legacyscheme.Codecs.CodecForVersions(serializer, legacyscheme.Codecs.UniversalDeserializer(),
		schema.GroupVersions{batchv1.SchemeGroupVersion, corev1.SchemeGroupVersion}, runtime.InternalGroupVersioner)
})

// requestContext is a context as the handler chain makes it, and what collects the warnings of the request.
func (k kubernetes) requestContext(verb, subresource string) (context.Context, *collector) {
	warnings := &collector{}
	ctx := request.WithNamespace(context.Background(), namespace)
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{
		IsResourceRequest: true, Verb: verb, APIGroup: k.resource.Group, APIVersion: k.resource.Version,
		Resource: k.resource.Resource, Subresource: subresource, Namespace: namespace,
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
	if k.admit != nil {
		if err := k.admit(obj); err != nil {
			return rejection(err)
		}
	}
	ctx, warnings := k.requestContext("create", "")
	if err := rest.BeforeCreate(k.strategy, ctx, obj); err != nil {
		return rejection(err)
	}
	return k.stored(obj, warnings)
}

// update takes the object as it is in etcd and the manifest that is to replace it. The subresource is "" or "status".
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
	var strategy rest.RESTUpdateStrategy = k.strategy
	if subresource == "status" {
		strategy = k.status
	}
	ctx, warnings := k.requestContext("update", subresource)
	if err := rest.BeforeUpdate(strategy, ctx, obj, before); err != nil {
		return rejection(err)
	}
	return k.stored(obj, warnings)
}

// stored sends an object to etcd and reads it back.
func (k kubernetes) stored(obj runtime.Object, warnings *collector) answer {
	data, err := runtime.Encode(etcd(), obj)
	if err != nil {
		return rejection(err)
	}
	read, err := runtime.Decode(etcd(), data)
	if err != nil {
		return rejection(err)
	}
	versioned, err := legacyscheme.Scheme.ConvertToVersion(read, k.resource.GroupVersion())
	if err != nil {
		return rejection(err)
	}
	return answer{stored: comparable(versioned.(apiserver.Object)), warnings: strings.Join(warnings.texts, "; ")}
}

func recoverInto(a *answer) {
	if r := recover(); r != nil {
		*a = answer{crashed: fmt.Sprint(r)}
	}
}

// Privileged containers are allowed in the usual clusters (kube-apiserver --allow-privileged=true).
func init() { capabilities.Setup(true, 0) }
