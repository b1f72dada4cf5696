//go:build race

package dynamo_test

// underRace: the race detector needs several times the memory and the time.
const underRace = true
