package admin

import (
	"slices"
	"strings"
)

// Nearest returns the known name that a wrong one probably means, or "" if none is close.
func Nearest(wrong string, known []string) string {
	best, distance := "", max(2, len(wrong)/3)+1
	lower := strings.ToLower(wrong)
	for _, name := range known {
		if d := edits(lower, strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// edits is the number of characters to insert, delete or replace between two names.
func edits(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(diagonal+cost, row[j]+1, row[j+1]+1)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}

// use is a remedy that names the nearest known name, or all of them.
func use(wrong string, known []string) string {
	if n := Nearest(wrong, known); n != "" {
		return "did you mean " + n + "? All: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
	}
	return "use one of " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}
