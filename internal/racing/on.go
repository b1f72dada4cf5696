//go:build race

package racing

// Enabled reports whether the race detector is there.
const Enabled = true
