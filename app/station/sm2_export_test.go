package station

// OrderSM2 makes a training station sign its papers with SM2, as an order does.
func (s *Station) OrderSM2() { s.sm.order = true }
