package qrread_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/app/qrread"
)

// TestBesideOthers reads the photographs with this package, with gozxing and, where they are there, with zbarimg and
// zxing-wasm, in one run, and prints a table of how many each reads and how long it takes for one. It takes minutes and
// runs where QRREAD_OTHERS is set; ZXING_WASM names a folder with the npm modules zxing-wasm and sharp.
func TestBesideOthers(t *testing.T) {
	if os.Getenv("QRREAD_OTHERS") == "" {
		t.Skip("takes minutes: set QRREAD_OTHERS")
	}
	all, dir := shots(t), t.TempDir()
	readers := []struct {
		name string
		read func(i int) string
	}{
		{"ours", func(i int) string {
			codes, err := qrread.Read(context.Background(), all[i].img)
			if err != nil || len(codes) != 1 {
				return ""
			}
			return codes[0].Text
		}},
		{"gozxing", func(i int) string { return byGozxing(all[i].img) }},
	}
	files := make([]string, len(all))
	for i, s := range all {
		files[i] = filepath.Join(dir, string(rune('a'+i/20))+string(rune('a'+i%20))+".jpg")
		if err := os.WriteFile(files[i], s.file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	output := func(name string, arg ...string) string {
		out, _ := exec.Command(name, arg...).Output() // no code found is an exit code, too
		return string(bytes.TrimRight(out, "\n"))
	}
	if _, err := exec.LookPath("zbarimg"); err == nil {
		readers = append(readers, struct {
			name string
			read func(i int) string
		}{"zbarimg", func(i int) string { return output("zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", files[i]) }})
	}
	modules := os.Getenv("ZXING_WASM")
	for _, r := range readers {
		ok, start := [2]int{}, time.Now()
		for i, s := range all {
			if r.read(i) == s.Text {
				ok[i/20]++
			}
		}
		t.Logf("%-10s camera %2d/20  counter %2d/20  %v each", r.name, ok[0], ok[1], time.Since(start)/time.Duration(len(all)))
	}
	if modules == "" {
		t.Log("zxing-wasm: not run, ZXING_WASM is not set")
		return
	}
	script := filepath.Join(dir, "read.cjs")
	if err := os.WriteFile(script, []byte(zxingScript), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(output("node", append([]string{script, modules}, files...)...), "\n")
	ok := [2]int{}
	for i, line := range lines[:min(len(lines), len(all))] {
		if line == all[i].Text {
			ok[i/20]++
		}
	}
	t.Logf("%-10s camera %2d/20  counter %2d/20  %s ms each", "zxing-wasm", ok[0], ok[1], lines[len(lines)-1])
}

// zxingScript prints the text of each file on a line, then the mean time.
const zxingScript = `
const { createRequire } = require('module');
const [modules, ...files] = process.argv.slice(2);
const req = createRequire(modules + '/package.json');
const fs = require('fs'), path = require('path');
const sharp = req('sharp'), { readBarcodes, prepareZXingModule } = req('zxing-wasm/reader');
prepareZXingModule({ overrides: { wasmBinary: fs.readFileSync(path.join(modules, 'node_modules/zxing-wasm/dist/reader/zxing_reader.wasm')) } });
(async () => {
  let ms = 0;
  for (const f of files) {
    const { data, info } = await sharp(f).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const img = { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
    if (ms === 0) await readBarcodes(img, { formats: ['QRCode'] });
    const t = performance.now();
    const r = await readBarcodes(img, { formats: ['QRCode'], tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true });
    ms += performance.now() - t;
    console.log(r.length ? r[0].text : '');
  }
  console.log((ms / files.length).toFixed(0));
})();
`
