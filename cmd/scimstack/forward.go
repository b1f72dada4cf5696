package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/eventclient"
	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// listenCommand forwards the facts of a server to a program on this machine, as webhooks.
func listenCommand() *cobra.Command {
	var t target
	var q eventclient.Query
	var forward, key string
	cmd := &cobra.Command{
		Use:   "listen",
		Short: "Forward the facts of a service to a program on this machine, as signed webhooks, without a tunnel",
		Long: `Reads the feed of a tenant and sends each fact to a program on this machine, as its webhook would get it from the
service: in order, signed as the Standard Webhooks specification says, and again until the answer is 2xx.`,
		Example: `  scimstack listen --forward http://localhost:3000/hook --base https://scim.example.com/scim/v2/acme --token TOKEN`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if forward == "" {
				return usagef("--forward is required; write the URL of your program, such as http://localhost:3000/hook")
			}
			to, err := newForwarder(forward, key)
			if err != nil {
				return err
			}
			c, err := t.events(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "signing secret %s\nforwarding to %s; Ctrl-C stops\n", to.key, forward)
			for raw, err := range c.Facts(cmd.Context(), q, true) {
				if err == nil {
					err = to.send(cmd.Context(), raw, func(cause error) { fmt.Fprintf(cmd.ErrOrStderr(), "%v; it is sent again\n", cause) })
				}
				if err == nil {
					err = printFact(cmd.OutOrStdout(), raw)
				}
				if err != nil {
					return ended(cmd.Context(), err)
				}
			}
			return nil
		},
	}
	t.flags(cmd)
	selectFacts(cmd, &q, "now", "")
	cmd.Flags().StringVar(&forward, "forward", "", "URL of the program: http or https on this machine, or https elsewhere")
	cmd.Flags().StringVar(&key, "secret", "", "signing secret, whsec_… (default: a new one, which is printed)")
	return cmd
}

// forwarder sends facts to a program.
type forwarder struct {
	client   *outbound.Client
	url, key string
}

// newForwarder returns a forwarder to a URL that may be on this machine. It signs with the key, or with a new one if
// the key is "".
func newForwarder(url, key string) (*forwarder, error) {
	if key == "" {
		key = webhook.NewSecret()
	}
	to := &forwarder{client: outbound.New(outbound.Options{Loopback: true, Timeout: 10 * time.Second}), url: url, key: key}
	if err := to.client.Check(url); err != nil {
		return nil, usagef("--forward: %w", err)
	}
	if _, err := webhook.Sign("fact", time.Now(), nil, key); err != nil { // now, and not at the first fact, which may be long after
		return nil, usagef("--secret: %w; leave it out, and a new one is printed", err)
	}
	return to, nil
}

// send sends one fact until it has arrived, or ctx ends.
func (f *forwarder) send(ctx context.Context, raw json.RawMessage, failed func(error)) error {
	var fact feed.Fact
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&fact); err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"type": fact.Type, "timestamp": fact.Time, "data": raw})
	if err != nil {
		return err
	}
	for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
		header, err := webhook.Sign(fact.ID, time.Now(), body, f.key)
		if err != nil {
			return fmt.Errorf("--secret: %w", err)
		}
		if err = f.client.Post(ctx, f.url, header, body); err == nil {
			return nil
		}
		failed(fmt.Errorf("fact %s: %w", fact.ID, err))
		if err := async.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}
