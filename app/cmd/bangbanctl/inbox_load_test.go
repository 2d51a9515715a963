package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bangban/app/inbox/inboxtest"
	"bangban/app/journal"
	"bangban/app/queue"
	"bangban/app/queue/https"

	"golang.org/x/mod/sumdb/tlog"
)

// loadBody makes a parcel of about 20 KiB sealed.
const loadBody = 16 << 10

// TestLoad is started by packaging/load.sh: BANGBAN_LOAD=STATIONS,PARCELS,BATCH. Simulated counters, each with a key, a
// certificate and a connection of its own, send a backlog to two gateways in front of one PostgreSQL.
func TestLoad(t *testing.T) {
	var stations, parcels, batch int
	if n, err := fmt.Sscanf(os.Getenv("BANGBAN_LOAD"), "%d,%d,%d", &stations, &parcels, &batch); n != 3 || err != nil {
		t.Skip("a load test: sh packaging/load.sh")
	}
	slow := slowDisk(t)
	server := inboxtest.StartPostgres(t, "shared_buffers=256MB", "max_wal_size=1GB", "min_wal_size=1GB", "max_connections=120")
	url := server.Database(t)
	recycled(t, server, url)
	h := inboxtest.NewHall(t)
	h.Pass(time.Since(h.Now()))
	if _, err := h.Institution.MakeGateway(h.Keys, []string{"127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	gateways := []*gatewayProcess{serveProcess(t, url+"&pool_max_conns=6", h.Keys), serveProcess(t, url+"&pool_max_conns=6", h.Keys)}
	work, size := backlog(t, h, gateways, stations, parcels, batch)
	total := stations * parcels
	slow.enter(t, os.Getpid())
	plate := measure(t, size*batch, max(total/batch/4, 20))
	slow.leave(t)
	slow.enter(t, postmaster(t, server.Data))
	from, before := strained(server.Data), spentBy(gateways, server)
	took, times, took1 := send(t, work, 32)
	used := spentBy(gateways, server).since(before)
	slices.Sort(times)
	at := func(q float64) time.Duration { return times[min(int(q*float64(len(times))), len(times)-1)] }
	fmt.Printf("load: %d counters × %d parcels of %d B, batches of %d, 2 gateways, 1 PostgreSQL %s\n", stations, parcels, size, batch, version(t, server))
	fmt.Printf("load: %d accepted in %.1f s: %.0f parcels/s durable, %.1f MB/s; a batch p50 %v, p99 %v; its handshake included\n", took1, took.Seconds(),
		float64(total)/took.Seconds(), float64(total*size)/took.Seconds()/1e6, at(0.5).Round(time.Millisecond), at(0.99).Round(time.Millisecond))
	plate.tell(from, used.counters+used.gateways+used.database)
	settled(t, server, url, from, total*size)
	for i, g := range gateways {
		fmt.Printf("load: gateway %d: at most %d MB resident\n", i+1, g.peak(t))
	}
	if took1 != total {
		t.Errorf("%d of %d accepted", took1, total)
	}
	used.tell(total, runtime.NumCPU())
	straight(t, server, plate, h, work, size, batch)
	beside(t, server, plate, url, size, batch, total)
	province(used, total, size, plate.kept)
}

// province does the arithmetic for 100,000 counters from what was measured here.
func province(used spent, total, size int, kept float64) {
	const perDay, peak = 100_000 * 200, 3 * 100_000 * 200.0 / (8 * 3600)
	fmt.Printf("load: 100,000 counters × 200 parcels in 8 h are %.0f/s, three times that at the peak %.0f/s: %.0f MB/s, %.0f GB a day\n",
		peak/3, peak, peak*float64(size)/1e6, perDay*float64(size)/1e9)
	if used.gateways == 0 {
		return
	}
	fmt.Printf("load: this disk alone can keep at most %.0f such parcels a second, each written ahead and once more into a table\n", kept*1e6/float64(size))
	cores := func(d time.Duration) float64 { return peak * d.Seconds() / float64(total) }
	fmt.Printf("load: at the peak gateways need %.1f of such cores, PostgreSQL %.1f and %.0f MB/s of flushed writes (WAL, then the tables); "+
		"gateways are added, so the limit is the database's disk\n", cores(used.gateways), cores(used.database), 2.1*peak*float64(size)/1e6)
}

func version(t *testing.T, p *inboxtest.Postgres) string {
	out, err := exec.Command(filepath.Join(p.Bin, "postgres"), "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(strings.TrimPrefix(string(out), "postgres (PostgreSQL)"))
}

// gatewayProcess is inbox serve as a process of its own.
type gatewayProcess struct {
	cmd     *exec.Cmd
	address string
}

func serveProcess(t *testing.T, store, keys string) *gatewayProcess {
	t.Helper()
	g := &gatewayProcess{cmd: exec.Command(filepath.Join(programDir(t), program), "inbox", "serve", "--json", "--listen", "127.0.0.1:0",
		"--operations", "-", "--store", store, "--keys", keys, "--per-minute", "100000")}
	g.cmd.Stderr = os.Stderr
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = g.cmd.Process.Signal(syscall.SIGTERM)
		_ = g.cmd.Wait()
	})
	var said struct{ Listening string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &said) != nil {
		t.Fatalf("inbox serve said %q: %v", line, err)
	}
	g.address = said.Listening
	return g
}

// peak reads the most memory that the process ever held, in MB.
func (g *gatewayProcess) peak(t *testing.T) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.cmd.Process.Pid))
	if err != nil {
		t.Skip("no /proc here")
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	kb, _ := strconv.Atoi(strings.Fields(rest)[0])
	return kb >> 10
}

// job is one batch of one counter.
type job struct {
	sink  *https.Sink
	batch queue.Batch
}

// backlog makes counters and their sealed parcels. A counter's batches follow each other on one connection.
func backlog(t *testing.T, h *inboxtest.Hall, to []*gatewayProcess, stations, parcels, batch int) (all [][]job, size int) {
	t.Helper()
	all = make([][]job, stations)
	body := make([]byte, loadBody)
	for i := range all {
		name := fmt.Sprintf("L%05d", i)
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := h.Institution.IdentityCertificate(name, &key.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := journal.NewSigner(name, key)
		if err != nil {
			t.Fatal(err)
		}
		c := journal.Checkpoint{Origin: journal.Origin(name, 1), Size: 1, Root: tlog.RecordHash([]byte(name)), Parcels: uint64(parcels)}
		signed, err := c.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		sink, err := https.New(https.Config{URL: "https://" + to[i%len(to)].address, Roots: h.Roots, Certificate: func() (tls.Certificate, error) {
			return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		day := time.Now().UTC().Format(time.DateOnly)
		sealer := h.Sealer(t, key, cert)
		var list []queue.Parcel
		for seq := 1; seq <= parcels; seq++ {
			id, err := queue.NewID(rand.Reader, day)
			if err != nil {
				t.Fatal(err)
			}
			p, _, err := sealer.Seal(queue.Place{ID: id, Station: name, Epoch: 1, Seq: uint64(seq), Kind: queue.KindVoucher, Day: day}, body)
			if err != nil {
				t.Fatal(err)
			}
			size = p.Size
			list = append(list, *p)
		}
		for part := range slices.Chunk(list, batch) {
			all[i] = append(all[i], job{sink, queue.Batch{Station: name, Epoch: 1, Parcels: part, Checkpoint: signed, Certificate: cert.Raw, Day: day}})
		}
	}
	return all, size
}

// send works the backlog off with so many counters at a time.
func send(t *testing.T, all [][]job, workers int) (took time.Duration, times []time.Duration, accepted int) {
	t.Helper()
	work := make(chan []job)
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for range workers {
		wg.Go(func() {
			for jobs := range work {
				for _, j := range jobs {
					from := time.Now()
					out, err := j.sink.Deliver(t.Context(), j.batch)
					d := time.Since(from)
					mu.Lock()
					if err != nil {
						t.Errorf("%s: %v", j.batch.Station, err)
					}
					times = append(times, d)
					for _, o := range out {
						if o.Result == queue.Accepted {
							accepted++
						}
					}
					mu.Unlock()
				}
				jobs[0].sink.Close()
			}
		})
	}
	for _, jobs := range all {
		work <- jobs
	}
	close(work)
	wg.Wait()
	return time.Since(began), times, accepted
}

// beside lets pgbench insert the same bytes in transactions of the same size into a bare table of the same server.
func beside(t *testing.T, p *inboxtest.Postgres, plate *platter, url string, size, batch, total int) {
	bench := filepath.Join(p.Bin, "pgbench")
	if _, err := os.Stat(bench); err != nil {
		fmt.Println("load: no pgbench here")
		return
	}
	script := filepath.Join(t.TempDir(), "insert.sql")
	sql := fmt.Sprintf("INSERT INTO bench(seq, sealed) SELECT nextval('bench_seq'), decode(repeat('a7', %d), 'hex') FROM generate_series(1, %d);\n", size, batch)
	if err := os.WriteFile(script, []byte(sql), 0o600); err != nil {
		t.Fatal(err)
	}
	psql(t, p, url, "CREATE SEQUENCE bench_seq; CREATE TABLE bench(seq bigint PRIMARY KEY, sealed bytea); ALTER TABLE bench ALTER sealed SET STORAGE EXTERNAL")
	const clients = 16
	each := max(total/batch/clients, 1)
	from, cpu := strained(p.Data), treeOf(p.PID())
	out, err := exec.Command(bench, "-n", "-c", strconv.Itoa(clients), "-j", "2", "-t", strconv.Itoa(each), "-f", script, url).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	_, rest, ok := bytes.Cut(out, []byte("tps = "))
	if !ok {
		t.Fatalf("pgbench said\n%s", out)
	}
	tps, err := strconv.ParseFloat(strings.Fields(string(rest))[0], 64)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("load: pgbench, the same bytes made on the server, %d a transaction: %.0f rows/s, %.1f MB/s\n", batch, tps*float64(batch), tps*float64(batch*size)/1e6)
	plate.tell(from, treeOf(p.PID())-cpu)
	settled(t, p, url, from, each*clients*batch*size)
}
