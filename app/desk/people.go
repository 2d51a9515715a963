package desk

import "slices"

// Role is what a member of staff may do. Roles come from the bundle's roster; a role in a local database means nothing.
type Role string

// The roles.
const (
	RoleClerk         Role = "clerk"         // issue, verify
	RoleSupervisor    Role = "supervisor"    // also void, reprint, unlock, day-end
	RoleAuditor       Role = "auditor"       // read the journal, no personal data
	RoleAdministrator Role = "administrator" // set up, no issuing
)

// Clerk is one member of staff.
type Clerk struct {
	ID    string `cbor:"1,keyasint" json:"id"` // "01"
	Name  string `cbor:"2,keyasint" json:"name"`
	Roles []Role `cbor:"3,keyasint" json:"roles"`
}

// Has tells whether the clerk has the role. A supervisor is also a clerk.
func (c Clerk) Has(r Role) bool {
	return slices.Contains(c.Roles, r) || r == RoleClerk && slices.Contains(c.Roles, RoleSupervisor)
}

// StaffCard is a card of a member of staff that lies on a reader, as it tells of itself without a PIN.
type StaffCard struct {
	Reader string
	Clerk  Clerk // whose it is, by the roster in force
	Known  bool  // it opens this counter; else it is to be set up first
	Left   int   // wrong PINs that it still takes
}
