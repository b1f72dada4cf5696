// Package feedtest is the conformance suite of feed.Positions.
//
//	feedtest.Positions(t, open)   open: func(*testing.T, now func() time.Time) feed.Positions
package feedtest
