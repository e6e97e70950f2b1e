package kubectl

import (
	"bytes"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/client-go/kubernetes/scheme"
)

// YAML writes each object as `kubectl get -o yaml` shows one: keys sorted, apiVersion and kind filled in,
// managedFields left out. Several objects become several documents, parted by "---", in the order given;
// kubectl would wrap them in a List, which is harder to read and to cut from.
// It is an error if an object is nil or of no kind that the Kubernetes API has.
func YAML(w io.Writer, objs ...runtime.Object) error {
	// Leaving out managedFields comes first because it makes the copy that the other two may write to.
	printer := &printers.OmitManagedFieldsPrinter{
		Delegate: printers.NewTypeSetter(scheme.Scheme).ToPrinter(&printers.YAMLPrinter{}),
	}
	out := &bytes.Buffer{}
	for i, obj := range objs {
		if obj == nil {
			return fmt.Errorf("yaml: object %d of %d: expected an object, got nil", i+1, len(objs))
		}
		if err := printer.PrintObj(obj, out); err != nil {
			return fmt.Errorf("yaml: object %d of %d, a %T: %w", i+1, len(objs), obj, err)
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}
