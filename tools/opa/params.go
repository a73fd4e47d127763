package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

// param is one place where a source reads data.params: OPA takes a name that nobody defined for
// undefined, and the policy passes for ever.
type param struct {
	// Path below data.params, as far as it is constant.
	Path []string `json:"path"`
	File string   `json:"file"`
	Row  int      `json:"row"`
	Col  int      `json:"col"`
}

var paramsRoot = ast.MustParseRef("data.params")

// params takes compiled modules: in them imports and aliases are resolved.
func params(modules map[string]*ast.Module) []param {
	var found []param
	for _, path := range util.KeysSorted(modules) {
		ast.WalkTerms(modules[path], func(term *ast.Term) bool {
			ref, ok := term.Value.(ast.Ref)
			if !ok || !ref.HasPrefix(paramsRoot) || term.Location == nil {
				return false
			}
			p := param{Path: []string{}, File: path, Row: term.Location.Row, Col: term.Location.Col}
			for _, part := range ref[len(paramsRoot):] {
				name, constant := part.Value.(ast.String)
				if !constant {
					break
				}
				p.Path = append(p.Path, string(name))
			}
			found = append(found, p)
			return false
		})
	}
	return found
}
