package guide

import (
	"fmt"
	"strings"
)

// Block is one fenced block of a page.
type Block struct {
	Line int    // of the fence
	Lang string // empty for a drawing
	Body string // without the fence, and without its indentation
	Mark Mark
}

// Mark says how a block is treated. At most one member is set.
type Mark struct {
	NotRun string // the reason
	Part   string // the file that has the block, from the root of the repository
	Shown  bool
}

// Runs reports whether a block must be run, compiled or compared: it is none of drawings and skipped blocks.
func (b Block) Runs() bool { return b.Lang != "" && b.Mark.NotRun == "" }

// Blocks returns the blocks of a page in their order. It fails for a mark that it does not know or that
// is on no line before a block, and for a fence that is not closed. Other comments are no marks.
func Blocks(page string) ([]Block, error) {
	var out []Block
	var mark *Mark
	lines := strings.Split(page, "\n")
	for i := 0; i < len(lines); i++ {
		text := strings.TrimSpace(lines[i])
		if comment, ok := strings.CutPrefix(text, "<!--"); ok {
			m, err := parseMark(strings.TrimSpace(strings.TrimSuffix(comment, "-->")))
			if before := i+1 < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[i+1]), "```"); before != (err == nil) {
				return nil, fmt.Errorf("line %d: %q: a mark that is unknown, or not before a block", i+1, text)
			} else if before {
				mark = &m
			}
			continue
		}
		lang, ok := strings.CutPrefix(text, "```")
		if !ok {
			continue
		}
		b := Block{Line: i + 1, Lang: strings.TrimSpace(lang)}
		if mark != nil {
			b.Mark, mark = *mark, nil
		}
		indent, _, _ := strings.Cut(lines[i], "`")
		for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "```"; i++ {
			b.Body += strings.TrimPrefix(lines[i], indent) + "\n"
		}
		if i == len(lines) {
			return nil, fmt.Errorf("line %d: the block does not end", b.Line)
		}
		out = append(out, b)
	}
	return out, nil
}

func parseMark(text string) (Mark, error) {
	if reason, ok := strings.CutPrefix(text, "not run: "); ok && len(reason) > 10 {
		return Mark{NotRun: reason}, nil
	}
	if file, ok := strings.CutPrefix(text, "part of "); ok {
		return Mark{Part: file}, nil
	}
	if text == "shown" {
		return Mark{Shown: true}, nil
	}
	return Mark{}, fmt.Errorf("unknown mark")
}
