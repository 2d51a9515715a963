// Package gmrtd reads the virtual passports of this project with github.com/gmrtd/gmrtd v0.22.1 as well, and compares
// field by field what both stacks say.
//
// It is a module of its own and must stay one. gmrtd brings github.com/osanderson/brainpool, which has no licence: nobody
// may ship it, so it must not stand in the go.mod of the product, where every build of every distribution would fetch it.
// Nothing of this folder is built, linked or shipped. packaging/gmrtd.sh runs it.
package gmrtd
