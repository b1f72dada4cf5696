// Package still lets a test of a time limit run on a machine that is suspended, or busy with other work, for seconds. Such
// a pause looks to the test like a server that is slow: a Watch notices it, and Steady repeats a trial in which it happened.
package still
