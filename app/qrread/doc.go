// Package qrread reads QR codes (ISO/IEC 18004) from pictures: the counter's own page before it lets go of it, a scan of
// a paper, a screenshot that somebody brings on a stick.
//
// It reads clean pictures. Decoding is gozxing, which gives up as soon as a camera adds blur and dot gain; codes held
// up to a camera are the business of hardware scanners.
//
// # What comes back
//
// Each code once, in the order found. A string holds exactly the bytes that the code encodes: text modes as they are,
// byte mode without any guess at a character set, so that a binary code is not mangled. Only a code that announces its
// character set (ECI, §7.4.2) comes back decoded to UTF-8.
//
// # Hostile pictures
//
// Size in bytes and in pixels is bounded before anything is decoded, the number of finder patterns while they are being
// found (the search for triples is cubic in it), and a panic of a decoder is an error of ours. Errors hold nothing of
// what was read.
package qrread
