package store

// Exec changes the database behind the store's back.
func (s *Store) Exec(q string) error {
	_, err := s.w.Exec(q)
	return err
}
