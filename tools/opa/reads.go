package main

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

// read is one place where a source reads data or input: OPA takes a name that nobody defined for undefined,
// and the policy passes for ever.
type read struct {
	// Paths that are read, root first, as far as they are constant. There are several where an alias has
	// several values, one of which is enough.
	Paths [][]string `json:"paths"`
	// Open says that something which is no constant follows.
	Open bool `json:"open,omitempty"`
	// By is empty, "alias" where the place only gives it another name, or "again" where it is such a name alone.
	By   string `json:"by,omitempty"`
	File string `json:"file"`
	Row  int    `json:"row"`
	Col  int    `json:"col"`
}

// reads takes compiled modules: in them imports are resolved. What names a rule is left out, for it is right.
// isWhole says that the compiler came to its end.
func reads(modules map[string]*ast.Module, isWhole bool) []read {
	names := aliasesOf(modules)
	// A function may hand on what it was given. Before the end the compiler has not taken all calls apart.
	for range maxHandedOn {
		if isWhole {
			names.addArguments(modules)
		}
	}
	found := []read{}
	for _, path := range util.KeysSorted(modules) {
		for _, rule := range rulesOf(modules[path]) {
			s := &scope{names, rule, path, rule.Location, nil}
			s.walk()
			found = append(found, s.found...)
		}
	}
	return found
}

// scope is one rule whose reads are collected.
type scope struct {
	aliases
	rule *ast.Rule
	file string
	// near is where the rule or expression is: what the compiler wrote may have no place of its own.
	near  *ast.Location
	found []read
}

func (s *scope) walk() {
	var visitor *ast.GenericVisitor
	visitor = ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.Rule:
			return x != s.rule // its else is a rule of its own
		case *ast.Head:
			return s.named[x]
		case *ast.Expr:
			if x.Location != nil {
				s.near = x.Location
			}
			ref := s.defined[x]
			if ref != nil {
				s.add(ref, ref.Value.(ast.Ref), "alias")
			}
			return ref != nil
		case *ast.Term:
			if s.results[x] {
				return true
			}
			switch value := x.Value.(type) {
			case ast.Ref:
				s.add(x, value, "")
				for _, part := range value[1:] {
					visitor.Walk(part)
				}
				return true
			case ast.Var:
				s.add(x, ast.Ref{x}, "again")
			}
		}
		return false
	})
	visitor.Walk(s.rule)
}

func (s *scope) add(term *ast.Term, ref ast.Ref, by string) {
	r := read{By: by, File: s.file}
	if by == "" && s.ruleIn(ref) == len(ref) {
		r.By = "again"
	}
	for _, full := range s.resolve(ref, s.locals[s.rule]) {
		path, open := constants(full)
		if s.isRule(full) || (r.By == "again" && full.HasPrefix(ast.InputRootRef)) {
			return
		}
		r.Paths = append(r.Paths, path)
		r.Open = r.Open || open
	}
	if len(r.Paths) == 0 {
		return
	}
	location := term.Location
	if location == nil || location.Row == 0 {
		location = s.near
	}
	if location != nil {
		r.Row, r.Col = location.Row, location.Col
	}
	s.found = append(s.found, r)
}

// constants are the names of a reference up to the first that is none.
func constants(ref ast.Ref) ([]string, bool) {
	path := []string{string(ref[0].Value.(ast.Var))}
	for _, part := range ref[1:] {
		name, constant := part.Value.(ast.String)
		if !constant {
			return path, true
		}
		path = append(path, string(name))
	}
	return path, false
}

// aliases are other names of data and input, and of what is in them.
type aliases struct {
	// locals of each rule: variables that equal a reference.
	locals map[*ast.Rule]map[ast.Var][]ast.Ref
	// rules whose every value is a reference; functions too.
	rules map[string][]ast.Ref
	// defined are the expressions that make a local alias, with the reference.
	defined map[*ast.Expr]*ast.Term
	// results are functions and the variables that take what they give, where these are aliases.
	results map[*ast.Term]bool
	// named are the heads of rules.
	named map[*ast.Head]bool
	// all rules by name.
	all map[string][]*ast.Rule
}

func aliasesOf(modules map[string]*ast.Module) aliases {
	a := aliases{
		locals:  map[*ast.Rule]map[ast.Var][]ast.Ref{},
		rules:   map[string][]ast.Ref{},
		defined: map[*ast.Expr]*ast.Term{},
		results: map[*ast.Term]bool{},
		named:   map[*ast.Head]bool{},
		all:     map[string][]*ast.Rule{},
	}
	arity := map[string]int{}
	for _, path := range util.KeysSorted(modules) {
		for _, rule := range rulesOf(modules[path]) {
			a.locals[rule] = map[ast.Var][]ast.Ref{}
			name := rule.Ref().GroundPrefix().String()
			a.all[name] = append(a.all[name], rule)
			arity[name] = len(rule.Head.Args)
		}
	}
	for rule, local := range a.locals {
		add := func(expr *ast.Expr) bool {
			a.addLocal(expr, local, arity)
			return false
		}
		ast.WalkExprs(rule.Head, add)
		ast.WalkExprs(rule.Body, add)
	}
	for name, rules := range a.all {
		a.addRules(name, rules)
	}
	return a
}

// addLocal takes x := reference, which the compiler wrote as x = reference, and the result of a function.
func (a aliases) addLocal(expr *ast.Expr, local map[ast.Var][]ast.Ref, arity map[string]int) {
	if expr.Negated || !expr.IsCall() {
		return
	}
	operands := expr.Operands()
	if !expr.IsEquality() && !expr.IsAssignment() {
		args, known := arity[expr.Operator().String()]
		if known && args > 0 && len(operands) == args+1 {
			if x, ok := operands[args].Value.(ast.Var); ok {
				local[x] = append(local[x], expr.Operator())
				a.results[operands[args]], a.results[expr.OperatorTerm()] = true, true
			}
		}
		return
	}
	for at, term := range operands[:2] {
		x, ok := term.Value.(ast.Var)
		if !ok {
			continue
		}
		ref, ok := operands[1-at].Value.(ast.Ref)
		if ok && ref.IsGround() {
			local[x] = append(local[x], ref)
			a.defined[expr] = operands[1-at]
			return
		}
		if _, isVar := operands[1-at].Value.(ast.Var); isVar && at == 0 {
			local[x] = append(local[x], ast.Ref{operands[1]})
			a.defined[expr] = ast.NewTerm(ast.Ref{operands[1]}).SetLocation(operands[1].Location)
			return
		}
	}
}

// maxHandedOn is how far an argument is followed from function to function.
const maxHandedOn = 3

// addArguments takes the parameters of functions that are always called with facts. Tests call with records of
// their own.
func (a aliases) addArguments(modules map[string]*ast.Module) {
	given := map[string][][]ast.Ref{}
	for _, path := range util.KeysSorted(modules) {
		if strings.HasSuffix(path, "_test.rego") {
			continue
		}
		for _, rule := range rulesOf(modules[path]) {
			a.addCalls(rule, given)
		}
	}
	for name, positions := range given {
		for _, rule := range a.all[name] {
			for at, param := range rule.Head.Args {
				if x, ok := param.Value.(ast.Var); ok && positions[at] != nil {
					a.locals[rule][x] = positions[at]
				}
			}
		}
	}
}

// addCalls notes what a rule calls functions with: of each function the facts by position, nil where something else
// is given.
func (a aliases) addCalls(caller *ast.Rule, given map[string][][]ast.Ref) {
	add := func(expr *ast.Expr) bool {
		if !expr.IsCall() {
			return false
		}
		name := expr.Operator().String()
		if len(a.all[name]) == 0 {
			return false
		}
		count := len(a.all[name][0].Head.Args)
		before, called := given[name]
		now := make([][]ast.Ref, count)
		for at := range min(count, len(expr.Operands())) {
			facts := a.facts(expr.Operand(at), caller)
			if facts != nil && (!called || before[at] != nil) {
				now[at] = facts
				if called {
					now[at] = append(facts, before[at]...)
				}
			}
		}
		given[name] = now
		return false
	}
	ast.WalkExprs(caller.Head, add)
	ast.WalkExprs(caller.Body, add)
}

// facts are what a term stands for when that is below input alone; nil otherwise.
func (a aliases) facts(term *ast.Term, rule *ast.Rule) []ast.Ref {
	ref, ok := term.Value.(ast.Ref)
	if _, isVar := term.Value.(ast.Var); isVar {
		ref, ok = ast.Ref{term}, true
	}
	if !ok {
		return nil
	}
	full := a.resolve(ref, a.locals[rule])
	for _, one := range full {
		if !one.IsGround() || !one.HasPrefix(ast.InputRootRef) {
			return nil
		}
	}
	return full
}

func (a aliases) addRules(name string, rules []*ast.Rule) {
	var values []ast.Ref
	for _, rule := range rules {
		value := rule.Head.Value
		if value == nil || rule.Head.Key != nil || !rule.Ref().IsGround() {
			return
		}
		var refs []ast.Ref
		switch v := value.Value.(type) {
		case ast.Ref:
			refs = a.unlocal(v, a.locals[rule], maxAliases)
		case ast.Var:
			refs = a.unlocal(ast.Ref{value}, a.locals[rule], maxAliases)
		}
		for _, ref := range refs {
			if !ref.IsGround() {
				return
			}
		}
		if len(refs) == 0 {
			return
		}
		values = append(values, refs...)
	}
	a.rules[name] = values
	for _, rule := range rules {
		a.named[rule.Head] = true
	}
}

// maxAliases is how long a chain of aliases may be: variables can be in a circle.
const maxAliases = 16

// resolve gives what a reference stands for, from data or input on; nothing when it stands for neither.
func (a aliases) resolve(ref ast.Ref, local map[ast.Var][]ast.Ref) []ast.Ref {
	var full []ast.Ref
	for _, one := range a.unlocal(ref, local, maxAliases) {
		full = append(full, a.unrule(one, maxAliases)...)
	}
	return full
}

func (a aliases) unlocal(ref ast.Ref, local map[ast.Var][]ast.Ref, left int) []ast.Ref {
	if ref.HasPrefix(ast.DefaultRootRef) || ref.HasPrefix(ast.InputRootRef) {
		return []ast.Ref{ref}
	}
	head, ok := ref[0].Value.(ast.Var)
	if !ok || left == 0 {
		return nil
	}
	var full []ast.Ref
	for _, value := range local[head] {
		full = append(full, a.unlocal(value.Concat(ref[1:]), local, left-1)...)
	}
	return full
}

func (a aliases) unrule(ref ast.Ref, left int) []ast.Ref {
	end := a.ruleIn(ref)
	if end == 0 || left == 0 {
		return []ast.Ref{ref}
	}
	var full []ast.Ref
	for _, value := range a.rules[ref[:end].String()] {
		full = append(full, a.unrule(value.Concat(ref[end:]), left-1)...)
	}
	return full
}

// ruleIn says how much of a reference is the name of a rule that is an alias.
func (a aliases) ruleIn(ref ast.Ref) int {
	for end := 2; end <= len(ref); end++ {
		if ref[:end].IsGround() && len(a.rules[ref[:end].String()]) > 0 {
			return end
		}
	}
	return 0
}

// isRule says that a reference names a rule, or something in one.
func (a aliases) isRule(ref ast.Ref) bool {
	for end := 2; end <= len(ref); end++ {
		if ref[:end].IsGround() && a.all[ref[:end].String()] != nil {
			return true
		}
	}
	return false
}
