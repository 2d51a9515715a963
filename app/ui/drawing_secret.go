package ui

// secret draws where a secret is printed, the place marked with a frame and an arrow, and how a card is turned.
func (s *sketch) secret(d drawing) {
	switch d {
	case drawCAN:
		s.front()
	case drawZone:
		s.page(14, 14)
		s.back(250, 110)
	case drawPIN:
		s.letter()
	case drawTurn:
		s.turn()
	}
}

// front is a card of 340 × 214: portrait, lines, and six digits in a frame at the lower right.
func (s *sketch) front() {
	const x, y = 60, 20
	s.box(s.ink, x, y, 340, 214, 16, 6)
	s.round(s.ink, x+38, y+44, 50, 50, 25)
	s.round(s.ink, x+26, y+102, 74, 46, 16)
	for i, w := range []float32{150, 110, 150} {
		s.round(s.ink, x+140, y+44+float32(i)*30, w, 12, 5)
	}
	s.box(s.accent, x+186, y+150, 140, 46, 8, 6)
	s.digits(x+200, y+164)
	s.pointer(x+256, 290, y+200)
}

// digits are six numbers as bars of one height.
func (s *sketch) digits(x, y float32) {
	for i := range 6 {
		s.round(s.ink, x+float32(i)*19, y, 12, 18, 4)
	}
}

// pointer is an arrow up to what is meant.
func (s *sketch) pointer(x, from, to float32) {
	s.fill(s.accent, [2]float32{x - 6, from}, [2]float32{x + 6, from}, [2]float32{x + 6, to + 22}, [2]float32{x - 6, to + 22})
	s.fill(s.accent, [2]float32{x - 22, to + 24}, [2]float32{x + 22, to + 24}, [2]float32{x, to + 2})
}

// page is the data page of a passport: two lines of zone at its foot.
func (s *sketch) page(x, y float32) {
	s.box(s.ink, x, y, 220, 270, 8, 6)
	s.round(s.ink, x+32, y+40, 40, 40, 20)
	s.round(s.ink, x+22, y+86, 60, 38, 14)
	for i, w := range []float32{90, 70, 90, 60} {
		s.round(s.ink, x+106, y+44+float32(i)*24, w, 9, 4)
	}
	s.box(s.accent, x+12, y+196, 196, 58, 6, 5)
	for line := range 2 {
		s.chevrons(x+24, y+210+float32(line)*20, 17)
	}
}

// back is the back of a card: three lines of zone.
func (s *sketch) back(x, y float32) {
	s.box(s.ink, x, y, 216, 140, 12, 6)
	s.round(s.ink, x+24, y+22, 44, 30, 5)
	s.box(s.accent, x+12, y+62, 192, 66, 6, 5)
	for line := range 3 {
		s.chevrons(x+24, y+72+float32(line)*17, 17)
	}
}

// chevrons are the fillers that tell a zone from every other text: <<<.
func (s *sketch) chevrons(x, y float32, n int) {
	for i := range n {
		l := x + float32(i)*10
		if i%6 < 2 { // letters between them
			s.round(s.ink, l, y, 7, 12, 2)
			continue
		}
		s.fill(s.ink, [2]float32{l + 7, y}, [2]float32{l + 7, y + 4}, [2]float32{l + 4, y + 6}, [2]float32{l + 7, y + 8}, [2]float32{l + 7, y + 12}, [2]float32{l, y + 6})
	}
}

// letter is an opened envelope with the number on the sheet.
func (s *sketch) letter() {
	s.box(s.ink, 110, 20, 260, 170, 6, 6)
	for i, w := range []float32{170, 130} {
		s.round(s.ink, 140, 46+float32(i)*22, w, 9, 4)
	}
	s.box(s.accent, 140, 100, 200, 56, 8, 6)
	for i := range 6 {
		s.round(s.ink, 158+float32(i)*29, 118, 20, 20, 10)
	}
	s.box(s.ink, 70, 160, 340, 120, 8, 6)
	s.fill(s.ink, [2]float32{70, 164}, [2]float32{78, 160}, [2]float32{240, 236}, [2]float32{402, 160}, [2]float32{410, 164}, [2]float32{240, 246})
}

// turn is a card with its chip down, an arrow round it, and the card with its chip up above the reader.
func (s *sketch) turn() {
	s.reader()
	s.box(s.ink, 20, 60, 170, 106, 12, 6)
	for i, w := range []float32{110, 80} {
		s.round(s.ink, 44, 88+float32(i)*24, w, 10, 4)
	}
	s.fill(s.accent, [2]float32{204, 108}, [2]float32{244, 108}, [2]float32{244, 90}, [2]float32{276, 116}, [2]float32{244, 142}, [2]float32{244, 124}, [2]float32{204, 124})
	s.box(s.accent, 290, 60, 170, 106, 12, 6)
	s.box(s.accent, 312, 92, 44, 40, 6, 5)
	s.fill(s.accent, [2]float32{312, 110}, [2]float32{356, 110}, [2]float32{356, 114}, [2]float32{312, 114})
	s.fill(s.accent, [2]float32{332, 92}, [2]float32{336, 92}, [2]float32{336, 132}, [2]float32{332, 132})
}
