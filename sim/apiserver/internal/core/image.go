package core

import (
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// The grammar of image references (github.com/distribution/reference), anchored. Only its verdict and the tag are
// needed, and that library is no dependency of ours.
var (
	imageReference = regexp.MustCompile(`^(` + imageName + `)(?::` + imageTagName + `)?(?:@` + imageDigest + `)?$`)
	imageID        = regexp.MustCompile(`^[a-f0-9]{64}$`)
)

const (
	imageHostPart = `(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`
	imageDomain   = `(?:` + imageHostPart + `(?:\.` + imageHostPart + `)*|\[(?:[a-fA-F0-9:]+)\])(?::[0-9]+)?`
	imagePathPart = `[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*`
	imagePath     = imagePathPart + `(?:/` + imagePathPart + `)*`
	imageName     = `(?:` + imageDomain + `/)?` + imagePath
	imageTagName  = `(\w[\w.-]{0,127})`
	imageDigest   = `([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})`
)

// digestLength is the number of hexadecimal digits in a digest of a known algorithm, 0 for an unknown one.
func digestLength(algorithm string) int {
	switch algorithm {
	case "sha256":
		return 64
	case "sha384":
		return 96
	case "sha512":
		return 128
	}
	return 0
}

// pullPolicyFor is Always for images that follow the tag latest, spoken or not, and IfNotPresent for everything else,
// including references that no registry would accept.
func pullPolicyFor(image string) corev1.PullPolicy {
	if imageTag(image) == "latest" {
		return corev1.PullAlways
	}
	return corev1.PullIfNotPresent
}

// imageTag is the tag of an image reference, latest when it has neither tag nor digest, empty when it is malformed.
func imageTag(image string) string {
	if imageID.MatchString(image) {
		return "" // A bare image ID names no repository.
	}
	domain, remainder := splitImageDomain(image)
	repository, _, _ := strings.Cut(remainder, ":")
	if strings.ToLower(repository) != repository {
		return ""
	}
	parts := imageReference.FindStringSubmatch(domain + "/" + remainder)
	if parts == nil || len(parts[1])-len(domain)-1 > 255 {
		return ""
	}
	if digest := parts[3]; digest != "" {
		algorithm, value, _ := strings.Cut(digest, ":")
		if len(value) != digestLength(algorithm) || strings.ToLower(value) != value {
			return ""
		}
		return parts[2]
	}
	if parts[2] == "" {
		return "latest"
	}
	return parts[2]
}

// splitImageDomain separates the registry, docker.io when there is none, from the rest.
func splitImageDomain(image string) (domain, remainder string) {
	const defaultDomain = "docker.io"
	first, rest, found := strings.Cut(image, "/")
	switch {
	case !found:
		return defaultDomain, "library/" + image
	case !strings.ContainsAny(first, ".:") && first != "localhost" && strings.ToLower(first) == first:
		return defaultDomain, image
	case first == "index.docker.io", first == defaultDomain:
		if !strings.Contains(rest, "/") {
			rest = "library/" + rest
		}
		return defaultDomain, rest
	}
	return first, rest
}
