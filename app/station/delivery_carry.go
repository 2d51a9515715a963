package station

import (
	"context"
	"errors"

	"bangban/app/desk"
	"bangban/app/queue"
)

// CarrySummary says what became of the stick of another counter.
type CarrySummary struct {
	Files    int      `json:"files"`
	Taken    int      `json:"taken"`              // parcels with a receipt, now on the stick
	Refused  int      `json:"refused"`            // parcels that the gateway does not take
	Unsealed []string `json:"unsealed,omitempty"` // files that the gateway cannot open
}

// CarryStick brings the batches of another counter's stick to the gateway of this one and writes the receipts beside them. This
// counter can read none of it, and keeps none of it.
func (s *Station) CarryStick(ctx context.Context, dir string) (sum CarrySummary, err error) {
	files, err := queue.Batches(dir)
	if err != nil {
		return sum, &desk.Error{Op: "queue.carry", Code: "file-unreadable", Args: map[string]string{"File": dir}, Err: err}
	}
	gate, err := s.gateway()
	if err != nil {
		return sum, err
	}
	if gate == nil {
		return sum, &desk.Error{Op: "queue.carry", Code: "queue-no-sink"}
	}
	known, err := s.receiptKeys()
	if err != nil {
		return sum, err
	}
	gate.Wake()
	for _, f := range files {
		data, err := queue.ReadCarried(f)
		if err != nil {
			return sum, &desk.Error{Op: "queue.carry", Code: "file-unreadable", Args: map[string]string{"File": f}, Err: err}
		}
		a, err := gate.Carry(ctx, data)
		var told *desk.Error
		if errors.As(err, &told) && told.Code == "carry-sealed" {
			sum.Unsealed = append(sum.Unsealed, f)
			continue
		}
		if err != nil {
			return sum, err
		}
		sum.Files++
		for _, v := range a.Verdicts {
			r, err := queue.OpenReceipt(v.Receipt, known)
			if err != nil || r.Station != a.Station || r.Epoch != a.Epoch || r.Seq != v.Seq {
				sum.Refused++
				continue
			}
			if err := queue.WriteReceipt(dir, r, v.Receipt); err != nil {
				return sum, &desk.Error{Op: "queue.carry", Code: "file-unwritable", Args: map[string]string{"File": dir}, Err: err}
			}
			sum.Taken++
		}
	}
	return sum, nil
}
