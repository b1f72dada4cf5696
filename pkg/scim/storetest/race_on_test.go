//go:build race

package storetest_test

// underRace: the race detector needs several times the time.
const underRace = true
