package transfer

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"unicode/utf8"
)

// FileError says what is wrong with a file. No line of a file with an error has been written to a place.
type FileError struct {
	Line   int64 // from 1; 0 if it is about the whole file
	Reason string
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return "the file cannot be imported: " + e.Reason
	}
	return fmt.Sprintf("the file cannot be imported: line %d: %s", e.Line, e.Reason)
}

// lineReader reads the lines of a file one by one. It holds no more than one.
type lineReader struct {
	r     *bufio.Reader
	sum   hash.Hash // nil: the checksum is not computed
	lines int64     // that were read
	at    int64     // where the next line begins
	from  int64     // where the line at hand begins
	room  []byte
}

func newLineReader(r io.Reader, sum hash.Hash) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 1<<16), sum: sum}
}

// wrong is an error about the line at hand.
func (l *lineReader) wrong(format string, args ...any) error {
	return &FileError{Line: l.lines, Reason: fmt.Sprintf(format, args...)}
}

// next reads a line. io.EOF says that there is none.
func (l *lineReader) next() (*line, error) {
	l.lines++
	l.from = l.at
	l.room = l.room[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.room = append(l.room, part...)
		if len(l.room) > MaxLine {
			return nil, l.wrong("it is longer than %d bytes", MaxLine)
		}
		if err == nil {
			break
		}
		if errors.Is(err, io.EOF) {
			if len(l.room) == 0 {
				return nil, io.EOF
			}
			return nil, l.wrong("the file ends in the middle of it: it is not complete; export the tenant again")
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
	l.at += int64(len(l.room))
	got, err := l.parse()
	if err == nil && l.sum != nil && got.End == nil {
		_, _ = l.sum.Write(l.room) // never fails
	}
	return got, err
}

// parse reads the line at hand.
func (l *lineReader) parse() (*line, error) {
	if !utf8.Valid(l.room) {
		return nil, l.wrong("it is not UTF-8")
	}
	var v line
	d := json.NewDecoder(bytes.NewReader(l.room))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return nil, l.wrong("it is not a line of an export: %s", reason(err))
	}
	if rest := bytes.TrimSpace(l.room[d.InputOffset():]); len(rest) > 0 {
		return nil, l.wrong("there is something after its value")
	}
	if n := v.kinds(); n != 1 {
		return nil, l.wrong("it has %d of export, settings, token, client, webhook, resource, members and end; a line has one", n)
	}
	return &v, nil
}

// reason is an error of package json without values of the file, which may be secrets.
func reason(err error) string {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("JSON ends or breaks at byte %d", syntax.Offset)
	case errors.As(err, &typ):
		return fmt.Sprintf("%s has a value of the wrong type", typ.Field)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "JSON ends too early"
	}
	return "a member is unknown, or has a value that it cannot have"
}

// kinds is how many kinds of things the line has.
func (v *line) kinds() (n int) {
	for _, there := range [...]bool{v.Export != nil, v.Settings != nil, v.Token != nil, v.Client != nil, v.Webhook != nil,
		v.Resource != nil, v.Members != nil, v.End != nil} {
		if there {
			n++
		}
	}
	return n
}

// head reads the first line. A file of a newer build is refused, whatever its first line has.
func (l *lineReader) head() (*Header, error) {
	first, err := l.next()
	if errors.Is(err, io.EOF) {
		return nil, &FileError{Reason: "it is empty"}
	}
	var version struct {
		Export struct {
			Format int `json:"format"`
		} `json:"export"`
	}
	if json.Unmarshal(l.room, &version) == nil && version.Export.Format > Format {
		return nil, l.wrong("it has the format %d, and this build reads up to %d; use the build that wrote it, or a newer one", version.Export.Format, Format)
	}
	if err != nil {
		return nil, err
	}
	if first.Export == nil || first.Export.Format < 1 {
		return nil, l.wrong("it does not begin as an export of a tenant does")
	}
	return first.Export, nil
}

// ended checks the last line, which was read.
func (l *lineReader) ended(end *endLine) error {
	if end.Lines != l.lines-1 {
		return l.wrong("the export wrote %d lines before this one, and the file has %d: it was changed; export the tenant again", end.Lines, l.lines-1)
	}
	if end.SHA256 != hex.EncodeToString(l.sum.Sum(nil)) {
		return l.wrong("the checksum of the lines before it is another one: the file was changed; export the tenant again")
	}
	if _, err := l.r.ReadByte(); !errors.Is(err, io.EOF) {
		return l.wrong("there are lines after the last one: the file was changed; export the tenant again")
	}
	return nil
}

func newSum() hash.Hash { return sha256.New() }
