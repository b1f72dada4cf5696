//go:build race

package dynamo_test

// underRace: the race detector makes everything several times slower; large loads shrink.
const underRace = true
