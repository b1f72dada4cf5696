package apilist

import (
	"fmt"
	"go/types"
	"regexp"
)

// describer collects the lines of one package.
type describer struct {
	prefix string
	pkg    *types.Package
	lines  []string
}

func (d *describer) add(format string, args ...any) {
	d.lines = append(d.lines, d.prefix+fmt.Sprintf(format, args...))
}

// qualify leaves out the name of the package itself.
func (d *describer) qualify(p *types.Package) string {
	if p == d.pkg {
		return ""
	}
	return p.Name()
}

func (d *describer) text(t types.Type) string { return unnamed(types.TypeString(t, d.qualify)) }

// blank is the name that export data gives to a result called _.
var blank = regexp.MustCompile(`#rv[0-9]+`)

func unnamed(s string) string { return blank.ReplaceAllString(s, "_") }

// object describes an exported object of the package's scope.
func (d *describer) object(obj types.Object) {
	switch o := obj.(type) {
	case *types.Const:
		d.add("const %s %s = %s", o.Name(), d.text(o.Type()), o.Val())
	case *types.Var:
		d.add("var %s %s", o.Name(), d.text(o.Type()))
	case *types.Func:
		d.add("%s", unnamed(types.ObjectString(o, d.qualify)))
	case *types.TypeName:
		d.typeName(o)
	}
}

func (d *describer) typeName(o *types.TypeName) {
	if o.IsAlias() {
		d.add("%s", types.ObjectString(o, d.qualify))
		return
	}
	named := o.Type().(*types.Named)
	name := d.text(named)
	switch u := named.Underlying().(type) {
	case *types.Struct:
		d.structure(name, u)
	case *types.Interface:
		d.contract(name, u)
	default:
		d.add("type %s %s", name, d.text(u))
	}
	d.methods(named)
}

// structure lists the exported fields of a struct, embedded ones included.
func (d *describer) structure(name string, s *types.Struct) {
	d.add("type %s struct", name)
	for f := range s.Fields() {
		switch {
		case !f.Exported():
		case f.Embedded():
			d.add("type %s struct, embedded %s", name, d.text(f.Type()))
		default:
			d.add("type %s struct, %s %s", name, f.Name(), d.text(f.Type()))
		}
	}
}

// contract lists the methods of an interface. One with unexported methods cannot be implemented
// elsewhere, which is part of its API. A constraint is listed with its terms.
func (d *describer) contract(name string, i *types.Interface) {
	if !i.IsMethodSet() {
		d.add("type %s %s", name, d.text(i))
		return
	}
	d.add("type %s interface", name)
	for m := range i.Methods() {
		if m.Exported() {
			d.add("type %s interface, %s%s", name, m.Name(), d.text(m.Type())[len("func"):])
		} else {
			d.add("type %s interface, unexported methods", name)
		}
	}
}

// methods lists the exported methods that a type declares.
func (d *describer) methods(named *types.Named) {
	for m := range named.Methods() {
		if !m.Exported() {
			continue
		}
		signature := m.Signature()
		d.add("method (%s) %s%s", d.text(signature.Recv().Type()), m.Name(), d.text(signature)[len("func"):])
	}
}
