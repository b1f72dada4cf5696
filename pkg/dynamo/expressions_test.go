package dynamo_test

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// TestExpressions prints every expression of the staged-write protocol: a change of the
// protocol is a change of this file.
func TestExpressions(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/expressions.golden", dynamo.Expressions(), "a change of the protocol needs a reason; renew with -update")
}

// TestExpressionsInOnePlace: no file but state.go names an attribute of the protocol in an
// expression.
func TestExpressionsInOnePlace(t *testing.T) {
	t.Parallel()
	protocol := regexp.MustCompile(`\b(pend|seq|vo|mc|ep|eu)\b|attribute_(not_)?exists|if_not_exists`)
	for name, f := range source(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if name != "state.go" && name != "keys.go" && name != "expression.go" && protocol.MatchString(n.Value) {
					t.Errorf("%s has the expression %s", name, n.Value)
				}
			case *ast.BinaryExpr: // concatenation with an attribute's name
				for _, side := range []ast.Expr{n.X, n.Y} {
					id, ok := side.(*ast.Ident)
					if ok && name != "state.go" && isProtocol(id.Name) {
						t.Errorf("%s makes an expression with %s", name, id.Name)
					}
				}
			}
			return true
		})
	}
}

func isProtocol(name string) bool {
	for _, attr := range []string{"attrCount", "attrSeq", "attrVoid", "attrLease", "attrAdded", "attrRemoved", "attrEpoch"} {
		if strings.HasPrefix(name, attr) {
			return true
		}
	}
	return false
}
