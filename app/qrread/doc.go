// Package qrread reads QR codes (ISO/IEC 18004) from pictures: the counter's own page before it lets go of it, a scan of
// a paper, a screenshot on a stick, and photographs by a cheap camera of a bent paper in bad light.
//
// # How a code is read
//
//  1. The picture is divided into dark and light by several thresholds, one after the other: the mean of a window around
//     each pixel, one limit for all, with and without softening; first as it is, then in smaller and larger sizes, then
//     with light and dark swapped.
//  2. Finder patterns (§6.3.3) are found along rows and confirmed along columns and slants. Rays from the middle give the
//     outline of each, the moments of the outline its own affine frame.
//  3. Three of them belong together where each lies on an axis of the other's frame. Their twelve corners give a first
//     perspective view, so that a strong tilt needs no fourth point.
//  4. The version blocks (§7.10), read in the frame of the finder pattern next to them, give the size; else distances and
//     timing patterns do.
//  5. Every alignment pattern is looked for where the view, bent by a smoothing thin-plate spline through all that was
//     found before it, says it is; the nearest first. What its neighbours contradict is dropped. View and spline through
//     all of them say where each module lies, on bent paper too.
//  6. Modules are sampled from the grey picture, sharpened against their neighbours by several amounts, and divided at the
//     middle between the dark and the light ones around them. Error correction and parsing are gozxing's.
//
// # What comes back
//
// Each code once, in the order found. A string holds exactly the bytes that the code encodes: text modes as they are,
// byte mode without any guess at a character set, so that a binary code is not mangled. Only a code that announces its
// character set (ECI, §7.4.2) comes back decoded to UTF-8. Mirrored codes are read. Parts of a message spread over several
// codes (§8) are joined when all are there and their parity agrees.
//
// # Hostile pictures
//
// Size in bytes and in pixels is bounded before anything is decoded. A PNG is read row by row, and what has more than six
// million pixels is made smaller on the way, so that memory is bounded by that and not by what a file promises; of a JPEG,
// which the library unpacks whole, the frame header tells what that takes, and a small file may not promise much. What is
// done to find codes, and to fit a view and a bend through their patterns, is counted and bounded (Work): the same picture gives the same answer on a busy machine, and a page of
// nothing but finder patterns costs what any other page does. Thresholds, sizes and swapped light and dark take turns, the
// likeliest first, so that what is left out are the last resorts. The context is looked at between attempts. A panic of the
// decoder is a code that was not read. Errors hold nothing of what was read, and a Code prints as its version and length.
package qrread
