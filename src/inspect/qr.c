/* QR codes in PNG and JPEG images: decoded to grey within a limit of pixels, searched by libzbar. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <png.h>
#include <zbar.h>

#include "base/buf.h"
#include "inspect/contents_private.h"

#define SIDE_LEAST 21       /* modules of the smallest code */
#define SCANS_MAX 40        /* of a progressive JPEG: each goes over the whole picture */
#define SYMBOLS_MAX 20
#define TEXT_BYTES 4096

struct grey {
	uint8_t *p;
	uint32_t width, height;
};

static bool fits(const struct reader *r, uint64_t width, uint64_t height)
{
	return width >= SIDE_LEAST && height >= SIDE_LEAST && width <= 32767 && height <= 32767 && width * height <= r->limits->pixels &&
	       width * height <= r->pixels_left;
}

/* ---- PNG ---- */

static void png_from_span(png_structp png, png_bytep to, png_size_t n)
{
	struct span *rest = png_get_io_ptr(png);

	if (n > rest->len)
		png_error(png, "short");
	memcpy(to, rest->p, n);
	*rest = span_from(*rest, n);
}

static void png_quiet(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* It must not return: libpng would print the text. */
static void png_stop(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

static void png_setup(png_structp png, png_infop info, struct span *rest)
{
	png_set_read_fn(png, rest, png_from_span);
	png_set_chunk_cache_max(png, 100);
	png_set_chunk_malloc_max(png, 1048576);
	png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	png_read_info(png, info);
	png_set_expand(png);
	png_set_strip_16(png);
	if ((png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png, info, PNG_INFO_tRNS) != 0) {
		png_color_16 white = { .red = 255, .green = 255, .blue = 255, .gray = 255 };

		png_set_background(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
	}
	if ((png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR) != 0)
		png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, -1, -1);
	png_set_interlace_handling(png);
	png_read_update_info(png, info);
}

/* What changes between setjmp and longjmp lives behind the pointer. */
static bool decode_png(struct reader *r, struct span bytes, struct grey *g)
{
	png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, png_stop, png_quiet);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
	png_bytep *volatile rows = NULL;
	struct span rest = bytes;

	if (info == NULL)
		abort();
	if (setjmp(png_jmpbuf(png)) != 0) {
		png_destroy_read_struct(&png, &info, NULL);
		return g->p != NULL; /* a damaged end leaves what was read */
	}
	png_setup(png, info, &rest);
	g->width = png_get_image_width(png, info);
	g->height = png_get_image_height(png, info);
	if (fits(r, g->width, g->height) && png_get_rowbytes(png, info) == g->width) {
		uint8_t *p = arena_alloc(r->arena, (size_t)g->width * g->height);

		rows = ARENA_ARRAY(r->arena, g->height, png_bytep);
		for (uint32_t y = 0; y < g->height; y++)
			rows[y] = p + (size_t)y * g->width;
		g->p = p;
		png_read_image(png, rows);
	}
	png_destroy_read_struct(&png, &info, NULL);
	return g->p != NULL;
}

/* ---- JPEG ---- */

struct jpeg {
	struct jpeg_decompress_struct d;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	jmp_buf back;
};

static void jpeg_stop(j_common_ptr d)
{
	longjmp(((struct jpeg *)(void *)d)->back, 1);
}

static void jpeg_quiet(j_common_ptr d)
{
	(void)d;
}

static void jpeg_count_scans(j_common_ptr d)
{
	if (((j_decompress_ptr)d)->input_scan_number > SCANS_MAX)
		jpeg_stop(d);
}

static void jpeg_setup(struct jpeg *j, struct span bytes)
{
	jpeg_create_decompress(&j->d);
	j->progress.progress_monitor = jpeg_count_scans;
	j->d.progress = &j->progress;
	j->d.mem->max_memory_to_use = 67108864;
	jpeg_mem_src(&j->d, (const unsigned char *)bytes.p, bytes.len);
}

static bool decode_jpeg(struct reader *r, struct span bytes, struct grey *g)
{
	struct jpeg *j = ARENA_NEW(r->arena, struct jpeg);

	j->d.err = jpeg_std_error(&j->errors);
	j->errors.error_exit = jpeg_stop;
	j->errors.output_message = jpeg_quiet;
	if (setjmp(j->back) != 0) {
		jpeg_destroy_decompress(&j->d);
		return g->p != NULL;
	}
	jpeg_setup(j, bytes);
	if (jpeg_read_header(&j->d, TRUE) == JPEG_HEADER_OK && j->d.image_width <= 16384 && j->d.image_height <= 16384 &&
	    (uint64_t)j->d.image_width * j->d.image_height <= r->limits->pixels * 4) {
		j->d.out_color_space = JCS_GRAYSCALE;
		j->d.scale_num = 1;
		j->d.scale_denom = 1;
		while (j->d.scale_denom < 8 && (uint64_t)j->d.image_width * j->d.image_height / ((uint64_t)j->d.scale_denom * j->d.scale_denom) > r->limits->pixels)
			j->d.scale_denom *= 2;
		jpeg_start_decompress(&j->d);
		g->width = j->d.output_width;
		g->height = j->d.output_height;
		if (fits(r, g->width, g->height) && j->d.output_components == 1)
			g->p = arena_alloc(r->arena, (size_t)g->width * g->height);
		while (g->p != NULL && j->d.output_scanline < g->height) {
			JSAMPROW row = g->p + (size_t)j->d.output_scanline * g->width;

			jpeg_read_scanlines(&j->d, &row, 1);
		}
	}
	jpeg_destroy_decompress(&j->d);
	return g->p != NULL;
}

/* ---- codes ---- */

static void see_symbol(struct reader *r, int32_t item, struct span text)
{
	contents_tell(r, item, CONTENT_QR_CODE);
	text = arena_copy(r->arena, span_sub(text, 0, TEXT_BYTES));
	contents_add_url(r, item, CONTENT_URL_QR, text);
	contents_add_bytes(r, item, CONTENT_TEXT, SPAN_NONE, text);
}

static void search(struct reader *r, int32_t item, const struct grey *g)
{
	zbar_image_scanner_t *scanner = zbar_image_scanner_create();
	zbar_image_t *image = zbar_image_create();
	const zbar_symbol_t *symbol;
	unsigned left = SYMBOLS_MAX;

	if (scanner == NULL || image == NULL)
		abort();
	zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
	zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
	zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
	zbar_image_set_size(image, g->width, g->height);
	zbar_image_set_data(image, g->p, (unsigned long)g->width * g->height, NULL);
	if (zbar_scan_image(scanner, image) > 0) {
		for (symbol = zbar_image_first_symbol(image); symbol != NULL && left-- != 0; symbol = zbar_symbol_next(symbol))
			see_symbol(r, item, span_make(zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol)));
	}
	zbar_image_destroy(image);
	zbar_image_scanner_destroy(scanner);
}

void contents_read_image(struct reader *r, int32_t item)
{
	struct span bytes = contents_item(r, item)->bytes;
	struct grey g = { 0 };
	bool decoded;

	if (!r->in->qr || r->images_left == 0)
		return;
	r->images_left--;
	decoded = contents_item(r, item)->type == FILE_PNG ? decode_png(r, bytes, &g) : decode_jpeg(r, bytes, &g);
	if (!decoded)
		return;
	r->pixels_left -= (uint64_t)g.width * g.height < r->pixels_left ? (uint64_t)g.width * g.height : r->pixels_left;
	search(r, item, &g);
}
