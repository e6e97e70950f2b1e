package rest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/metadata"
	restclient "k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/jobsim/jobsim/sim/apiserver"
)

func decode[T any](c *cluster, res *http.Response) (v T) {
	data, err := io.ReadAll(res.Body)
	c.Expect(err).NotTo(HaveOccurred())
	c.Expect(json.Unmarshal(data, &v)).To(Succeed(), "%s", data)
	return v
}

func TestTablesAndMetadata(t *testing.T) {
	c := newCluster(t)
	c.Expect(c.call("POST", jobsPath, goodJob).StatusCode).To(Equal(201))
	c.gate.Advance(90 * time.Second)
	const asTable, asMeta = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
	table := decode[metav1.Table](c, c.call("GET", jobsPath, "", "Accept", asTable))
	c.Expect(table.Kind).To(Equal("Table"))
	c.Expect(table.Rows).To(HaveLen(1))
	c.Expect(table.Rows[0].Cells).To(ContainElements("x", "90s"))
	c.Expect(string(table.Rows[0].Object.Raw)).To(ContainSubstring(`"kind":"PartialObjectMetadata"`))
	one := decode[metav1.Table](c, c.call("GET", jobsPath+"/x?includeObject=None", "", "Accept", asTable))
	c.Expect(one.Rows).To(HaveLen(1))
	c.Expect(one.Rows[0].Object.Raw).To(BeEmpty())

	list := decode[metav1.PartialObjectMetadataList](c, c.call("GET", jobsPath, "", "Accept", asMeta))
	c.Expect(list.Items).To(HaveLen(1))
	c.Expect(list.Items[0].Name).To(Equal("x"))

	client, err := metadata.NewForConfig(&restclient.Config{Host: "http://cluster.local", Transport: c.door, QPS: -1})
	c.Expect(err).NotTo(HaveOccurred())
	got, err := client.Resource(schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}).
		Namespace("default").Get(t.Context(), "x", metav1.GetOptions{})
	c.Expect(err).NotTo(HaveOccurred())
	c.Expect(got.Labels).NotTo(HaveKey("nothing"))
	c.Expect(got.UID).To(Equal(list.Items[0].UID))
}

func TestDynamicClientsAndInformers(t *testing.T) {
	c := newCluster(t)
	client, err := dynamic.NewForConfig(&restclient.Config{Host: "http://cluster.local", Transport: c.door, QPS: -1})
	c.Expect(err).NotTo(HaveOccurred())
	jobs := schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}
	factory := dynamicinformer.NewDynamicSharedInformerFactory(client, 0)
	added := make(chan string, 10)
	_, err = factory.ForResource(jobs).Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) { added <- obj.(*unstructured.Unstructured).GetName() },
	})
	c.Expect(err).NotTo(HaveOccurred())
	factory.Start(t.Context().Done())
	factory.WaitForCacheSync(t.Context().Done())
	var u unstructured.Unstructured
	c.Expect(json.Unmarshal([]byte(goodJob), &u.Object)).To(Succeed())
	created, err := client.Resource(jobs).Namespace("default").Create(t.Context(), &u, metav1.CreateOptions{})
	c.Expect(err).NotTo(HaveOccurred())
	c.Expect(created.GetKind()).To(Equal("Job"))
	c.Expect(<-added).To(Equal("x"))
}

// A watch over a real connection is a stream of lines, which ends when the client goes.
func TestWatchesOverConnections(t *testing.T) {
	c := newCluster(t)
	server := httptest.NewServer(c.door)
	defer server.Close()
	res, err := http.Get(server.URL + jobsPath + "?watch=true")
	c.Expect(err).NotTo(HaveOccurred())
	c.call("POST", jobsPath, goodJob)
	lines := bufio.NewScanner(res.Body)
	c.Expect(lines.Scan()).To(BeTrue())
	c.Expect(lines.Text()).To(HavePrefix(`{"type":"ADDED","object":{"kind":"Job","apiVersion":"batch/v1",`))
	c.Expect(res.Body.Close()).To(Succeed())
}

func TestTablesAreWatched(t *testing.T) {
	c := newCluster(t)
	res := c.call("GET", jobsPath+"?watch=true", "", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	c.call("POST", jobsPath, goodJob)
	c.call("POST", jobsPath, strings.Replace(goodJob, `"x"`, `"y"`, 1))
	lines := bufio.NewScanner(res.Body)
	for i, name := range []string{"x", "y"} {
		c.Expect(lines.Scan()).To(BeTrue())
		var e struct {
			Type   string
			Object metav1.Table
		}
		c.Expect(json.Unmarshal(lines.Bytes(), &e)).To(Succeed())
		c.Expect(e.Object.Rows[0].Cells[0]).To(Equal(name))
		c.Expect(e.Object.ColumnDefinitions == nil).To(Equal(i > 0), "columns are sent once")
	}
}

// The server does not keep events for a client that does not read: it ends the watch, and the client has to list again.
func TestWatchesThatAreNotRead(t *testing.T) {
	c := newCluster(t)
	res := c.call("GET", jobsPath+"?watch=true", "")
	for range 2 * slowest {
		c.call("POST", jobsPath, strings.Replace(goodJob, `"name":"x"`, `"generateName":"x-"`, 1))
	}
	lines := bufio.NewScanner(res.Body)
	read := 0
	for lines.Scan() {
		read++
	}
	c.Expect(lines.Err()).NotTo(HaveOccurred())
	c.Expect(read).To(Equal(slowest))
	jobs, _, err := c.server.As("test").List(apiserver.Selection{Resource: apiserver.Jobs})
	c.Expect(err).NotTo(HaveOccurred())
	c.Expect(jobs).To(HaveLen(2 * slowest))
}

func TestDeleteCollection(t *testing.T) {
	c := newCluster(t)
	for _, name := range []string{"a", "b", "c"} {
		c.call("POST", jobsPath, strings.Replace(goodJob, `"name":"x"`, `"labels":{"on":"`+name+`"},"name":"`+name+`"`, 1))
	}
	res := c.call("DELETE", jobsPath+"?labelSelector=on+in+(a,b)&propagationPolicy=Background", "")
	c.Expect(res.StatusCode).To(Equal(200))
	deleted := decode[struct {
		Kind  string
		Items []metav1.PartialObjectMetadata
	}](c, res)
	c.Expect(deleted.Kind).To(Equal("JobList"))
	c.Expect(deleted.Items).To(HaveLen(2))
	c.Expect(c.call("GET", jobsPath+"/a", "").StatusCode).To(Equal(404))
	c.Expect(c.call("GET", jobsPath+"/c", "").StatusCode).To(Equal(200))
	c.Expect(c.call("DELETE", jobsPath+"?dryRun=All", "").StatusCode).To(Equal(200))
	c.Expect(c.call("GET", jobsPath+"/c", "").StatusCode).To(Equal(200))
}

func TestPodsAreBoundAndAnswered(t *testing.T) {
	c := newCluster(t)
	pod := `{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}`
	c.Expect(c.call("POST", podsPath, pod).StatusCode).To(Equal(201))
	c.Expect(c.call("POST", podsPath+"/p/binding", `{"target":{"kind":"Node","name":"n"}}`).StatusCode).To(Equal(201))
	got := decode[struct{ Spec struct{ NodeName string } }](c, c.call("GET", podsPath+"/p", ""))
	c.Expect(got.Spec.NodeName).To(Equal("n"))
	res := c.call("DELETE", podsPath+"/p?gracePeriodSeconds=0", "")
	c.Expect(decode[metav1.PartialObjectMetadata](c, res).Kind).To(Equal("Pod"))
	c.Expect(c.call("GET", podsPath+"/p", "").StatusCode).To(Equal(404))
}
