package rest

import (
	"bytes"
	"cmp"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"

	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// encoding is how objects look on the wire.
type encoding uint8

const (
	asJSON encoding = iota
	asYAML
	asProtobuf
)

// shape is what an object is turned into before it is sent.
type shape uint8

const (
	asStored shape = iota
	asTable
	asMetadata
)

// format is how a client wants to be answered.
type format struct {
	encoding encoding
	as       shape
}

const acceptedTypes = "application/json, application/yaml, application/vnd.kubernetes.protobuf"

var mediaTypes = map[string]encoding{
	runtime.ContentTypeJSON: asJSON, runtime.ContentTypeYAML: asYAML, runtime.ContentTypeProtobuf: asProtobuf,
	"*/*": asJSON, "application/*": asJSON,
}

// jsonCodec and the others encode anything of the scheme, and decode it leniently, or as strictly as fieldValidation asks.
var (
	jsonCodec   = json.NewSerializerWithOptions(json.DefaultMetaFactory, typed.Scheme, typed.Scheme, json.SerializerOptions{})
	strictJSON  = json.NewSerializerWithOptions(json.DefaultMetaFactory, typed.Scheme, typed.Scheme, json.SerializerOptions{Strict: true})
	yamlCodec   = json.NewSerializerWithOptions(json.DefaultMetaFactory, typed.Scheme, typed.Scheme, json.SerializerOptions{Yaml: true})
	strictYAML  = json.NewSerializerWithOptions(json.DefaultMetaFactory, typed.Scheme, typed.Scheme, json.SerializerOptions{Yaml: true, Strict: true})
	protobufCod = protobuf.NewSerializer(typed.Scheme, typed.Scheme)
)

// negotiate finds the first wish in an Accept header that can be fulfilled.
func negotiate(accept string) (format, error) {
	if accept == "" {
		return format{}, nil
	}
	type wish struct {
		format  format
		quality float64
	}
	var wishes []wish
	for _, part := range strings.Split(accept, ",") {
		mediaType, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		w := wish{quality: 1}
		var ok bool
		if w.format.encoding, ok = mediaTypes[mediaType]; !ok {
			continue
		}
		if w.format.as, ok = shapeOf(params); !ok {
			continue
		}
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			w.quality = q
		}
		wishes = append(wishes, w)
	}
	if len(wishes) == 0 {
		return format{}, apierrors.NewGenericServerResponse(http.StatusNotAcceptable, "", schema.GroupResource{}, "",
			"only the following media types are accepted: "+acceptedTypes, 0, true)
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.quality, a.quality) })
	return wishes[0].format, nil
}

// shapeOf reads as=Table;g=meta.k8s.io;v=v1 and the like.
func shapeOf(params map[string]string) (shape, bool) {
	as := params["as"]
	if as == "" {
		return asStored, true
	}
	if params["g"] != metav1.GroupName || params["v"] != "v1" {
		return asStored, false
	}
	switch as {
	case "Table":
		return asTable, true
	case "PartialObjectMetadata", "PartialObjectMetadataList":
		return asMetadata, true
	}
	return asStored, false
}

func (f format) contentType() string {
	switch f.encoding {
	case asYAML:
		return runtime.ContentTypeYAML
	case asProtobuf:
		return runtime.ContentTypeProtobuf
	}
	return runtime.ContentTypeJSON
}

func (f format) codec() runtime.Serializer {
	switch f.encoding {
	case asYAML:
		return yamlCodec
	case asProtobuf:
		return protobufCod
	}
	return jsonCodec
}

// encode writes an object that carries its apiVersion and kind.
func (f format) encode(obj runtime.Object) ([]byte, error) {
	var b bytes.Buffer
	if err := f.codec().Encode(obj, &b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// decodeBody reads the object that a write carries. What fieldValidation says about unknown fields holds: Warn, which
// is the default, Strict or Ignore.
func (q *request) decodeBody(into runtime.Object, want schema.GroupVersionKind) error {
	lenient, strict, err := codecsFor(q.contentType)
	if err != nil {
		return err
	}
	if len(q.body) == 0 {
		return apierrors.NewBadRequest(fmt.Sprintf("the request has no body: expected a %s", want.Kind))
	}
	directive := q.query.Get("fieldValidation")
	codec := strict
	if directive == metav1.FieldValidationIgnore {
		codec = lenient
	}
	_, got, err := codec.Decode(q.body, &want, into)
	if unknown, ok := runtime.AsStrictDecodingError(err); ok && directive != metav1.FieldValidationStrict {
		for _, e := range unknown.Errors() {
			q.warnings = append(q.warnings, e.Error())
		}
		_, got, err = lenient.Decode(q.body, &want, into)
	}
	return decodeError(err, want, got)
}

// decodeError tells what is wrong with a body, in the words of the real server.
func decodeError(err error, want schema.GroupVersionKind, got *schema.GroupVersionKind) error {
	switch {
	case err == nil && got.GroupVersion() != want.GroupVersion():
		return apierrors.NewBadRequest(fmt.Sprintf("the API version in the data (%s) does not match the expected API version (%s)",
			got.GroupVersion(), want.GroupVersion()))
	case err == nil && got.Kind != want.Kind:
		return apierrors.NewBadRequest(fmt.Sprintf("the kind in the data (%s) does not match the expected kind (%s)", got.Kind, want.Kind))
	case err == nil:
		return nil
	case got != nil && !got.Empty():
		return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v",
			got.Kind, got.Version, want.Kind, err))
	}
	return apierrors.NewBadRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s): %v", want.Kind, err))
}

// codecsFor finds who reads a body.
func codecsFor(contentType string) (lenient, strict runtime.Decoder, err error) {
	mediaType, _, parseErr := mime.ParseMediaType(contentType)
	if contentType == "" {
		mediaType, parseErr = runtime.ContentTypeJSON, nil
	}
	if parseErr == nil {
		switch mediaType {
		case runtime.ContentTypeJSON:
			return jsonCodec, strictJSON, nil
		case runtime.ContentTypeYAML:
			return yamlCodec, strictYAML, nil
		case runtime.ContentTypeProtobuf:
			return protobufCod, protobufCod, nil // nothing unknown is told of here, as on the real server
		}
	}
	return nil, nil, apierrors.NewGenericServerResponse(http.StatusUnsupportedMediaType, "", schema.GroupResource{}, "",
		"the body of the request was in an unknown format - accepted media types include: "+acceptedTypes, 0, true)
}
