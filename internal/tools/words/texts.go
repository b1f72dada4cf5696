package main

import (
	"errors"
	"go/scanner"
	"go/token"
	"path"
	"strings"
)

// line is one line of a text, with single spaces and without comment markers.
type line struct {
	number int
	text   string
}

// block is a sequence of lines that flow together: a comment, a string literal, a paragraph.
type block []line

// text joins the lines with spaces, so that a phrase is found across a line break.
func (b block) text() string {
	parts := make([]string, len(b))
	for i, l := range b {
		parts[i] = l.text
	}
	return strings.Join(parts, " ")
}

// at returns the line that contains an offset of text.
func (b block) at(offset int) line {
	for _, l := range b {
		if offset <= len(l.text) {
			return l
		}
		offset -= len(l.text) + 1
	}
	return b[len(b)-1]
}

// texts returns the texts of a file. Of a Go file these are the comments and string literals.
func texts(name string, src []byte) ([]block, error) {
	if path.Ext(name) == ".go" {
		return goTexts(name, src)
	}
	var p paragraphs
	for i, l := range strings.Split(string(src), "\n") {
		p.add(i+1, strings.TrimLeft(l, "#> \t"))
	}
	return p.blocks, nil
}

// goTexts scans a Go file. Comments on consecutive lines flow together; a string literal is a
// block of its own.
func goTexts(name string, src []byte) ([]block, error) {
	fset := token.NewFileSet()
	file := fset.AddFile(name, -1, len(src))
	var faults scanner.ErrorList
	var s scanner.Scanner
	s.Init(file, src, faults.Add, scanner.ScanComments)
	var comments paragraphs
	var out []block
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		first := fset.Position(pos).Line
		switch tok {
		case token.COMMENT:
			for i, l := range strings.Split(lit, "\n") {
				comments.add(first+i, strings.Trim(l, "/* \t"))
			}
		case token.STRING:
			var literal paragraphs
			for i, l := range strings.Split(lit, "\n") {
				literal.add(first+i, strings.Trim(l, "\"`"))
			}
			out = append(out, literal.blocks...)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults.Err())
	}
	return append(out, comments.blocks...), nil
}

// paragraphs collects lines into blocks: an empty line or a gap between line numbers begins a
// new block.
type paragraphs struct {
	blocks []block
	last   int // number of the last line of the last block
}

func (p *paragraphs) add(number int, text string) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return
	}
	if n := len(p.blocks); n > 0 && number == p.last+1 {
		p.blocks[n-1] = append(p.blocks[n-1], line{number, text})
	} else {
		p.blocks = append(p.blocks, block{{number, text}})
	}
	p.last = number
}
