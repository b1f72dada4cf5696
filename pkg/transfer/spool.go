package transfer

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// spool is a temporary file with lines, each with the ref that it is of. It holds hashes, so that only this user can read
// it, and it has no name where the system allows that: nothing is left of it when the process is killed.
type spool struct {
	file *os.File
	w    *bufio.Writer
	size int64
	head []byte
	gone bool // the name is removed
}

// span is a part of a spool.
type span struct{ at, n int64 }

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "scimstack-transfer-") // mode 0600
	if err != nil {
		return nil, unspooled(dir, err)
	}
	s := &spool{file: f, w: bufio.NewWriterSize(spoolWriter{f, dir}, 1<<16)}
	s.gone = os.Remove(f.Name()) == nil
	return s, nil
}

// spoolWriter is the file of a spool. Its errors name the folder, which is not that of the file that the caller writes.
type spoolWriter struct {
	file *os.File
	dir  string
}

func (w spoolWriter) Write(b []byte) (int, error) {
	n, err := w.file.Write(b)
	return n, unspooled(w.dir, err)
}

// unspooled says where temporary files are, and how to have them elsewhere.
func unspooled(dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case dir == "":
		return fmt.Errorf("a temporary file: %w; name a folder with room for the tenant in the environment variable TMPDIR", err)
	}
	return fmt.Errorf("a temporary file: %w; name another folder for temporary files", err)
}

// close removes the spool.
func (s *spool) close() {
	_ = s.file.Close()
	if !s.gone {
		_ = os.Remove(s.file.Name())
	}
}

// add writes a line, which ends with a line break.
func (s *spool) add(of ref, text []byte) error {
	s.head = binary.AppendVarint(s.head[:0], int64(of.rank))
	s.head = binary.AppendVarint(s.head, int64(len(of.id)))
	s.head = append(s.head, of.id...)
	s.head = binary.AppendVarint(s.head, int64(len(text)))
	for _, part := range [...][]byte{s.head, text} {
		n, err := s.w.Write(part)
		s.size += int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// read returns a reader of a part, from which nothing may be added while it is read.
func (s *spool) read(part span) (*spoolReader, error) {
	if err := s.w.Flush(); err != nil {
		return nil, err
	}
	r := &spoolReader{r: bufio.NewReaderSize(io.NewSectionReader(s.file, part.at, part.n), 1<<16)}
	return r, r.next()
}

// all is the whole spool.
func (s *spool) all() span { return span{0, s.size} }

// spoolReader reads lines of a spool.
type spoolReader struct {
	r    *bufio.Reader
	of   ref    // of the line at hand
	text []byte // the line at hand; nil at the end. It is valid until next
	room []byte
}

// next goes to the next line.
func (r *spoolReader) next() error {
	r.text = nil
	rank, err := binary.ReadVarint(r.r)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	id, err := r.bytes()
	if err != nil {
		return err
	}
	r.of = ref{int(rank), string(id)}
	r.text, err = r.bytes()
	return err
}

func (r *spoolReader) bytes() ([]byte, error) {
	n, err := binary.ReadVarint(r.r)
	if err != nil {
		return nil, err
	}
	if int64(cap(r.room)) < n {
		r.room = make([]byte, n)
	}
	r.room = r.room[:n]
	_, err = io.ReadFull(r.r, r.room)
	return r.room, err
}
