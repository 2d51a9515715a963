// Package qrtest makes photographs of codes: what a cheap camera, a bad lamp and a folded paper do to them, from a seed,
// so that readers can be compared on the same pictures.
package qrtest
