package main

import (
	"strings"
	"testing"
)

// TestAnswer: the agent finds out what went wrong.
func TestAnswer(t *testing.T) {
	t.Parallel()
	answer, err := run(t.Context())
	if err != nil || !strings.Contains(answer, "Value of userName already in use") || len(answer) < 100 {
		t.Error(answer, err)
	}
}
