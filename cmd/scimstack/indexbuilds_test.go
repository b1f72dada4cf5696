package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// indexed is a service with users of 7 titles, and flags that reach its administration.
type indexed struct {
	*testing.T
	served
	token string
	on    []string
}

// reach names the administration of the process with an operator token.
func (x *indexed) reach(operator string) {
	x.Helper()
	file := filepath.Join(x.TempDir(), "operator")
	if err := os.WriteFile(file, []byte(operator+"\n"), 0o600); err != nil {
		x.Fatal(err)
	}
	x.on = []string{"--server", strings.Split(x.base, "/scim/")[0], "--operator-token-file", file}
}

// populate creates n users.
func (x *indexed) populate(n int) {
	x.Helper()
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	err := async.Each(x.Context(), 8, list, func(_ context.Context, i int) error {
		if status := postAs(x.T, x.base+"/Users", x.token, fmt.Sprintf(`{"userName":"u%d","title":"t%d"}`, i, i%7)); status != http.StatusCreated {
			return fmt.Errorf("u%d: %d", i, status)
		}
		return nil
	})
	if err != nil {
		x.Fatal(err)
	}
}

// count is the number of users with a title.
func (x *indexed) count(title string) int {
	x.Helper()
	return x.total(x.T, x.token, "count=0&filter="+url.QueryEscape(fmt.Sprintf("title eq %q", title)))
}

// run runs a command on the administration.
func (x *indexed) run(args ...string) string {
	x.Helper()
	out, err := command(x.T, append(args, x.on...)...)
	if err != nil {
		x.Fatal(args, err)
	}
	return out
}

// building are the indexes that the tenant shows as not complete.
func (x *indexed) building() []string {
	x.Helper()
	var shown struct{ IndexesBuilding []string }
	if err := json.Unmarshal([]byte(x.run("tenant", "show", "acme", "-o", "json")), &shown); err != nil {
		x.Fatal(err)
	}
	return shown.IndexesBuilding
}

// built waits until the indexes are complete. Answers are the same all the time.
func (x *indexed) built(want int) {
	x.Helper()
	for end := time.Now().Add(5 * time.Minute); len(x.building()) > 0; time.Sleep(500 * time.Millisecond) { // the administration has a rate
		if n := x.count("t3"); n != want || time.Now().After(end) {
			x.Fatalf("%d users while %v is built, want %d", n, x.building(), want)
		}
	}
	x.expect(want, `look up title "t3"`)
}

// expect checks an answer, and what the planner reads for it.
func (x *indexed) expect(want int, way string) {
	x.Helper()
	if n, plan := x.count("t3"), x.run("explain", `title eq "t3"`, "--tenant", "acme"); n != want || !strings.Contains(plan, way) {
		x.Errorf("%d users, want %d by %s:\n%s", n, want, way, plan)
	}
}

// TestIndexAdded: an operator adds an index to a tenant with users. It is shown as not complete and not used, also by a process
// that was killed and started again, and the planner uses it when it is built.
func TestIndexAdded(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, place string) {
		made, err := command(t, "operator", "create", "test", "--store", place, "-o", "json")
		var operator struct{ Secret string }
		if err != nil || json.Unmarshal([]byte(made), &operator) != nil {
			t.Fatal(made, err)
		}
		x := &indexed{T: t, served: startServe(t, nil, "--store", place, "--tenant", "name=acme,rate=100000", "--settle", "1h")}
		x.token = value(x.lines, "token")
		x.reach(operator.Secret)
		x.populate(210)
		x.expect(30, "all resources")
		if out := x.run("tenant", "set", "acme", "indexes=title"); !strings.Contains(out, "User title") {
			t.Errorf("the state is not shown:\n%s", out)
		}
		x.expect(30, "all resources")
		x.kill(t)
		x.served = startServe(t, nil, "--store", place, "--settle", "2s")
		x.reach(operator.Secret)
		if postAs(t, x.base+"/Users", x.token, `{"userName":"late","title":"t3"}`) != http.StatusCreated {
			t.Error("no write while an index is built")
		}
		x.built(31)
	})
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		for _, settle := range []string{"1h", "2s"} {
			p := startServer(t, nil, "dev", "--addr", "127.0.0.1:0", "--admin", "--tenant", "name=acme,rate=100000", "--settle", settle)
			x := &indexed{T: t, served: served{p, value(p.lines, "base URL")}, token: value(p.lines, "token")}
			x.reach(value(p.lines, "operator"))
			x.populate(210)
			x.run("tenant", "set", "acme", "indexes=title")
			if settle == "1h" { // as in a build that lasts
				x.expect(30, "all resources")
			} else {
				x.built(30)
			}
			x.kill(t)
		}
	})
}
