package health

import "time"

// Stage returns the stage of the warnings about a credential that ends: 30, 14, 3 or 1, the number of
// days within which it ends; 0 if it does not end within 30 days.
func Stage(left time.Duration) int {
	for _, days := range []int{1, 3, 14, 30} {
		if left <= time.Duration(days)*day {
			return days
		}
	}
	return 0
}

// daysLeft is the number of whole days until a time, negative after it.
func daysLeft(expires, now time.Time) int {
	left := expires.Sub(now)
	if left < 0 {
		return -1 - int(-left/day)
	}
	return int(left / day)
}
