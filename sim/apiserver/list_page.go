package apiserver

import (
	"fmt"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	internalvalidation "k8s.io/apimachinery/pkg/apis/meta/internalversion/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// PageOptions say how much of a list is wanted, and of which version. The zero value is all there is now.
type PageOptions struct {
	// Limit is the most objects that a page has; 0 or less means all. It has no effect with ResourceVersion "0".
	Limit int64
	// Continue is the token of the page before. The pages of one list are of one resourceVersion.
	Continue string
	// ResourceVersion is empty for the newest, "0" for any.
	ResourceVersion string
	// ResourceVersionMatch says whether the list must be of exactly that version or may be newer. Empty means exactly
	// if there is a Limit, and otherwise not older, as it always was.
	ResourceVersionMatch metav1.ResourceVersionMatch
}

// Page is a list, or a part of one.
type Page struct {
	// Objects are in the order of etcd's keys. They are shared and must not be changed.
	Objects []Object
	// Version is the resourceVersion that the list is of.
	Version string
	// Continue is the token for the next page; empty for the last.
	Continue string
	// Remaining is how many objects come after this page; nil for the last page, and if there is a selector.
	Remaining *int64
}

const (
	listExpired     = "The resourceVersion for the provided list is too old."
	continueExpired = "The provided continue parameter is too old to display a consistent list result. You can start a new " +
		"list without the continue parameter, or use the continue token in this response to retrieve the remainder of the " +
		"results. Continuing with the provided token results in an inconsistent list - objects that were created, " +
		"modified, or deleted between the time the first chunk was returned and now may show up in the list."
)

// ListPage is List in pages, and of older versions: as far back as the watch window reaches; what is older is 410 Gone
// with the reason Expired, and a page of an expired list comes with a token that goes on with what there is now. A
// version that is still to come is a 504 with the cause ResourceVersionTooLarge, at once: the real server waits three
// seconds for it first.
func (c *Caller) ListPage(sel Selection, o PageOptions) (Page, error) {
	if err := sel.check(); err != nil {
		return Page{}, err
	}
	if err := o.check(); err != nil {
		return Page{}, err
	}
	store := &c.server.store
	start, version, err := o.version(store)
	if err != nil {
		return Page{}, err
	}
	coll := store.of(sel.Resource)
	objects := coll.objects
	if version < store.version {
		if version < coll.compacted {
			return Page{}, o.expired(start)
		}
		objects = coll.at(version)
	}
	page := sel.page(sorted(objects, sel.Namespace), start, o.limit())
	page.Version = strconv.FormatUint(version, 10)
	if page.Continue != "" {
		page.Continue = encodeContinue(page.Continue, int64(version))
	}
	return page, nil
}

func (o PageOptions) check() error {
	errs := internalvalidation.ValidateListOptions(&internalversion.ListOptions{
		Continue: o.Continue, ResourceVersion: o.ResourceVersion, ResourceVersionMatch: o.ResourceVersionMatch,
	}, true)
	if len(errs) > 0 {
		return apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: "ListOptions"}, "", errs)
	}
	return nil
}

// limit is 0 for none.
func (o PageOptions) limit() int {
	if o.Limit <= 0 || o.ResourceVersion == "0" {
		return 0
	}
	return int(o.Limit)
}

// version finds out where a page starts and of which version it is.
func (o PageOptions) version(store *store) (start string, version uint64, err error) {
	wanted := uint64(0) // any
	exact := false
	switch {
	case o.Continue != "":
		var rv int64
		if start, rv, err = decodeContinue(o.Continue); err != nil {
			return "", 0, apierrors.NewBadRequest(fmt.Sprintf("invalid continue token: %v", err))
		}
		if o.ResourceVersion != "" && o.ResourceVersion != "0" {
			return "", 0, apierrors.NewBadRequest("specifying resource version is not allowed when using continue")
		}
		if rv > 0 { // otherwise it goes on with what there is now
			wanted, exact = uint64(rv), true
		}
	case o.ResourceVersion != "":
		if wanted, err = strconv.ParseUint(o.ResourceVersion, 10, 64); err != nil {
			return "", 0, apierrors.NewBadRequest("invalid resource version: " +
				field.Invalid(field.NewPath("resourceVersion"), o.ResourceVersion, err.Error()).Error())
		}
		exact = o.ResourceVersionMatch == metav1.ResourceVersionMatchExact ||
			o.ResourceVersionMatch == "" && o.Limit > 0 && wanted > 0
	}
	if wanted > store.version {
		return "", 0, tooLargeVersion(wanted, store.version)
	}
	if exact {
		return start, wanted, nil
	}
	return start, store.version, nil
}

func (o PageOptions) expired(start string) error {
	if o.Continue == "" {
		return apierrors.NewResourceExpired(listExpired)
	}
	err := apierrors.NewResourceExpired(continueExpired)
	err.ErrStatus.ListMeta.Continue = encodeContinue(start, -1)
	return err
}

// tooLargeVersion is what a request gets that wants to see what has not happened yet.
func tooLargeVersion(wanted, current uint64) error {
	err := apierrors.NewTimeoutError(fmt.Sprintf("Too large resource version: %d, current: %d", wanted, current), 1)
	err.ErrStatus.Details.Causes = []metav1.StatusCause{{
		Type: metav1.CauseTypeResourceVersionTooLarge, Message: "Too large resource version",
	}}
	return err
}

// page takes the selected objects from start on, up to a limit. Continue is where the next page starts.
func (s Selection) page(objects []Object, start string, limit int) Page {
	page := Page{}
	for i, obj := range objects {
		key := s.key(obj)
		if key < start || !s.matches(obj) {
			continue
		}
		page.Objects = append(page.Objects, obj)
		if len(page.Objects) != limit || i == len(objects)-1 {
			continue
		}
		page.Continue = key + "\x00"
		if !s.selects() {
			remaining := int64(len(objects) - 1 - i)
			page.Remaining = &remaining
		}
		break
	}
	return page
}

// key is an object's key in etcd below what a list of the selection is a list of.
func (s Selection) key(obj Object) string {
	if s.Namespace == "" && obj.GetNamespace() != "" {
		return obj.GetNamespace() + "/" + obj.GetName()
	}
	return obj.GetName()
}

// selects reports whether the selection has a selector.
func (s Selection) selects() bool {
	return s.Labels != nil && !s.Labels.Empty() || s.Fields != nil && !s.Fields.Empty()
}
