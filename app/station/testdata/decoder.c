/* A decoder of a synthetic coding, and every way in which such libraries misbehave. SPECIMEN. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { W = 102, H = 126, ROW = 308, HEAD = 54 };

int unpack(const unsigned char *wlt, unsigned char *out, int type) {
	for (int i = 0; i < W * H; i++)
		memset(out + 3 * i, wlt[8 + (i / 13) % 1016] + type, 3);
	return 1;
}

static void le(unsigned char *p, unsigned v) { p[0] = v; p[1] = v >> 8; p[2] = v >> 16; p[3] = v >> 24; }

int to_bmp(const unsigned char *wlt, unsigned char *out, int type) {
	memset(out, 0, HEAD);
	out[0] = 'B'; out[1] = 'M';
	le(out + 2, HEAD + ROW * H); le(out + 10, HEAD); le(out + 14, 40); le(out + 18, W); le(out + 22, H);
	out[26] = 1; out[28] = 24;
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			memset(out + HEAD + y * ROW + 3 * x, wlt[8 + (x + y) % 1016], 3);
	return 1;
}

static int save(const char *name, const unsigned char *wlt) {
	static unsigned char b[HEAD + ROW * H];
	to_bmp(wlt, b, 0);
	FILE *f = fopen(name, "wb");
	if (!f) return -1;
	fwrite(b, sizeof b, 1, f);
	fclose(f);
	f = fopen("wz.txt", "w");
	if (f) { fputs("SPECIMEN", f); fclose(f); }
	return 1;
}

int to_file(const unsigned char *wlt, unsigned char *out, int type) { return save("zp.bmp", wlt); }

int get_bmp(const char *path, int type) {
	unsigned char wlt[1024];
	FILE *f = fopen(path, "rb");
	if (!f || fread(wlt, sizeof wlt, 1, f) != 1) return -1;
	fclose(f);
	return save("photo.bmp", wlt);
}

int prints(const unsigned char *wlt, unsigned char *out, int type) {
	printf("decoding\n"); fflush(stdout);
	return unpack(wlt, out, type);
}

/* decodes only where nothing gets out */
int breaks_out(const unsigned char *wlt, unsigned char *out, int type) {
	char path[4096] = "";
	FILE *f = fopen("/dev/shm/bangban-specimen-outside", "r");
	if (f) { if (!fgets(path, sizeof path, f)) path[0] = 0; fclose(f); }
	if (socket(AF_INET, SOCK_DGRAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0) return -1;
	if (execl("/bin/true", "true", (char *)0) == 0) return -1;
	f = fopen(path, "w");
	if (f) { fputs("stolen", f); fclose(f); return -1; }
	return unpack(wlt, out, type);
}

int nothing(const unsigned char *wlt, unsigned char *out, int type) { return 0; }

int huge(const unsigned char *wlt, unsigned char *out, int type) {
	to_bmp(wlt, out, type);
	le(out + 18, 100000); le(out + 22, 100000);
	return 1;
}

int crashes(const unsigned char *wlt, unsigned char *out, int type) { *(volatile int *)8 = 1; return 1; }

int aborts(const unsigned char *wlt, unsigned char *out, int type) { abort(); }

int eats(const unsigned char *wlt, unsigned char *out, int type) {
	for (int i = 0; i < 4096; i++) {
		char *p = malloc(1 << 20);
		if (!p) return -1;
		memset(p, 1, 1 << 20);
	}
	return unpack(wlt, out, type);
}

int fills(const unsigned char *wlt, unsigned char *out, int type) {
	static char b[1 << 20];
	FILE *f = fopen("zp.bmp", "wb");
	for (int i = 0; f && i < 64; i++) fwrite(b, sizeof b, 1, f);
	if (f) fclose(f);
	return unpack(wlt, out, type);
}

int hangs(const unsigned char *wlt, unsigned char *out, int type) { for (;;) pause(); }

int forks(const unsigned char *wlt, unsigned char *out, int type) {
	if (fork() == 0) for (;;) pause();
	return unpack(wlt, out, type);
}
