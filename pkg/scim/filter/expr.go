package filter

import (
	"cmp"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Limits of a filter or path (F-30).
const (
	maxLength = 8192
	maxDepth  = 64
	maxTerms  = 256
)

// Op is a comparison operator.
type Op uint8

// The operators of RFC 7644 Table 3.
const (
	Eq Op = iota
	Ne
	Co
	Sw
	Ew
	Gt
	Ge
	Lt
	Le
	Pr
)

var opNames = [...]string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"}

func (o Op) String() string { return opNames[o] }

// parseOp reads an operator, in any case (F-02).
func parseOp(s string) (Op, bool) {
	for i, name := range opNames {
		if schema.SameName(s, name) {
			return Op(i), true
		}
	}
	return 0, false
}

// Kind is the JSON type of a literal.
type Kind uint8

// The JSON types of literals.
const (
	Null Kind = iota
	String
	Number
	True
	False
)

var words = [...]string{Null: "null", True: "true", False: "false"}

// Literal is the value that an attribute is compared with. Text is the unescaped string, or what
// the client wrote for another kind.
type Literal struct {
	Kind Kind
	Text string
	// Loose says that the type of the attribute decides how Text is read, and Kind only where the
	// type leaves a choice: Parse sets it, ParseStrict does not.
	Loose bool
}

// Expr is a node of a parsed filter: *Comparison, *Logical, *Not or *ValuePath. A Provider with
// a query language of its own walks the tree to translate it. String returns the filter in the
// form of RFC 7644; Parse reads an equal tree from it. Immutable.
type Expr interface {
	String() string
	print(b *strings.Builder)
}

// Comparison is `attr op literal` or `attr pr`. Attr is as the client wrote it.
type Comparison struct {
	Attr  string
	Op    Op
	Value Literal
}

// Logical joins two expressions with "and" (And is true) or "or".
type Logical struct {
	And         bool
	Left, Right Expr
}

// Not is `not (X)`.
type Not struct{ X Expr }

// ValuePath is `attr[filter]`: one element must meet the whole filter (F-05).
type ValuePath struct {
	Attr   string
	Filter Expr
	Loose  bool // a single value counts as a list of one; as in Literal
}

func (e *Comparison) String() string { return printed(e) }
func (e *Logical) String() string    { return printed(e) }
func (e *Not) String() string        { return printed(e) }
func (e *ValuePath) String() string  { return printed(e) }

func printed(e Expr) string {
	var b strings.Builder
	e.print(&b)
	return b.String()
}

func (e *Comparison) print(b *strings.Builder) {
	b.WriteString(e.Attr)
	b.WriteByte(' ')
	b.WriteString(e.Op.String())
	if e.Op == Pr {
		return
	}
	b.WriteByte(' ')
	switch e.Value.Kind {
	case String:
		b.Write(schema.AppendValue(nil, e.Value.Text))
	case Number:
		b.WriteString(e.Value.Text)
	default:
		b.WriteString(cmp.Or(e.Value.Text, words[e.Value.Kind]))
	}
}

func (e *Logical) print(b *strings.Builder) {
	word := " or "
	if e.And {
		word = " and "
	}
	e.side(b, e.Left, false)
	b.WriteString(word)
	e.side(b, e.Right, true)
}

// side prints one operand, with parentheses where precedence or the shape of the tree needs
// them: "and" binds tighter than "or", and both are left-associative.
func (e *Logical) side(b *strings.Builder, x Expr, right bool) {
	l, ok := x.(*Logical)
	if ok && (e.And && !l.And || right && e.And == l.And) {
		b.WriteByte('(')
		x.print(b)
		b.WriteByte(')')
		return
	}
	x.print(b)
}

func (e *Not) print(b *strings.Builder) {
	b.WriteString("not (")
	e.X.print(b)
	b.WriteByte(')')
}

func (e *ValuePath) print(b *strings.Builder) {
	b.WriteString(e.Attr)
	b.WriteByte('[')
	e.Filter.print(b)
	b.WriteByte(']')
}
