package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// print writes the two tables as Markdown.
func print(w io.Writer, rates []rateResult, jobs []jobResult) error {
	var b strings.Builder
	b.WriteString("| Load | Played | Table, units/s | Fullest key | Units/s | Share | First wall of this key | Below and above | What moves it |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range rates {
		fmt.Fprintf(&b, "| %s | %s requests, %s | %s read, %s write | `%s` | %s | %s | %s requests/s a tenant | %s | %s |\n", r.name,
			number(float64(r.requests)), plural(r.played, "tenant"), number(r.total[0]), number(r.total[1]), family(r.hot.KeyUnits), units(r.hot.KeyUnits),
			percent(r.hot.share), number(r.wall), r.confirmed(), advice(r.hot.KeyUnits))
	}
	b.WriteString("\n| Job | Played with | Fullest key | Units | Time of the key | Requests of 28 s | What moves it |\n|---|---|---|---|---|---|---|\n")
	for _, j := range jobs {
		fmt.Fprintf(&b, "| %s | %s members | `%s` | %s | %s s | %s | %s |\n", j.name, number(float64(j.played)), family(j.hot), units(j.hot), number(j.seconds),
			number(float64(j.requests())), advice(j.hot))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// confirmed says whether the buckets agree with the wall.
func (r rateResult) confirmed() string {
	switch {
	case r.below > 0:
		return fmt.Sprintf("throttled at 0.9 of it (%d)", r.below)
	case r.above:
		return "0 throttled at 0.9, throttled at 1.3"
	}
	return "not played: too many requests"
}

// family is a partition key without its names: T#…#E#User#0, with the index before it.
func family(k dynamotest.KeyUnits) string {
	parts := strings.Split(k.Key, "#")
	for i, p := range parts {
		if i == 1 || len(p) > 20 {
			parts[i] = "…"
		}
	}
	name := strings.Join(parts, "#")
	if k.Index != "" {
		return k.Index + " " + name
	}
	return name
}

// advice is what moves the wall of a key.
func advice(k dynamotest.KeyUnits) string {
	for _, a := range []struct{ kind, text string }{
		{"#TOK", "a longer cache of tokens, or more requests for each process"},
		{"#CFG", "a longer cache of settings"},
		{"#R#", "more shards of the reverse index"},
		{"#M#", "more shards of a group's edges; chunks instead of one request"},
		{"#E#", "more shards of a type, with pages merged from them"},
		{"#X#", "nothing: one item a value"},
		{"#A", "no log of reads, or a log in shards"},
		{"#N", "counting in larger batches of the stream"},
	} {
		if strings.Contains(k.Key, a.kind) {
			return a.text
		}
	}
	return "-"
}

func units(k dynamotest.KeyUnits) string {
	s := dynamotest.Service()
	if k.Write/s.WriteUnits >= k.Read/s.ReadUnits {
		return number(k.Write) + " write"
	}
	return number(k.Read) + " read"
}

func percent(f float64) string {
	if f < 0.001 {
		return "< 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*f)
}

func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// number has three digits that count, and commas.
func number(f float64) string {
	switch {
	case f < 0.1:
		return fmt.Sprintf("%.3f", f)
	case f < 10:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
	}
	s := fmt.Sprintf("%.0f", f)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
