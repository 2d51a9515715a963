package doctor_test

import (
	"strings"
	"testing"
	"time"

	"bangban/app/desk"
	"bangban/app/doctor"
)

// The file says how the parts feel and names nobody; a date stays a date.
func TestSupport(t *testing.T) {
	at := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	h := desk.Health{Probes: []desk.Probe{{Name: "reader", Level: desk.LevelStop, Code: "driver-unknown", Args: map[string]string{"Devices": "ACS ACR39U 1234567890"}},
		{Name: "lists", Level: desk.LevelGood, Code: "lists-today", Args: map[string]string{"List": "status 2027-02-28"}}}}
	facts := []doctor.Line{{"data", "/home/zhangxm/bangban on COUNTER-PC"}, {"window", `C:\Users\zhang\AppData`}, {"made", "2027-02-28"},
		{"odd", "11010519491231002X zhang@specimen.example"}}
	got := doctor.Support(at, facts, h, []string{"zhangxm", "COUNTER-PC", ""})
	for _, want := range []string{"driver-unknown", "Devices=ACS ACR39U ▇", "2027-02-28", "stop", "good", "/home/▇/bangban on ▇", `C:\Users\▇\AppData`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	for _, never := range []string{"zhang", "COUNTER-PC", "110105", "1234567890", "specimen.example"} {
		if strings.Contains(got, never) {
			t.Errorf("it says %q:\n%s", never, got)
		}
	}
}
