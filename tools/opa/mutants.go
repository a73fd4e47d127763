package main

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// mutant is one change of one condition. Locations are those of the unchanged source.
type mutant struct {
	location *ast.Location
	text     string
	// mutation is drop (the condition always holds), invert (it holds where it did not), boundary (< for <=) or
	// never (the rule never holds).
	mutation string
	// apply changes a copy of the module, which walks to the same place.
	apply func(*ast.Module)
}

var inverted = map[string]*ast.Builtin{
	ast.LessThan.Name:      ast.GreaterThanEq,
	ast.LessThanEq.Name:    ast.GreaterThan,
	ast.GreaterThan.Name:   ast.LessThanEq,
	ast.GreaterThanEq.Name: ast.LessThan,
	ast.Equal.Name:         ast.NotEqual,
	ast.NotEqual.Name:      ast.Equal,
}

var shifted = map[string]*ast.Builtin{
	ast.LessThan.Name:      ast.LessThanEq,
	ast.LessThanEq.Name:    ast.LessThan,
	ast.GreaterThan.Name:   ast.GreaterThanEq,
	ast.GreaterThanEq.Name: ast.GreaterThan,
}

// mutantsOf lists every mutant of a module: for each expression of each body (of rules, else, every and
// comprehensions), for each comparison that is the value of a rule, and for each rule.
func mutantsOf(module *ast.Module) []mutant {
	var found []mutant
	declared := declaredIn(module)
	for at, body := range bodiesOf(module) {
		for i, expr := range body {
			found = append(found, ofExpr(at, i, expr, declared)...)
		}
	}
	for at, rule := range rulesOf(module) {
		text := string(rule.Head.Location.Text)
		place := func(m *ast.Module) *ast.Rule { return rulesOf(m)[at] }
		if !rule.Default {
			found = append(found, mutant{rule.Location, text, "never", func(m *ast.Module) {
				place(m).Body.Append(ast.NewExpr(ast.BooleanTerm(false)))
			}})
		}
		if rule.Head.Value == nil {
			continue
		}
		call, ok := rule.Head.Value.Value.(ast.Call)
		if !ok {
			continue
		}
		for _, swap := range swapsOf(call[0]) {
			found = append(found, mutant{rule.Location, text, swap.mutation, func(m *ast.Module) {
				place(m).Head.Value.Value.(ast.Call)[0] = operator(swap.by)
			}})
		}
	}
	return found
}

func ofExpr(at, i int, expr *ast.Expr, declared ast.VarSet) []mutant {
	if isPlain(expr) {
		return nil
	}
	var found []mutant
	add := func(mutation string, change func(*ast.Expr)) {
		found = append(found, mutant{expr.Location, string(expr.Location.Text), mutation, func(m *ast.Module) {
			change(bodiesOf(m)[at][i])
		}})
	}
	add("drop", func(e *ast.Expr) {
		e.Terms, e.Negated, e.With = held(e, declared), false, nil
	})
	_, declares := expr.Terms.(*ast.SomeDecl)
	switch {
	case declares || expr.IsAssignment() || expr.IsEquality():
		// What binds a variable has no opposite.
	case expr.Negated:
		add("invert", func(e *ast.Expr) { e.Negated = false })
	case expr.IsCall() && len(swapsOf(expr.OperatorTerm())) > 0:
		for _, swap := range swapsOf(expr.OperatorTerm()) {
			add(swap.mutation, func(e *ast.Expr) { e.Terms.([]*ast.Term)[0] = operator(swap.by) })
		}
	default:
		add("invert", func(e *ast.Expr) { e.Negated = true })
	}
	return found
}

// held always holds and still reads what the expression reads of declared: a declared variable that nothing reads
// is refused by the compiler.
func held(expr *ast.Expr, declared ast.VarSet) *ast.Term {
	if _, declares := expr.Terms.(*ast.SomeDecl); declares || expr.IsAssignment() {
		return ast.BooleanTerm(true)
	}
	reads := ast.NewVarVisitor().WithParams(ast.VarVisitorParams{SkipClosures: true})
	reads.Walk(expr)
	var terms []*ast.Term
	for _, name := range declared.Intersect(reads.Vars()).Sorted() {
		terms = append(terms, ast.NewTerm(name))
	}
	return ast.ArrayTerm(terms...)
}

// declaredIn are the variables of some and every.
func declaredIn(module *ast.Module) ast.VarSet {
	declared := ast.NewVarSet()
	add := func(terms ...*ast.Term) {
		for _, term := range terms {
			if term != nil {
				ast.WalkVars(term, func(name ast.Var) bool { declared.Add(name); return false })
			}
		}
	}
	ast.WalkExprs(module, func(expr *ast.Expr) bool {
		switch terms := expr.Terms.(type) {
		case *ast.SomeDecl:
			symbols := terms.Symbols
			if call, ok := symbols[0].Value.(ast.Call); ok {
				symbols = call[1 : len(call)-1]
			}
			add(symbols...)
		case *ast.Every:
			add(terms.Key, terms.Value)
		}
		return false
	})
	return declared
}

// isPlain tells expressions that decide nothing: true, print() and variables that are only named.
func isPlain(expr *ast.Expr) bool {
	switch terms := expr.Terms.(type) {
	case *ast.Term:
		return terms.Equal(ast.BooleanTerm(true))
	case *ast.SomeDecl:
		_, binds := terms.Symbols[0].Value.(ast.Call)
		return !binds
	}
	return expr.IsCall() && expr.Operator().String() == ast.Print.Name
}

type swap struct {
	mutation string
	by       *ast.Builtin
}

func swapsOf(operator *ast.Term) []swap {
	name := operator.String()
	var swaps []swap
	if by := inverted[name]; by != nil {
		swaps = append(swaps, swap{"invert", by})
	}
	if by := shifted[name]; by != nil {
		swaps = append(swaps, swap{"boundary", by})
	}
	return swaps
}

func operator(by *ast.Builtin) *ast.Term {
	return ast.NewTerm(by.Ref())
}

func bodiesOf(module *ast.Module) []ast.Body {
	var bodies []ast.Body
	ast.WalkBodies(module, func(body ast.Body) bool {
		bodies = append(bodies, body)
		return false
	})
	return bodies
}

func rulesOf(module *ast.Module) []*ast.Rule {
	var rules []*ast.Rule
	ast.WalkRules(module, func(rule *ast.Rule) bool {
		rules = append(rules, rule)
		return false
	})
	return rules
}

// oneLine is a condition as a list of exceptions names it.
func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}
