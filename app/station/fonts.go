package station

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"bangban/print"
)

// dirFonts is the folder for a pack of fonts with rare characters inside a data folder.
const dirFonts = "fonts"

// openFonts opens the program's fonts, behind them a pack in the data folder, behind that what the system has for rare
// characters. A file that is no font is named in the log and left out: it must not stop the counter.
func openFonts(dir string, log *slog.Logger) (*print.Fonts, error) {
	var rare []io.ReaderAt
	take := func(folder string, pack bool) {
		found, skipped := print.RareFonts(os.DirFS(folder), pack)
		rare = append(rare, found...)
		if len(skipped) > 0 && log != nil {
			log.Warn("station", "op", "fonts", "skipped", skipped)
		}
	}
	take(filepath.Join(dir, dirFonts), true)
	for _, folder := range fontFolders() {
		take(folder, false)
	}
	return print.StandardFonts(rare...)
}

// fontFolders is where the system keeps its fonts.
func fontFolders() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{filepath.Join(os.Getenv("WINDIR"), "Fonts")}
	case "darwin":
		return []string{"/Library/Fonts", "/System/Library/Fonts"}
	}
	return []string{"/usr/share/fonts/truetype", "/usr/share/fonts/opentype", "/usr/local/share/fonts"}
}
