package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// dirVariable makes the test binary the program, in a folder.
const dirVariable = "CONSUMER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(dirVariable); dir != "" {
		err := run(context.Background(), dir, "127.0.0.1:0", func(base, token string) { fmt.Printf("%s|%s\n", base, token) })
		fmt.Println(err)
		os.Exit(1)
	}
	m.Run()
}

// process is the running program.
type process struct {
	*testing.T
	cmd         *exec.Cmd
	base, token string
}

func (p *process) start(dir string) {
	p.Helper()
	p.cmd = exec.CommandContext(p.Context(), os.Args[0])
	p.cmd.Env = append(os.Environ(), dirVariable+"="+dir)
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	base, token, ok := strings.Cut(strings.TrimSpace(line), "|")
	if err != nil || !ok {
		p.Fatal(line, err)
	}
	if p.base = base; token != "" {
		p.token = token
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// send sends a request and decodes the answer.
func (p *process) send(want int, method, path, body string, answer any) {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), method, p.base+"/acme"+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		p.Fatalf("%s %s: %d %s %v", method, path, res.StatusCode, b, err)
	}
	if answer != nil {
		if err := json.Unmarshal(b, answer); err != nil {
			p.Fatal(err)
		}
	}
}

// TestKilled: the program is killed after every few changes. In the end the tables of the application equal
// the directory, and the sessions of those who may not sign in have ended.
func TestKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	app, err := openApplication(t.Context(), filepath.Join(dir, "app.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer app.db.Close()
	p := &process{T: t}
	var ids []string
	var group struct{ ID string }
	for round := range 5 {
		p.start(dir)
		if round == 0 {
			p.send(201, "POST", "/Groups", `{"displayName":"Admins"}`, &group)
		}
		for n := range 6 {
			var made struct{ ID string }
			p.send(201, "POST", "/Users", fmt.Sprintf(`{"userName":"u%d%d","emails":[{"value":"u%[1]d%d@example.com"}]}`, round, n), &made)
			ids = append(ids, made.ID)
			if _, err := app.db.ExecContext(t.Context(), `INSERT INTO sessions VALUES ('acme', ?1, 'x')`, made.ID); err != nil {
				t.Fatal(err)
			}
			p.send(204, "PATCH", "/Groups/"+group.ID, `{"Operations":[{"op":"add","path":"members","value":[{"value":"`+made.ID+`"}]}]}`, nil)
		}
		p.send(200, "PATCH", "/Users/"+ids[len(ids)-1], `{"Operations":[{"op":"replace","path":"active","value":false}]}`, nil)
		p.send(204, "DELETE", "/Users/"+ids[len(ids)-2], "", nil)
		p.kill()
	}
	p.start(dir)
	defer p.kill()
	var list struct {
		Resources []struct {
			ID     string
			Active bool
		}
	}
	p.send(200, "GET", "/Users?count=100", "", &list)
	users, sessions := map[string]bool{}, 0
	for _, r := range list.Resources {
		if users[r.ID] = r.Active; r.Active {
			sessions++
		}
	}
	if len(users) != 25 || sessions != 20 {
		t.Fatalf("%d users, %d active", len(users), sessions)
	}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		kept, open, roles := app.state(t)
		if reflect.DeepEqual(kept, users) && open == sessions && roles == len(users) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the application has %v, %d sessions and %d roles; the directory %v", kept, open, roles, users)
		}
	}
}

// state is what the application has: whether each user is active, and how many sessions and roles there are.
func (a *application) state(t *testing.T) (users map[string]bool, sessions, roles int) {
	t.Helper()
	rows, err := a.db.QueryContext(t.Context(), `SELECT id, active FROM users`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	users = map[string]bool{}
	for rows.Next() {
		var id string
		var active bool
		if err := rows.Scan(&id, &active); err != nil {
			t.Fatal(err)
		}
		users[id] = active
	}
	err = a.db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM roles)`).Scan(&sessions, &roles)
	if err != nil || rows.Err() != nil {
		t.Fatal(err, rows.Err())
	}
	return users, sessions, roles
}
