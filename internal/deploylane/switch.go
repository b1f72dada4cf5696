package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/scimstack/scimstack/internal/async"
)

// switched updates the service to each of the next customer files while clients read a user, and checks that every request was
// answered with it. The emulator ends the process of a function that is updated or deleted while it works, which Lambda
// does not; such a request is 502, and is sent once more.
func (u user) switched(ctx context.Context, v variation) error {
	location, token, err := u.ann(ctx, "initech")
	if err != nil {
		return err
	}
	loading, stop := context.WithCancel(ctx)
	defer stop()
	var sent, cut, lost atomic.Int64
	var waits []func() (string, error)
	for range 4 {
		waits = append(waits, async.Start(func() (last string, err error) {
			for loading.Err() == nil {
				problem, again := try(loading, location, token)
				if loading.Err() != nil {
					break // the request was cut off by the end of the load
				}
				sent.Add(1)
				if again {
					cut.Add(1)
				}
				if problem != "" {
					lost.Add(1)
					last = problem
				}
			}
			return last, nil //nolint:nilerr // the end of the load is no error
		}))
	}
	update := func() error {
		for _, file := range v.next {
			dir, err := u.synth(ctx, v.name, file)
			if err != nil {
				return err
			}
			before := sent.Load()
			if _, err := u.deploy(ctx, dir, "scimstack-"+v.name, "Update"); err != nil {
				return err
			}
			fmt.Printf("  updated to %s during %d requests\n", file, sent.Load()-before)
		}
		return nil
	}
	err = update()
	stop()
	var example string
	for _, wait := range waits {
		last, err2 := wait()
		err = errors.Join(err, err2)
		example = max(example, last)
	}
	fmt.Printf("  %d requests, %d cut off by the emulator, %d lost\n", sent.Load(), cut.Load(), lost.Load())
	if lost.Load() > 0 || sent.Load() == 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d requests lost during the updates, such as %s", lost.Load(), sent.Load(), example))
	}
	return err
}

// try sends a request, and sends it again if the emulator has ended the process of the function. It returns what was wrong
// with the answer, or "".
func try(ctx context.Context, location, token string) (problem string, again bool) {
	status, err := get(ctx, location, token)
	if again = status == http.StatusBadGateway; again {
		status, err = get(ctx, location, token)
	}
	switch {
	case err != nil:
		return err.Error(), again
	case status != http.StatusOK:
		return http.StatusText(status), again
	}
	return "", again
}
