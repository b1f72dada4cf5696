package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// units are the units of a duration that time.ParseDuration does not have. A year has 365 days.
func units() []struct {
	name string
	size time.Duration
} {
	const day = 24 * time.Hour
	return []struct {
		name string
		size time.Duration
	}{{"y", 365 * day}, {"w", 7 * day}, {"d", day}}
}

// parseDuration reads a duration as people write it: 30d, 12h, 1y, 2w, 1d12h, 90s. It is not negative. A number needs
// a unit; 0 does not.
func parseDuration(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	rest, sum := text, time.Duration(0)
	for _, u := range units() {
		number, after, found := strings.Cut(rest, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !(n >= 0) || n > float64(math.MaxInt64-sum)/float64(u.size) {
			return 0, badDuration(text)
		}
		sum += time.Duration(n * float64(u.size))
		rest = after
	}
	if rest == "" && text != "" {
		return sum, nil
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 || more > math.MaxInt64-sum {
		return 0, badDuration(text)
	}
	return sum + more, nil
}

func badDuration(text string) error {
	return usagef("%q is not a duration; write a number with a unit, for example 30d, 12h, 1y or 90s", text)
}

// durationText writes a duration with at most two units: 1y, 30d, 1d12h, 90s, 250ms.
func durationText(d time.Duration) string {
	for _, u := range units() {
		if d >= u.size && d%u.size == 0 && u.name != "w" {
			return fmt.Sprintf("%d%s", d/u.size, u.name)
		}
	}
	const day = 24 * time.Hour
	switch {
	case d >= day:
		return fmt.Sprintf("%dd%dh", d/day, d%day/time.Hour)
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d >= time.Second:
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

// durationValue is a flag with a duration that parseDuration reads.
type durationValue struct{ to *time.Duration }

// duration makes a flag's value of a variable, which has the default: cmd.Flags().Var(duration(&d), "grace", "…").
func duration(to *time.Duration) *durationValue { return &durationValue{to} }

// String writes the default.
func (d *durationValue) String() string {
	if d == nil || d.to == nil || *d.to == 0 {
		return ""
	}
	return durationText(*d.to)
}

// Type is the placeholder in the help.
func (d *durationValue) Type() string { return "duration" }

// Set reads the flag.
func (d *durationValue) Set(text string) (err error) {
	got, err := parseDuration(text)
	if err == nil {
		*d.to = got
	}
	return err
}
