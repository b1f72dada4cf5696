package scimstack_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// mined panics when a resource with a displayName is written, or members are added to it.
type mined struct {
	*memory.Store
	edges bool
}

func (m mined) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if m.edges && c.If != scim.IfAbsent || !m.edges && slices.ContainsFunc(c.Keys, func(k scim.IndexKey) bool { return k.Attr == "displayName" && k.Value == "mine" }) {
		panic("own store")
	}
	return m.Store.Commit(ctx, t, c)
}

// TestBulkPanic: a panic in one operation of a bulk request, as of an own Store, is the answer of that operation. The others are carried out, and
// the client learns of what it has created.
func TestBulkPanic(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edges    bool
		body     string
		statuses string
	}{
		"an operation": {false, `{"Operations":[
			{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"ann"}},
			{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"mine"}},
			{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"bob"}},
			{"method":"POST","path":"/Groups","bulkId":"h","data":{"displayName":"h","members":[{"value":"bulkId:g"}]}}]}`, "201 500 201 409"},
		"an operation that another one needs first": {false, `{"Operations":[
			{"method":"POST","path":"/Groups","bulkId":"h","data":{"displayName":"h","members":[{"value":"bulkId:g"}]}},
			{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"mine"}},
			{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"bob"}}]}`, "409 500 201"},
		"the end of a circle": {true, `{"Operations":[
			{"method":"POST","path":"/Groups","bulkId":"g","data":{"displayName":"g","members":[{"value":"bulkId:h"}]}},
			{"method":"POST","path":"/Groups","bulkId":"h","data":{"displayName":"h","members":[{"value":"bulkId:g"}]}}]}`, "201 201"},
	} {
		var out bytes.Buffer
		s := start(t, func(config *scimstack.Config) {
			config.Store, config.Logger = mined{memory.New(), c.edges}, slog.New(slog.NewTextHandler(&out, nil))
		})
		answer := s.want(t, http.StatusOK, http.MethodPost, "/scim/v2/acme/Bulk", strings.ReplaceAll(c.body, "\n", ""))
		var statuses []string
		for _, found := range regexp.MustCompile(`"status":"(\d+)"[,}]`).FindAllStringSubmatch(regexp.MustCompile(`"response":\{[^}]*\}`).ReplaceAllString(answer, ""), -1) {
			statuses = append(statuses, found[1])
		}
		if got := strings.Join(statuses, " "); got != c.statuses {
			t.Errorf("%s: %s, want %s: %s", name, got, c.statuses, answer)
		}
		if !c.edges && !strings.Contains(out.String(), "own store") {
			t.Errorf("%s: the log has no cause: %s", name, out.String())
		}
	}
}
