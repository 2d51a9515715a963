// Package cnid makes a Document of what a reader with a security module read from a PRC identity card: the resident
// identity card and its three sister permits. The card itself takes no commands from this program; see package sam for
// the reader's side.
//
// # The 256 bytes of text (GA/T 490-2019)
//
// UCS-2, least significant byte first, padded with spaces. The type of the card is the character at byte 248; nothing
// may be read before it is known, because the same bytes mean other things on each:
//
//	at   size   resident (space)   permit J       at  size  permit I, 2017      at  size  permit Y, 2023
//	  0   30    name               same            0  120   English name         0   30   Chinese name
//	 30    2    sex                same          120    2   sex                 30    2   sex
//	 32    4    nation             –             122   30   number, 15          32    4   times renewed
//	 36   16    birth              same          152    6   nationality         36   16   birth
//	 52   70    address            same          158   30   Chinese name        52   70   English name, 1 to 35
//	122   36    number             same          188   16   issued             122   36   number
//	158   30    authority          same          204   16   expires            188   16   issued
//	188   16    valid from         same          220   16   birth              204   16   expires
//	204   16    valid until        same          236    4   version            220   22   English name, 36 to 46
//	220                            pass number   240    8   authority          242    6   nationality
//	248    2    type               type          248    2   type               248    2   type
//
// J is the residence permit of people from Hong Kong, Macao and Taiwan, I and Y the foreign permanent resident's card.
// Dates are YYYYMMDD; 长期 stands for a card that does not expire. An additional address of 70 bytes may follow in a
// record of its own: the newest one, which then is the address.
//
// # Names keep their code points
//
// A card has 15 units for a name. A surrogate pair is one character. U+00B7 between the parts of a name stays. A
// character of the private use area that older systems wrote for one that GB 18030 has since given a place is read as
// that one; Repair tells which, the check "name" says so, and the bytes as they came stay in Raw. One that no table
// knows stays as it is: who prints it must say so. An unpaired surrogate is no character: U+FFFD stands in its place.
//
// # What is proven
//
//	sam           the reader's module has authenticated the card and the MAC of its text; Detail names the module
//	number        the check digit of the number (GB 11643-1999, ISO 7064 MOD 11-2)
//	number-birth  the date of birth inside the number is the one beside it
//	number-sex    the digit for the sex inside the number is the one beside it
//	name          the name has only characters that can be written as they are
//	validity      today lies inside the dates on the card
//
// Numbers with false check digits and births were handed out in earlier decades and are people's numbers all the same:
// the checks on number and name never fail, they are Indeterminate and optional, a warning to compare with the card in
// the hand. Division codes are not looked up: a number keeps the code of the place and time where it was given.
//
// # What is not there
//
// The photograph is in WLT, for which there is no open decoder: Photo is nil, its bytes are in Raw. Fingerprints are not
// asked for.
package cnid
