// Package still lets a test of a time limit run on a machine that is suspended, or busy with other work, for seconds. Such
// a pause looks to the test like a server that is slow: a Watch notices it, and Steady repeats a trial in which it happened.
//
//	Steady ──► trial ── no error ─────────────────────────────► the test goes on
//	   ▲         └───── an error ──► Watch: was there a pause? ── no ──► the test fails, at once
//	   └──────────────────────────────────────────────────────── yes, and fewer than 5 trials
package still
