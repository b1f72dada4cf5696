package main

import (
	"encoding"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/rivo/uniseg"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// tone is the colour of a cell on a terminal: the parameters of its escape sequence, "" for none.
type tone string

const (
	toneGood  tone = "32"
	toneWarn  tone = "33"
	toneBad   tone = "31"
	toneFaint tone = "2"
	toneLabel tone = "1"
)

// cell is one value of a table.
type cell struct {
	text string
	tone tone
}

// column is one field of a row.
type column struct {
	label    string // lower case
	index    []int
	optional bool // not printed by printRow if zero
}

// columnsOf returns the columns of a struct, in its order. Embedded structs are flattened, as encoding/json does.
func columnsOf(t reflect.Type) (columns []column) {
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		label := f.Tag.Get("col")
		if f.Anonymous || !f.IsExported() || name == "-" || label == "-" {
			continue
		}
		if label == "" {
			label = words(name)
		}
		columns = append(columns, column{label: label, index: f.Index, optional: strings.Contains(options, "omit")})
	}
	return columns
}

// words splits a name in camel case: lastUsed becomes "last used".
func words(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// cellOf writes a value as people read it.
func cellOf(v reflect.Value) cell {
	var c cell
	if toned, ok := v.Interface().(interface{ tone() tone }); ok {
		c.tone = toned.tone()
	}
	if c.text = textOf(v); c.text == "" {
		c.text = "-"
	}
	c.text = strings.Map(func(r rune) rune { // a value must not move the cursor or break the line
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, c.text)
	return c
}

func textOf(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Time:
		if x.IsZero() {
			return ""
		}
		return x.UTC().Format(time.RFC3339)
	case time.Duration:
		return durationText(x)
	case fmt.Stringer:
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return ""
		}
		return x.String()
	case encoding.TextMarshaler:
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return ""
		}
		text, _ := x.MarshalText()
		return string(text)
	}
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return "yes"
		}
		return "no"
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = textOf(v.Index(i))
		}
		return strings.Join(parts, ",")
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return ""
		}
		return textOf(v.Elem())
	}
	return fmt.Sprint(v.Interface())
}

// textTable has columns that are as wide as their widest cell, as a terminal shows it.
type textTable struct {
	colour bool
	header []string
	lines  [][]cell
}

const columnGap = 2

func (t *textTable) write(out io.Writer) error {
	lines := t.lines
	if len(t.header) > 0 {
		head := make([]cell, len(t.header))
		for i, h := range t.header {
			head[i] = cell{text: h, tone: toneLabel}
		}
		lines = append([][]cell{head}, lines...)
	}
	var widths []int
	for _, line := range lines {
		for i, c := range line {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(c.text))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		for i, c := range line {
			b.WriteString(paint(t.colour, c.tone, c.text))
			if i < len(line)-1 { // no spaces at the end of a line
				b.WriteString(strings.Repeat(" ", widths[i]-uniseg.StringWidth(c.text)+columnGap))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// paint writes a text in a tone, if there is colour.
func paint(colour bool, t tone, text string) string {
	if !colour || t == "" {
		return text
	}
	return "\x1b[" + string(t) + "m" + text + "\x1b[0m"
}

// noColorFlag is the name of a flag of all commands.
const noColorFlag = "no-color"

// coloured reports whether a command may use colour on out: a terminal, unless NO_COLOR, TERM=dumb or --no-color says
// otherwise.
func coloured(cmd *cobra.Command, out io.Writer) bool {
	if f := cmd.Root().PersistentFlags().Lookup(noColorFlag); f != nil && f.Value.String() == "true" {
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(out)
}

// isTerminal reports whether a person reads what is written to out.
func isTerminal(out any) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) //nolint:gosec // a descriptor fits
}
