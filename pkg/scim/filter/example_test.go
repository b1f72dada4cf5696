package filter_test

import (
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func Example() {
	expr, err := filter.Parse(`userName sw "ann" and emails[type eq "work" and value ew "@example.com"]`)
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := filter.Compile(expr, schema.UserType())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{
		`{"userName":"Ann","emails":[{"value":"ann@EXAMPLE.com","type":"work"}]}`,
		`{"userName":"Anna","emails":[{"value":"anna@example.com","type":"home"}]}`,
	} {
		user, err := schema.DecodeJSON([]byte(text), 8)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(user["userName"], f.Match(user))
	}

	// Names are checked against the schema, and faults say what is wrong.
	expr, err = filter.Parse(`shoeSize gt 43`)
	if err == nil {
		_, err = filter.Compile(expr, schema.UserType())
	}
	fmt.Println(err)

	// Output:
	// Ann true
	// Anna false
	// filter: unknown attribute shoeSize
}

// A query planner asks a filter which comparisons every match must meet, and answers one of
// them from an index.
func ExampleFilter_Terms() {
	expr, err := filter.Parse(`externalId eq "E-1" and not (active eq false) and emails eq "Ann@example.com"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := filter.Compile(expr, schema.UserType())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, term := range f.Terms() {
		fmt.Println(term.Attr, term.Op, term.Value)
	}

	// Output:
	// externalId eq E-1
	// emails.value eq ann@example.com
}
