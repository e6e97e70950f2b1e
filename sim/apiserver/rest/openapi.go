package rest

import (
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"github.com/munnerz/goautoneg"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/handler3"
)

const (
	openAPIV2 = "/openapi/v2"
	openAPIV3 = "/openapi/v3"
)

// description is a document of OpenAPI as JSON and as protobuf, for clients that prefer that. Each is made when it is
// asked for, once in a process: the kinds never change, and neither do the bytes.
type description struct {
	json, protobuf func() []byte
	protobufType   string
}

// inProtobuf is JSON in the protobuf form that gnostic-models parses it into.
func inProtobuf[D proto.Message](data []byte, parse func([]byte) (D, error)) []byte {
	document, err := parse(data)
	if err == nil {
		var encoded []byte
		if encoded, err = (proto.MarshalOptions{Deterministic: true}).Marshal(document); err == nil {
			return encoded
		}
	}
	panic(fmt.Sprintf("the description of the API: %v", err)) // it is made of the kinds alone
}

func mustMarshal(document any) []byte {
	data, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprintf("the description of the API: %v", err))
	}
	return data
}

// describedV2 describes the whole API in version 2 of OpenAPI.
var describedV2 = &description{
	json:         v2JSON,
	protobuf:     sync.OnceValue(func() []byte { return inProtobuf(v2JSON(), openapi_v2.ParseDocument) }),
	protobufType: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
}

var v2JSON = sync.OnceValue(func() []byte { return mustMarshal(swagger(groupVersions()...)) })

// describedV3 describes each group and version in version 3 of OpenAPI, by the path of its document.
var describedV3 = sync.OnceValue(func() map[string]*description {
	all := map[string]*description{}
	for _, gv := range groupVersions() {
		asJSON := sync.OnceValue(func() []byte { return mustMarshal(openAPI3(gv)) })
		all[v3Path(gv)] = &description{
			json:         asJSON,
			protobuf:     sync.OnceValue(func() []byte { return inProtobuf(asJSON(), openapi_v3.ParseDocument) }),
			protobufType: "application/com.github.proto-openapi.spec.v3.v1.0+protobuf",
		}
	}
	return all
})

func v3Path(gv schema.GroupVersion) string { return openAPIV3 + groupVersionPath(gv) }

// v3Index names the documents of version 3. The hash lets clients keep a document as long as it stays the same.
var v3Index = sync.OnceValue(func() []byte {
	index := handler3.OpenAPIV3Discovery{Paths: map[string]handler3.OpenAPIV3DiscoveryGroupVersion{}}
	for path, described := range describedV3() {
		hash := fmt.Sprintf("%X", sha512.Sum512(described.json()))
		index.Paths[strings.TrimPrefix(path, openAPIV3+"/")] = handler3.OpenAPIV3DiscoveryGroupVersion{
			ServerRelativeURL: path + "?" + url.Values{"hash": {hash}}.Encode(),
		}
	}
	return mustMarshal(index)
})

// openAPIDocument returns nil for paths that are not of OpenAPI.
func openAPIDocument(path, accept string) (doc any, contentType string) {
	switch path {
	case openAPIV3:
		return v3Index(), jsonType
	case openAPIV2:
		return describedV2.as(accept)
	}
	if described := describedV3()[path]; described != nil {
		return described.as(accept)
	}
	return nil, ""
}

// as chooses what the client prefers. Protobuf's media type has an at sign in old clients, which mime does not allow,
// and a dot in new ones. A client that accepts neither form gets JSON.
func (d *description) as(accept string) (doc any, contentType string) {
	for _, clause := range goautoneg.ParseAccept(accept) {
		switch media := clause.Type + "/" + clause.SubType; {
		case media == jsonType || clause.SubType == "*":
			return d.json(), jsonType
		case strings.Replace(media, "@", ".", 1) == d.protobufType:
			return d.protobuf(), d.protobufType
		}
	}
	return d.json(), jsonType
}
