// Package cmd holds no code of its own: its folders are the programs beside the counter, and its tests are the rules of
// the whole house (imports, package comments, sentences), kept here so that they run without a C compiler.
package cmd
