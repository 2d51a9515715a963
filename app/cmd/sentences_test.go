package cmd_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bangban/locales"
)

var codeShape = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// codes collects what a person may be told: the value of every constant named Code…, and of every Code field and first
// argument of NewError that is written as a literal.
func codes(all []source) map[string]string {
	found := map[string]string{}
	note := func(e ast.Expr, where string) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && codeShape.MatchString(s) {
				found[s] = where
			}
		}
	}
	for _, s := range all {
		if strings.HasSuffix(s.name, "_test.go") || isSuite(s.dir) {
			continue
		}
		where := s.dir + "/" + s.name
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if strings.HasPrefix(name.Name, "Code") && i < len(n.Values) {
						note(n.Values[i], where)
					}
				}
			case *ast.CallExpr: // helpers that make a desk error: fail(op, code, …), problem(code)
				if name, ok := n.Fun.(*ast.Ident); ok && (name.Name == "fail" || name.Name == "failure" || name.Name == "problem") {
					for _, a := range n.Args {
						note(a, where)
					}
				}
			case *ast.CompositeLit:
				if !isDeskError(n.Type) {
					return true
				}
				for _, el := range n.Elts {
					if kv, ok := el.(*ast.KeyValueExpr); ok {
						if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Code" {
							note(kv.Value, where)
						}
					}
				}
			}
			return true
		})
	}
	return found
}

func isDeskError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name == "Error"
	case *ast.Ident:
		return e.Name == "Error"
	}
	return false
}

// TestEveryErrorHasWords wants error.<code> and hint.<code> in every language that covers the clerk.
func TestEveryErrorHasWords(t *testing.T) {
	found := codes(sources(t))
	if len(found) < 20 {
		t.Fatalf("only %d codes found: the collector is broken", len(found))
	}
	for _, tag := range locales.Tags() {
		if !slices.Contains(locales.Covers(tag), "clerk") {
			continue
		}
		c, err := locales.Open(tag)
		if err != nil {
			t.Fatal(err)
		}
		for code, where := range found {
			for _, key := range []string{"error." + code, "hint." + code} {
				if !c.Has(key) {
					t.Errorf("%s has no %s (used in %s)", tag, key, where)
				}
			}
		}
	}
}

// TestEverySentenceExists wants each key that is written as a literal argument of T to exist in every language.
func TestEverySentenceExists(t *testing.T) {
	keyShape := regexp.MustCompile(`^[a-z]+(\.[A-Za-z0-9_-]+)+$`)
	used := map[string]string{}
	for _, s := range sources(t) {
		if strings.HasSuffix(s.name, "_test.go") || isSuite(s.dir) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			if strings.ToLower(name) != "t" && strings.ToLower(name) != "tr" {
				return true
			}
			if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if k, err := strconv.Unquote(lit.Value); err == nil && keyShape.MatchString(k) {
					used[k] = s.dir + "/" + s.name
				}
			}
			return true
		})
	}
	if len(used) < 20 {
		t.Fatalf("only %d keys found: the collector is broken", len(used))
	}
	for _, tag := range locales.Tags() {
		c, err := locales.Open(tag)
		if err != nil {
			t.Fatal(err)
		}
		covers := locales.Covers(tag)
		for k, where := range used {
			if strings.HasPrefix(k, "paper.") && !slices.Contains(covers, "paper") ||
				strings.HasPrefix(k, "cz.") && !slices.Contains(covers, "citizen") ||
				!strings.HasPrefix(k, "paper.") && !strings.HasPrefix(k, "cz.") && !slices.Contains(covers, "clerk") {
				continue
			}
			if !c.Has(k) {
				t.Errorf("%s has no %s (used in %s)", tag, k, where)
			}
		}
	}
}
