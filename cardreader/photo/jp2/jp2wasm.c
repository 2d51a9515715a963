/* Decode one JPEG 2000 picture from memory to RGBA: the whole surface of the module.
 *
 *   jp2_alloc(n)              room for n bytes of input; 0: none
 *   jp2_decode(p, n, w, h)    decodes n bytes at p to at most w x h; gives the result block below
 *   jp2_fuel, jp2_left        fuel.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "openjpeg.h"

/* The host reads this block as little-endian 32-bit words. */
static struct {
    uint32_t status, width, height, components, rgba, flags;
} res;

enum { /* status; decode.go names each of them */
    OK, NOT_JP2, SETUP, HEADER, TOO_LARGE, BODY, NO_DATA, NO_MEMORY, NO_COLOUR,
};
enum { /* flags */
    TRUNCATED = 1, /* the end is damaged; what could be decoded is there */
};

typedef struct { const uint8_t *p; size_t n, off; } mem_t;

static OPJ_SIZE_T rd(void *b, OPJ_SIZE_T n, void *u) {
    mem_t *m = u;
    size_t left = m->n - m->off;
    if (left == 0) return (OPJ_SIZE_T)-1;
    if (n > left) n = left;
    memcpy(b, m->p + m->off, n);
    m->off += n;
    return n;
}
static OPJ_OFF_T sk(OPJ_OFF_T n, void *u) {
    mem_t *m = u;
    if (n < 0) return -1;
    if ((uint64_t)n > m->n - m->off) n = (OPJ_OFF_T)(m->n - m->off);
    m->off += (size_t)n;
    return n;
}
static OPJ_BOOL se(OPJ_OFF_T n, void *u) {
    mem_t *m = u;
    if (n < 0 || (uint64_t)n > m->n) return OPJ_FALSE;
    m->off = (size_t)n;
    return OPJ_TRUE;
}

__attribute__((export_name("jp2_alloc"))) void *jp2_alloc(uint32_t n) { return malloc(n); }

/* sample gives one component at a place of the picture as 8 bits, without a sign. */
static int sample(const opj_image_comp_t *c, uint32_t x, uint32_t y, uint32_t W, uint32_t H) {
    uint32_t sx = x, sy = y;
    if (c->w != W) sx = x / (c->dx ? c->dx : 1);
    if (c->h != H) sy = y / (c->dy ? c->dy : 1);
    if (sx >= c->w) sx = c->w - 1;
    if (sy >= c->h) sy = c->h - 1;
    int v = c->data[(size_t)sy * c->w + sx];
    if (c->sgnd) v += 1 << (c->prec - 1);
    if (c->prec > 8) v >>= (c->prec - 8);
    else if (c->prec < 8) v = v * 255 / ((1 << c->prec) - 1);
    return v < 0 ? 0 : v > 255 ? 255 : v;
}
static uint8_t clip(int i) { return (uint8_t)(i < 0 ? 0 : i > 255 ? 255 : i); }

/* small tells whether the picture keeps to the limits. */
static int small(const opj_image_t *im, uint32_t maxw, uint32_t maxh) {
    if (im->x1 <= im->x0 || im->y1 <= im->y0 || im->x1 - im->x0 > maxw || im->y1 - im->y0 > maxh) return 0;
    if (im->numcomps < 1 || im->numcomps > 4) return 0;
    for (uint32_t i = 0; i < im->numcomps; i++)
        if (im->comps[i].prec < 1 || im->comps[i].prec > 16) return 0;
    return 1;
}

/* paint writes the picture as RGBA. sYCC, and three components of which the second is coarser (as opj_decompress
 * guesses), are converted with opj_decompress's own formula; alpha and a fourth component are ignored. */
static void paint(const opj_image_t *im, uint8_t *o, uint32_t W, uint32_t H) {
    uint32_t nc = im->numcomps;
    int ycc = nc >= 3 && (im->color_space == OPJ_CLRSPC_SYCC ||
              (im->color_space != OPJ_CLRSPC_SRGB && (im->comps[1].dx > 1 || im->comps[1].dy > 1)));
    for (uint32_t y = 0; y < H; y++) for (uint32_t x = 0; x < W; x++, o += 4) {
        int a = sample(&im->comps[0], x, y, W, H);
        o[3] = 255;
        if (nc < 3) { o[0] = o[1] = o[2] = (uint8_t)a; continue; }
        int b = sample(&im->comps[1], x, y, W, H), c = sample(&im->comps[2], x, y, W, H);
        if (ycc) {
            b -= 128; c -= 128;
            o[0] = clip(a + (int)(1.402 * c));
            o[1] = clip(a - (int)(0.344 * b + 0.714 * c));
            o[2] = clip(a + (int)(1.772 * b));
        } else { o[0] = (uint8_t)a; o[1] = (uint8_t)b; o[2] = (uint8_t)c; }
    }
}

static uint32_t decode(opj_codec_t *cd, opj_stream_t *st, opj_image_t **im, uint32_t maxw, uint32_t maxh) {
    opj_dparameters_t prm;
    opj_set_default_decoder_parameters(&prm);
    if (!opj_setup_decoder(cd, &prm)) return SETUP;
    opj_decoder_set_strict_mode(cd, OPJ_FALSE); /* a truncated picture is better than none */
    if (!opj_read_header(st, cd, im) || !*im) return HEADER;
    if (!small(*im, maxw, maxh)) return TOO_LARGE; /* before anything is allocated for it */
    if (!opj_decode(cd, st, *im)) return BODY;
    if (!opj_end_decompress(cd, st)) res.flags |= TRUNCATED;
    if (!small(*im, maxw, maxh)) return TOO_LARGE; /* a palette may have made other components */
    for (uint32_t i = 0; i < (*im)->numcomps; i++)
        if (!(*im)->comps[i].data || !(*im)->comps[i].w || !(*im)->comps[i].h) return NO_DATA;
    if ((*im)->color_space == OPJ_CLRSPC_CMYK || (*im)->color_space == OPJ_CLRSPC_EYCC) return NO_COLOUR;
    uint32_t W = (*im)->x1 - (*im)->x0, H = (*im)->y1 - (*im)->y0;
    uint8_t *o = malloc((size_t)W * H * 4);
    if (!o) return NO_MEMORY;
    paint(*im, o, W, H);
    res.width = W; res.height = H; res.components = (*im)->numcomps; res.rgba = (uint32_t)(uintptr_t)o;
    return OK;
}

__attribute__((export_name("jp2_decode")))
void *jp2_decode(const uint8_t *p, uint32_t n, uint32_t maxw, uint32_t maxh) {
    static const uint8_t jp2sig[12] = {0, 0, 0, 12, 'j', 'P', ' ', ' ', 13, 10, 0x87, 10};
    OPJ_CODEC_FORMAT f;
    memset(&res, 0, sizeof res);
    if (n >= 12 && !memcmp(p, jp2sig, 12)) f = OPJ_CODEC_JP2;
    else if (n >= 4 && p[0] == 0xFF && p[1] == 0x4F && p[2] == 0xFF && p[3] == 0x51) f = OPJ_CODEC_J2K;
    else { res.status = NOT_JP2; return &res; }
    mem_t m = { p, n, 0 };
    opj_stream_t *st = opj_stream_create(n < 65536 ? n : 65536, OPJ_TRUE);
    opj_codec_t *cd = opj_create_decompress(f);
    opj_image_t *im = NULL;
    res.status = SETUP;
    if (st && cd) {
        opj_stream_set_user_data(st, &m, NULL);
        opj_stream_set_user_data_length(st, n);
        opj_stream_set_read_function(st, rd);
        opj_stream_set_skip_function(st, sk);
        opj_stream_set_seek_function(st, se);
        res.status = decode(cd, st, &im, maxw, maxh);
    }
    if (im) opj_image_destroy(im);
    if (cd) opj_destroy_codec(cd);
    if (st) opj_stream_destroy(st);
    return &res;
}
