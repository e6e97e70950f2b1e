package event

// Class says what kind of thing an event is. At one instant, events of a lower class go first in a calm run; other
// choosers may take them in any order.
type Class uint8

// The order makes calm runs read naturally: what happens to the cluster at an instant happens first, then the cluster
// reacts, then watchers are told, then the implementation acts.
const (
	Fault      Class = iota // crashes, lost nodes, broken watches
	User                    // create, edit, delete
	Cluster                 // scheduler, kubelet, garbage collection
	Watch                   // delivery of one watch event
	Controller              // a turn of the implementation under test
)

var classNames = [...]string{"fault", "user", "cluster", "watch", "controller"}

func (c Class) String() string { return classNames[c] }
