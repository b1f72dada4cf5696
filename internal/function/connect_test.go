package function

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// TestConnect: a cold start opens the connection that the first operation uses, and calls no operation for it.
func TestConnect(t *testing.T) {
	t.Parallel()
	var connections, operations atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "" || r.Header.Get("Authorization") != "" {
			operations.Add(1)
		}
		_, _ = w.Write([]byte("{}"))
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	env := map[string]string{"SCIMSTACK_TABLE": "scim", "AWS_ENDPOINT_URL_DYNAMODB": s.URL, "SCIMSTACK_ACTIVITY_DAYS": "7"}
	c, err := FromEnv(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	if c.Days != 7 {
		t.Error(c.Days, "days")
	}
	if err := c.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := operations.Load(); n != 0 {
		t.Errorf("%d operations at a cold start", n)
	}
	if _, err := c.Client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("the first operation opened connection %d", n)
	}
	env["SCIMSTACK_ACTIVITY_DAYS"] = "0"
	if _, err := FromEnv(func(name string) string { return env[name] }); err == nil {
		t.Error("0 days are accepted")
	}
}
