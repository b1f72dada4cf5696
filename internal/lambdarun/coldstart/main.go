// Command coldstart measures the time from the start of a bootstrap to its first poll of the Runtime
// API, and prints the median:
//
//	coldstart -n 40 build/x86_64/users/bootstrap
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

func main() {
	n := flag.Int("n", 40, "number of starts")
	flag.Parse()
	for _, path := range flag.Args() {
		took, err := measure(path, *n)
		if err != nil {
			fmt.Fprintln(os.Stderr, "coldstart:", err)
			os.Exit(1)
		}
		slices.Sort(took)
		fmt.Printf("%s: start to first poll %.1f ms median of %d (fastest %.1f, slowest %.1f)\n",
			path, ms(took[len(took)/2]), len(took), ms(took[0]), ms(took[len(took)-1]))
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// measure starts a bootstrap n times, and returns the times to its first poll.
func measure(path string, n int) ([]time.Duration, error) {
	ctx := context.Background()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	polled := make(chan time.Time, 1)
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		polled <- time.Now()
		<-r.Context().Done() // there is no event for it
	})}
	async.Go(func() error { return server.Serve(listener) })
	defer server.Close()
	var took []time.Duration
	for range n {
		cmd := exec.CommandContext(ctx, path)
		cmd.Env = []string{
			"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(), "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x",
			"AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1", "SCIMSTACK_TABLE=scim", "SCIMSTACK_PUBLIC_BASE=https://scim.example.com/scim/v2",
			"SCIMSTACK_WAKE_QUEUE=https://sqs.us-east-1.amazonaws.com/111122223333/wake", "SCIMSTACK_WEBHOOKS=on",
		}
		cmd.Stderr = os.Stderr
		start := time.Now()
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		select {
		case at := <-polled:
			took = append(took, at.Sub(start))
		case <-time.After(10 * time.Second):
			err = fmt.Errorf("%s did not poll the Runtime API within 10 s; its output has the reason", path)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
		if err != nil {
			return nil, err
		}
	}
	return took, nil
}
