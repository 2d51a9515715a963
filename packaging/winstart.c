/* How soon a program has a window that can be used, and what it weighs then:  winstart SECONDS PROGRAM [ARGUMENT …]
 * Prints: milliseconds to the first window that is mapped, to the first one with eight colours (something to read), then,
 * SECONDS later, PSS and RSS of the program in MB, and its share of one core over the second half of that time. Ends the
 * program. Wants a window manager that keeps _NET_CLIENT_LIST.  cc -O2 -o winstart winstart.c -lX11 */
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void rest(double ms) {
	struct timespec t = {(time_t)(ms / 1e3), 0};
	t.tv_nsec = (long)((ms - t.tv_sec * 1e3) * 1e6);
	nanosleep(&t, NULL);
}

/* A window may go while it is looked at. */
static int gone(Display *d, XErrorEvent *e) { return 0; }

static int listed(Display *d, Window *out, int most) {
	Atom type;
	int format;
	unsigned long n = 0, left;
	unsigned char *data = NULL;
	Atom list = XInternAtom(d, "_NET_CLIENT_LIST", False);
	if (XGetWindowProperty(d, DefaultRootWindow(d), list, 0, most, False, XA_WINDOW, &type, &format, &n, &left, &data) != Success || !data)
		return 0;
	memcpy(out, data, n * sizeof(Window));
	XFree(data);
	return (int)n;
}

/* Every fourth pixel each way; counts to eight. */
static int colours(Display *d, Window w, int width, int height) {
	unsigned long seen[8];
	int n = 0;
	XImage *i = XGetImage(d, w, 0, 0, width, height, AllPlanes, ZPixmap);
	if (!i) return 0;
	for (int y = 0; y < height && n < 8; y += 4)
		for (int x = 0; x < width && n < 8; x += 4) {
			unsigned long p = XGetPixel(i, x, y);
			int k = 0;
			while (k < n && seen[k] != p) k++;
			if (k == n) seen[n++] = p;
		}
	XDestroyImage(i);
	return n;
}

static long ticks(pid_t p) {
	char path[64], line[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", p);
	FILE *f = fopen(path, "r");
	if (!f) return 0;
	size_t n = fread(line, 1, sizeof line - 1, f);
	fclose(f);
	line[n] = 0;
	char *at = strrchr(line, ')');
	long user = 0, system = 0;
	if (at) sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
	return user + system;
}

static long kilobytes(pid_t p, const char *key) {
	char path[64], line[256];
	long kb = 0;
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", p);
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, key, strlen(key))) sscanf(line + strlen(key), "%ld", &kb);
	if (f) fclose(f);
	return kb;
}

int main(int argc, char **argv) {
	Display *d = XOpenDisplay(NULL);
	if (argc < 3 || !d) {
		fprintf(stderr, argc < 3 ? "winstart SECONDS PROGRAM [ARGUMENT ...]\n" : "winstart: no display\n");
		return 2;
	}
	XSetErrorHandler(gone);
	double seconds = atof(argv[1]), map = 0, paint = 0, begun = now();
	Window before[256], all[256];
	int old = listed(d, before, 256);
	pid_t p = fork();
	if (!p) {
		setpgid(0, 0);
		freopen("/dev/null", "w", stdout);
		freopen("/dev/null", "w", stderr);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	while (!paint && now() - begun < 60e3 && !waitpid(p, NULL, WNOHANG)) {
		int n = listed(d, all, 256);
		for (int i = 0; i < n && !paint; i++) {
			XWindowAttributes a;
			int known = 0;
			for (int k = 0; k < old; k++) known |= before[k] == all[i];
			if (known || !XGetWindowAttributes(d, all[i], &a) || a.map_state != IsViewable || a.width <= 100 || a.height <= 100) continue;
			if (!map) map = now() - begun;
			if (colours(d, all[i], a.width, a.height) >= 8) paint = now() - begun;
		}
		rest(4);
	}
	if (!paint) {
		kill(-p, SIGKILL);
		fprintf(stderr, "winstart: no window that can be used\n");
		return 1;
	}
	rest(seconds * 500);
	long t = ticks(p);
	double from = now();
	rest(seconds * 500);
	double cpu = (ticks(p) - t) * 1e5 / sysconf(_SC_CLK_TCK) / (now() - from);
	printf("%.0f %.0f %.1f %.1f %.1f\n", map, paint, kilobytes(p, "Pss:") / 1024.0, kilobytes(p, "Rss:") / 1024.0, cpu);
	kill(-p, SIGTERM);
	int status = 0;
	double told = now();
	while (!waitpid(p, &status, WNOHANG)) {
		if (now() - told > 20e3) {
			kill(-p, SIGKILL);
			fprintf(stderr, "winstart: it does not end\n");
			return 1;
		}
		rest(10);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status)) fprintf(stderr, "winstart: it ended with %d\n", WEXITSTATUS(status));
	return 0;
}
