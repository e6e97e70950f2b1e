package apiserver

import (
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// nameAttempts is how many generated names are tried before the server gives up, as the real one does since 1.30.
const nameAttempts = 8

// Create stores a new object and returns it as stored. Status, UID, resourceVersion, creationTimestamp and generation
// are the server's to set (DEF-12).
func (c *Caller) Create(obj Object) (Object, error) {
	return c.createAnd(obj, func() Object { return obj })
}

// CreatePod creates a pod that the caller keeps: what is stored is a copy, and pod becomes what was stored. Defaulting
// pods never writes into what a pod points to, so one copy is enough, where other objects need one on the way in and
// one on the way out.
func (c *Caller) CreatePod(pod *corev1.Pod) error {
	_, err := c.createAnd(pod, func() Object {
		stored := c.server.pods.New()
		pod.DeepCopyInto(stored)
		return stored
	})
	return err
}

func (c *Caller) createAnd(obj Object, toStore func() Object) (Object, error) {
	k := KeyOf(obj)
	text, err := c.create(&k, obj)
	if err != nil {
		c.record("create", "", k, nil, err)
		return nil, err
	}
	obj = toStore()
	seq := c.recordText("create", "", k, obj, nil, text)
	if !c.dryRun {
		c.server.store.apply(k, Change{New: obj, At: c.server.queue.Now(), Seq: seq})
	}
	return obj, nil
}

// create makes obj what will be stored. It returns the warnings that the client is sent.
func (c *Caller) create(k *Key, obj Object) (warnings string, err error) {
	st := strategyOf(k.Resource)
	if st == nil {
		return "", errUnserved()
	}
	if err := c.checkNewMeta(k, obj); err != nil {
		return "", err
	}
	s, version := c.server, obj.GetResourceVersion()
	if obj.GetName() == "" && obj.GetGenerateName() != "" {
		if err := s.generateName(k, obj); err != nil {
			return "", err
		}
	}
	forgetKind(obj)
	if !c.applying {
		obj.SetManagedFields(nil) // see track
	}
	obj.SetUID(s.identity.uid())
	obj.SetCreationTimestamp(s.now())
	obj.SetDeletionTimestamp(nil)
	obj.SetDeletionGracePeriodSeconds(nil)
	obj.SetResourceVersion("")
	st.prepareCreate(obj)
	if !c.trusted {
		if errs := append(st.validateCreate(obj), c.checked(obj, nil)...); len(errs) > 0 {
			return "", invalid(*k, errs)
		}
		warnings = c.warned(st.warnings(obj, nil))
	}
	if st.readBack != nil {
		st.readBack(obj)
	}
	if version != "" && version != "0" {
		return "", internalError("resourceVersion should not be set on objects to be created")
	}
	if old := s.store.get(*k); old != nil {
		return "", alreadyExists(*k, old)
	}
	if !c.dryRun {
		obj.SetResourceVersion(s.store.nextVersion())
	}
	return warnings, nil
}

// alreadyExists tells apart an object that will be gone soon, as the real server does.
func alreadyExists(k Key, old Object) error {
	err := apierrors.NewAlreadyExists(k.groupResource(), k.Name)
	if old.GetDeletionTimestamp() != nil {
		err.ErrStatus.Message = "object is being deleted: " + err.ErrStatus.Message
	}
	return err
}

// checkNewMeta looks at what must be right before anything else is looked at. A namespace of an object that lives in
// none is dropped. That a name is missing is for validation to say, together with all else that is wrong.
func (c *Caller) checkNewMeta(k *Key, obj Object) error {
	if !strategyOf(k.Resource).namespaced {
		obj.SetNamespace("")
		k.Namespace = ""
	}
	switch {
	case strategyOf(k.Resource).namespaced && k.Namespace == "":
		return apierrors.NewBadRequest("an empty namespace may not be set during creation")
	case k.Namespace != "":
		if err := c.server.checkNamespace(*k, obj); err != nil {
			return err
		}
	}
	if c.trusted && obj.GetName() == "" && obj.GetGenerateName() == "" {
		return invalid(*k, field.ErrorList{field.Required(field.NewPath("metadata", "name"),
			"name or generateName is required")})
	}
	return nil
}

func (s *Server) generateName(k *Key, obj Object) error {
	for range nameAttempts {
		k.Name = s.identity.name(obj.GetGenerateName())
		if s.store.get(*k) == nil {
			obj.SetName(k.Name)
			return nil
		}
	}
	return apierrors.NewGenerateNameConflict(k.groupResource(), k.Name, 1)
}
