package apiserver

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
)

// continueToken is what a continue token contains, in JSON and base64: opaque to clients, and the same as the real
// server's, for those who look all the same.
type continueToken struct {
	APIVersion      string `json:"v"`
	ResourceVersion int64  `json:"rv"` // -1: the newest
	Start           string `json:"start"`
}

const continueVersion = "meta.k8s.io/v1"

var errContinueKey = errors.New("continue key is not valid")

func encodeContinue(start string, version int64) string {
	data, err := json.Marshal(continueToken{APIVersion: continueVersion, ResourceVersion: version, Start: start})
	if err != nil {
		panic(err) // made of strings and a number
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// decodeContinue reads a token that a client has sent.
func decodeContinue(token string) (start string, version int64, err error) {
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", 0, fmt.Errorf("%w: %v", errContinueKey, err)
	}
	var t continueToken
	if err := json.Unmarshal(data, &t); err != nil {
		return "", 0, fmt.Errorf("%w: %v", errContinueKey, err)
	}
	rooted := "/" + strings.TrimPrefix(t.Start, "/")
	switch {
	case t.APIVersion != continueVersion:
		return "", 0, fmt.Errorf("%w: server does not recognize this encoded version %v", errContinueKey, t.APIVersion)
	case t.ResourceVersion == 0:
		return "", 0, fmt.Errorf("%w: incorrect encoded start resourceVersion (version meta.k8s.io/v1)", errContinueKey)
	case t.Start == "":
		return "", 0, fmt.Errorf("%w: encoded start key empty (version meta.k8s.io/v1)", errContinueKey)
	case path.Clean(rooted) != rooted:
		return "", 0, fmt.Errorf("%w: %v", errContinueKey, t.Start)
	}
	return rooted[1:], t.ResourceVersion, nil
}
