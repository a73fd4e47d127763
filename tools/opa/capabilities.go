package main

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// runnable names the built-ins that a compiled policy runs without help from its host: those that OPA
// implements inside the WebAssembly module, and those that the compiler resolves. The few that the npm runtime brings
// itself (sprintf, yaml.*, regex.split) are left out, because they answer differently from OPA's own.
var runnable = strings.Fields(`
	plus minus mul div rem abs round ceil floor
	eq equal neq gt gte lt lte assign
	and or union intersection
	array.concat array.flatten array.reverse array.slice
	base64.decode base64.encode base64.is_valid base64url.decode base64url.encode
	bits.and bits.lsh bits.negate bits.or bits.rsh bits.xor
	concat contains endswith format_int indexof lower replace split startswith
	strings.replace_n strings.reverse substring trim trim_left trim_prefix trim_right trim_space trim_suffix upper
	count max min product sort sum
	glob.match regex.find_all_string_submatch_n regex.is_valid regex.match
	graph.reachable walk
	internal.member_2 internal.member_3 internal.template_string
	is_array is_boolean is_null is_number is_object is_set is_string type_name
	json.filter json.is_valid json.marshal json.remove json.unmarshal
	net.cidr_contains net.cidr_intersects
	numbers.range to_number
	object.filter object.get object.keys object.remove object.union object.union_n
	print internal.print internal.test_case
	rego.metadata.chain rego.metadata.rule
`)

// capabilities is OPA's own list cut down to runnable; its answer is committed as capabilities.json.
func capabilities(request) (answer, error) {
	caps := ast.CapabilitiesForThisVersion()
	known := make(map[string]*ast.Builtin, len(caps.Builtins))
	for _, b := range caps.Builtins {
		known[b.Name] = b
	}
	keep := make(map[string]bool, len(runnable))
	for _, name := range runnable {
		if known[name] == nil {
			return answer{}, fmt.Errorf("OPA has no built-in %q any more: check the list in capabilities.go", name)
		}
		keep[name] = true
	}
	kept := caps.Builtins[:0]
	for _, b := range caps.Builtins {
		if keep[b.Name] {
			kept = append(kept, b)
		}
	}
	caps.Builtins = kept
	return answer{Capabilities: caps}, nil
}
