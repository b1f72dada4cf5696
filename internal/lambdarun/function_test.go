package lambdarun_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/lambdarun"
)

// TestMain makes the test binary a bootstrap if BOOTSTRAP is set, and removes the functions that
// the tests have built.
func TestMain(m *testing.M) {
	if mode := os.Getenv("BOOTSTRAP"); mode != "" {
		bootstrap(mode)
	}
	code := m.Run()
	os.RemoveAll(built.dir)
	os.Exit(code)
}

type bytesHandler func(context.Context, []byte) ([]byte, error)

func (h bytesHandler) Invoke(ctx context.Context, event []byte) ([]byte, error) { return h(ctx, event) }

func bootstrap(mode string) {
	switch mode {
	case "exit":
		fmt.Fprintln(os.Stderr, "SCIMSTACK_TABLE is not set")
		os.Exit(1)
	case "init error":
		res, err := http.Post("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+"/2018-06-01/runtime/init/error", "application/json",
			strings.NewReader(`{"errorType":"Config","errorMessage":"SCIMSTACK_TABLE is not set"}`))
		if err == nil {
			res.Body.Close()
		}
		os.Exit(1)
	}
	lambda.Start(bytesHandler(func(ctx context.Context, event []byte) ([]byte, error) {
		switch string(event) {
		case `"panic"`:
			panic("broken")
		case `"die"`:
			os.Exit(3)
		case `"error"`:
			return nil, errors.New("no")
		case `"hang"`:
			select {} // ignores its deadline
		}
		if _, ok := ctx.Deadline(); !ok {
			return nil, errors.New("no deadline")
		}
		return fmt.Appendf(nil, "%d %s", os.Getpid(), event), nil
	}))
}

// output collects the output of processes. It is safe for concurrent use.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start returns a Function whose program is this test binary.
func start(t *testing.T, mode string, limit int, timeout time.Duration) (*lambdarun.Function, *output) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := &output{}
	f := lambdarun.NewFunction(lambdarun.Program{Name: "self", Path: self, Env: []string{"BOOTSTRAP=" + mode}, Max: limit, Timeout: timeout, Log: log})
	t.Cleanup(f.Close)
	return f, log
}

// pid returns the id of the process that served a request.
func pid(t *testing.T, f *lambdarun.Function) string {
	t.Helper()
	answer, err := f.Invoke(t.Context(), []byte(`1`))
	if err != nil {
		t.Fatal(err)
	}
	id, rest, _ := strings.Cut(string(answer), " ")
	if rest != "1" {
		t.Fatalf("answer %s", answer)
	}
	return id
}

// TestFunction: one environment serves request after request. An environment that crashes or hangs is
// replaced.
func TestFunction(t *testing.T) {
	t.Parallel()
	f, log := start(t, "serve", 1, time.Minute)
	first := pid(t, f)
	if again := pid(t, f); again != first {
		t.Error("a new process for the second request")
	}
	var fe *lambdarun.FunctionError
	if _, err := f.Invoke(t.Context(), []byte(`"error"`)); !errors.As(err, &fe) || fe.Message != "no" {
		t.Errorf("error: %v", err)
	}
	if again := pid(t, f); again != first {
		t.Error("an error ended the process")
	}
	if _, err := f.Invoke(t.Context(), []byte(`"panic"`)); !errors.As(err, &fe) || fe.Message != "broken" {
		t.Errorf("panic: %v", err)
	}
	if again := pid(t, f); again == first {
		t.Error("the process outlived a panic")
	}
	if _, err := f.Invoke(t.Context(), []byte(`"die"`)); !errors.As(err, &fe) || fe.Type != "Runtime.ExitError" {
		t.Errorf("die: %v", err)
	}
	first = pid(t, f)
	f.Recycle()
	if again := pid(t, f); again == first {
		t.Error("Recycle kept the process")
	}
	f.Close()
	if _, err := f.Invoke(t.Context(), []byte(`1`)); err == nil {
		t.Error("a closed function accepts a request")
	}
	if !strings.Contains(log.String(), "broken") {
		t.Error("the output of the process is lost")
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	f, _ := start(t, "serve", 1, time.Second)
	if _, err := f.Invoke(t.Context(), []byte(`"hang"`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Invoke(ctx, []byte(`1`)); err == nil {
		t.Error("a cancelled request is served")
	}
}

// TestInit: a function that cannot start reports the reason.
func TestInit(t *testing.T) {
	t.Parallel()
	var fe *lambdarun.FunctionError
	f, log := start(t, "exit", 1, time.Minute)
	if _, err := f.Invoke(t.Context(), []byte(`1`)); !errors.As(err, &fe) || fe.Type != "Runtime.ExitError" || !strings.Contains(log.String(), "SCIMSTACK_TABLE") {
		t.Errorf("%v, output %q", err, log)
	}
	f, _ = start(t, "init error", 1, time.Minute)
	if _, err := f.Invoke(t.Context(), []byte(`1`)); !errors.As(err, &fe) || fe.Message != "SCIMSTACK_TABLE is not set" {
		t.Errorf("%v", err)
	}
	f = lambdarun.NewFunction(lambdarun.Program{Name: "none", Path: "./no-such-bootstrap"})
	for range 5 { // more than Max: a failed start gives its slot back
		if _, err := f.Invoke(t.Context(), []byte(`1`)); err == nil {
			t.Error("a missing program runs")
		}
	}
}

// TestConcurrent: concurrent requests are spread over environments. No environment serves two at once.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	f, _ := start(t, "serve", 3, time.Minute)
	var mu sync.Mutex
	pids := map[string]bool{}
	parts := make([]string, 40)
	for i := range parts {
		parts[i] = fmt.Sprintf(`"%d"`, i)
	}
	if err := async.Each(t.Context(), len(parts), parts, func(ctx context.Context, event string) error {
		answer, err := f.Invoke(ctx, []byte(event))
		id, rest, _ := strings.Cut(string(answer), " ")
		if err != nil || rest != event {
			t.Errorf("%s: %s %v", event, answer, err)
		}
		mu.Lock()
		defer mu.Unlock()
		pids[id] = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(pids) < 1 || len(pids) > 3 {
		t.Errorf("%d processes", len(pids))
	}
}
