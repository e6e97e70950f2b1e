package rest

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// printer makes the rows of a kind's table.
type printer struct {
	columns []metav1.TableColumnDefinition
	// cells are as many as there are columns. Ages are counted until now, which is virtual time.
	cells func(o apiserver.Object, now time.Time) []any
	// conditions are those of the row, and may be nil.
	conditions func(o apiserver.Object) []metav1.TableRowCondition
}

func printerOf(k *kind) *printer {
	switch k.gvk.Kind {
	case "Job":
		return &jobPrinter
	case "Pod":
		return &podPrinter
	case "Node":
		return &nodePrinter
	case "Event":
		return &eventPrinter
	case "Namespace":
		return &namespacePrinter
	case "Lease":
		return &leasePrinter
	}
	return nil
}

// tableOf is what a client gets that asks for a Table, as kubectl get does: the columns and cells of the real server's
// (pkg/printers/internalversion in k8s.io/kubernetes), those of kubectl's wide output with priority 1. Each row carries
// the object's metadata, or with another include the whole object or nothing. Objects are not changed.
func tableOf(k *kind, objects []apiserver.Object, resourceVersion string, now time.Time,
	include metav1.IncludeObjectPolicy) *metav1.Table {
	p := printerOf(k)
	table := &metav1.Table{
		TypeMeta:          metav1.TypeMeta{APIVersion: metav1.SchemeGroupVersion.String(), Kind: "Table"},
		ListMeta:          metav1.ListMeta{ResourceVersion: resourceVersion},
		ColumnDefinitions: p.columns,
		Rows:              make([]metav1.TableRow, 0, len(objects)),
	}
	for _, o := range objects {
		row := metav1.TableRow{Cells: p.cells(o, now), Object: rowObject(k, o, include)}
		if p.conditions != nil {
			row.Conditions = p.conditions(o)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// Table is the objects of a resource as kubectl gets them from the API server to print, with ages as of now. Each row
// carries the metadata of its object.
func Table(r apiserver.Resource, objects []apiserver.Object, now time.Time) *metav1.Table {
	for _, k := range kinds {
		if k.resource == r {
			return tableOf(k, objects, "", now, metav1.IncludeMetadata)
		}
	}
	return &metav1.Table{}
}

func rowObject(k *kind, o apiserver.Object, include metav1.IncludeObjectPolicy) runtime.RawExtension {
	switch include {
	case metav1.IncludeNone:
		return runtime.RawExtension{}
	case metav1.IncludeObject:
		return runtime.RawExtension{Object: withKind(k.served(o), k.gvk)}
	default:
		return runtime.RawExtension{Object: metadataOf(o)}
	}
}

var metaDoc = metav1.ObjectMeta{}.SwaggerDoc()

var (
	nameColumn = metav1.TableColumnDefinition{
		Name: "Name", Type: "string", Format: "name", Description: metaDoc["name"],
	}
	ageColumn = column("Age", metaDoc["creationTimestamp"])
)

func column(name, description string) metav1.TableColumnDefinition {
	return metav1.TableColumnDefinition{Name: name, Type: "string", Description: description}
}

// wide is a column that kubectl shows with -o wide only.
func wide(name, description string) metav1.TableColumnDefinition {
	return metav1.TableColumnDefinition{Name: name, Type: "string", Description: description, Priority: 1}
}

// age is the time since an instant, in one or two units.
func age(instant, now time.Time) string {
	if instant.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(now.Sub(instant))
}

func orElse(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
