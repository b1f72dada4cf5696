package dynamo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// source parses the files of the package without its tests.
func source(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = f
	}
	return files
}

// TestNoScan: no request reads a whole table. The code has no Scan, and the engine gets none during
// typical requests.
func TestNoScan(t *testing.T) {
	t.Parallel()
	for name, f := range source(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (strings.HasPrefix(id.Name, "Scan") && id.Name != "ScanIndexForward" || strings.Contains(id.Name, "PartiQL") || strings.HasPrefix(id.Name, "ExecuteStatement")) {
				t.Errorf("%s uses %s", name, id.Name)
			}
			return true
		})
	}
	e, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	c := begin(t, s)
	users := seed(t, s, 150)
	g := c.create("/Groups", `{"displayName":"g","members":[`+references(users)+`]}`)
	for _, path := range []string{"/Users", "/Users?startIndex=101", "/Users" + filter(`title pr or emails.type eq "work"`), "/Users?sortBy=userName",
		"/Groups/" + g, "/Groups" + filter(`members.value eq "`+users[3]+`"`), "/Users/" + users[3], "/?count=10"} {
		if status, m := c.do("GET", path, ""); status != 200 {
			t.Errorf("%s: %d %v", path, status, m)
		}
	}
	c.do("DELETE", "/Users/"+users[3], "")
	c.do("DELETE", "/Groups/"+g, "")
	used := e.Meter().Requests
	if used["Scan"] > 0 || used["Query"] == 0 {
		t.Errorf("%v", used)
	}
}

// TestKeysBeginWithTheTenant: N-08. Only pk makes partition keys, and pk takes a scim.TenantID.
func TestKeysBeginWithTheTenant(t *testing.T) {
	t.Parallel()
	for name, f := range source(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if problem := keyProblem(name, n); problem != "" {
				t.Errorf("%s: %s", name, problem)
			}
			return true
		})
	}
}

// keyProblem says what is wrong with a node that makes a key.
func keyProblem(file string, n ast.Node) string {
	switch n := n.(type) {
	case *ast.BasicLit:
		if strings.Contains(n.Value, `"T#`) && file != "keys.go" {
			return n.Value
		}
	case *ast.CompositeLit:
		if id, ok := n.Type.(*ast.Ident); ok && id.Name == "key" && file != "keys.go" && len(n.Elts) > 0 {
			return "makes a key without keys.go"
		}
	case *ast.FuncDecl:
		if file == "keys.go" && n.Type.Results != nil && n.Name.Name != "keyOf" && n.Name.Name != "versionKey" && n.Name.Name != "operatorKey" && makesKeys(n) && !takesTenant(n) {
			return n.Name.Name + " makes a key without a tenant"
		}
	}
	return ""
}

// versionPK is the partition of the version item, which has nothing of any tenant.
const versionPK = "T#~#CFG"

// TestItemsBelongToTheTenant: N-08. All keys of stored items begin with the tenant.
func TestItemsBelongToTheTenant(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	c := begin(t, s)
	users := seed(t, s, 120)
	c.create("/Groups", `{"displayName":"g","members":[`+references(users)+`]}`)
	c.do("GET", "/Users?count=10", "")
	c.do("DELETE", "/Users/"+users[3], "")
	out, err := api.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(table), ProjectionExpression: aws.String("PK, GSI1PK")})
	if err != nil || len(out.Items) < 300 {
		t.Fatal(len(out.Items), err)
	}
	for _, it := range out.Items {
		for name, v := range it {
			if k, _ := v.(*types.AttributeValueMemberS); !strings.HasPrefix(k.Value, "T#acme#") && it["PK"].(*types.AttributeValueMemberS).Value != versionPK {
				t.Errorf("outside the tenant: %s %q", name, k.Value)
			}
		}
	}
}

// makesKeys reports whether a function returns a key or a partition key.
func makesKeys(f *ast.FuncDecl) bool {
	id, ok := f.Type.Results.List[0].Type.(*ast.Ident)
	return ok && (id.Name == "key" || strings.HasSuffix(f.Name.Name, "PK") || f.Name.Name == "pk")
}

func takesTenant(f *ast.FuncDecl) bool {
	if len(f.Type.Params.List) == 0 {
		return false
	}
	sel, ok := f.Type.Params.List[0].Type.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "TenantID"
}
