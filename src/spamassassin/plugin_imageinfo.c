/* Mail::SpamAssassin::Plugin::ImageInfo: number, size and names of the images that come along in base64. */
#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/plugin_args.h"
#include "spamassassin/view_private.h"

extern const struct sa_plugin sa_plugin_imageinfo;

enum kind { GIF, PNG, JPEG, KINDS };

struct image {
	enum kind kind;
	uint32_t width, height; /* both 0: unknown */
	struct span name;       /* empty when the size is unknown */
};

struct notes {
	bool done;
	struct image *images;
	size_t n, cap;
};

/* ---- sizes ---- */

static uint32_t be16(const char *p)
{
	return (uint32_t)((uint8_t)p[0] << 8 | (uint8_t)p[1]);
}

static uint32_t be32(const char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static uint32_t le16(const char *p)
{
	return (uint32_t)((uint8_t)p[1] << 8 | (uint8_t)p[0]);
}

static void size_of_gif(struct span s, struct image *i)
{
	if (s.len < 10 || (!span_starts(s, SPAN_LIT("GIF87a")) && !span_starts(s, SPAN_LIT("GIF89a"))))
		return;
	i->width = le16(s.p + 6);
	i->height = le16(s.p + 8);
}

/* The chunk IHDR, which SpamAssassin looks for in steps of eight bytes. */
static void size_of_png(struct span s, struct image *i)
{
	if (!span_starts(s, SPAN_LIT("\x89PNG\r\n\x1a\n")))
		return;
	for (size_t at = 8; at + 8 <= s.len; at += 8) {
		struct span type = span_sub(s, at + 4, 4);

		if (span_eq(type, SPAN_LIT("IEND")))
			return;
		if (!span_eq(type, SPAN_LIT("IHDR")) || be32(s.p + at) != 13)
			continue;
		if (s.len - at >= 16) {
			i->width = be32(s.p + at + 8);
			i->height = be32(s.p + at + 12);
		}
		return;
	}
}

static bool is_frame_header(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static void size_of_jpeg(struct span s, struct image *i)
{
	if (!span_starts(s, SPAN_LIT("\xff\xd8")))
		return;
	for (size_t at = 2; at + 4 <= s.len;) {
		uint8_t marker = (uint8_t)s.p[at + 1];
		uint32_t len = be16(s.p + at + 2);

		if ((uint8_t)s.p[at] != 0xff || marker == 0xda || marker == 0xd9 || len < 2)
			return;
		at += 4;
		if (is_frame_header(marker)) {
			if (len >= 7 && s.len - at >= 5) {
				i->height = be16(s.p + at + 1);
				i->width = be16(s.p + at + 3);
			}
			return;
		}
		at += len - 2;
	}
}

static bool kind_of(struct span type, enum kind *kind_r)
{
	if (span_eq(type, SPAN_LIT("image/gif")))
		*kind_r = GIF;
	else if (span_eq(type, SPAN_LIT("image/png")))
		*kind_r = PNG;
	else if (span_eq(type, SPAN_LIT("image/jpeg")) || span_eq(type, SPAN_LIT("image/jpg")))
		*kind_r = JPEG;
	else
		return false;
	return true;
}

static void measure(struct sa_view *v, const struct sa_part *part, struct image *i)
{
	static void (*const size_of[KINDS])(struct span, struct image *) = { [GIF] = size_of_gif, [PNG] = size_of_png, [JPEG] = size_of_jpeg };

	size_of[i->kind](sa_part_decoded(v, part), i);
	if (i->width == 0 || i->height == 0)
		i->width = i->height = 0;
	else
		i->name = part->name;
}

static const struct notes *images_of(const struct sa_call *call)
{
	struct notes *notes = sa_view_memo(call->view, &sa_plugin_imageinfo, sizeof(*notes));
	const struct sa_part *parts;
	size_t n;

	if (notes->done)
		return notes;
	notes->done = true;
	parts = sa_parts(call->view, &n);
	for (size_t k = 0; k < n; k++) {
		struct image *image;
		enum kind kind;

		if (!parts[k].leaf || !kind_of(parts[k].type, &kind) || !span_eq(parts[k].encoding, SPAN_LIT("base64")))
			continue;
		image = ARRAY_ADD(sa_view_arena(call->view), notes->images, notes->n, notes->cap);
		image->kind = kind;
		measure(call->view, &parts[k], image);
	}
	return notes;
}

/* ---- evals ---- */

/* The first argument: "all", or a kind; false: none of these. */
static bool wanted(const struct sa_call *call, bool wanted_r[static KINDS])
{
	static const char *const names[KINDS] = { [GIF] = "gif", [PNG] = "png", [JPEG] = "jpeg" };
	bool all = span_eq(sa_arg(call, 0), SPAN_LIT("all")), any = all;

	for (int k = 0; k < KINDS; k++) {
		wanted_r[k] = all || span_eq(sa_arg(call, 0), span_of(names[k]));
		any |= wanted_r[k];
	}
	return any;
}

/* Whether arguments 1 and, if there, 2 enclose the value. */
static bool in_limits(const struct sa_call *call, double value)
{
	return value >= sa_arg_number(call, 1) && (sa_arg(call, 2).p == NULL || value <= sa_arg_number(call, 2));
}

static int image_count(struct sa_call *call)
{
	const struct notes *notes = images_of(call);
	bool kinds[KINDS];
	double count = 0;

	if (sa_arg(call, 1).p == NULL || !wanted(call, kinds))
		return 0;
	for (size_t i = 0; i < notes->n; i++)
		count += kinds[notes->images[i].kind];
	return in_limits(call, count);
}

static double pixels(const struct sa_call *call, const bool kinds[static KINDS])
{
	const struct notes *notes = images_of(call);
	double sum = 0;

	for (size_t i = 0; i < notes->n; i++) {
		if (kinds[notes->images[i].kind])
			sum += (double)notes->images[i].width * notes->images[i].height;
	}
	return sum;
}

static int pixel_coverage(struct sa_call *call)
{
	bool kinds[KINDS];

	return sa_arg(call, 1).p != NULL && wanted(call, kinds) && in_limits(call, pixels(call, kinds));
}

static int image_to_text_ratio(struct sa_call *call)
{
	const struct sa_lines *lines = sa_call_lines(call);
	bool kinds[KINDS];
	double len = 0, area, ratio;

	if (sa_arg(call, 2).p == NULL || !wanted(call, kinds))
		return 0;
	for (size_t i = 0; i < lines->n; i++)
		len += (double)lines->v[i].len;
	area = pixels(call, kinds);
	if (len <= 0 || area <= 0)
		return 0;
	ratio = len / area;
	return in_limits(call, ratio) && ratio < sa_arg_number(call, 2);
}

/* Both sizes are known where SpamAssassin keeps them. */
static bool has_size(const struct image *i)
{
	return i->width != 0;
}

static int image_size_exact(struct sa_call *call)
{
	const struct notes *notes = images_of(call);
	bool kinds[KINDS];
	uint64_t height, width;

	if (!wanted(call, kinds) || !span_uint(sa_arg(call, 1), UINT32_MAX, &height) || !span_uint(sa_arg(call, 2), UINT32_MAX, &width))
		return 0;
	for (size_t i = 0; i < notes->n; i++) {
		const struct image *image = &notes->images[i];

		if (kinds[image->kind] && has_size(image) && image->height == height && image->width == width)
			return 1;
	}
	return 0;
}

static bool at_most(const struct sa_call *call, size_t arg, double value)
{
	return sa_arg(call, arg).p == NULL || value <= sa_arg_number(call, arg);
}

/* Least height and width, greatest height and width. */
static int image_size_range(struct sa_call *call)
{
	const struct notes *notes = images_of(call);
	bool kinds[KINDS];

	if (sa_arg(call, 2).p == NULL || !wanted(call, kinds))
		return 0;
	for (size_t i = 0; i < notes->n; i++) {
		const struct image *image = &notes->images[i];

		if (kinds[image->kind] && has_size(image) && image->height >= sa_arg_number(call, 1) && image->width >= sa_arg_number(call, 2) &&
		    at_most(call, 3, image->height) && at_most(call, 4, image->width))
			return 1;
	}
	return 0;
}

static int image_named(struct sa_call *call)
{
	const struct notes *notes = images_of(call);

	for (size_t i = 0; i < notes->n; i++) {
		if (notes->images[i].name.len != 0 && span_eq(notes->images[i].name, sa_arg(call, 0)))
			return 1;
	}
	return 0;
}

static int image_name_regex(struct sa_call *call)
{
	const struct notes *notes = images_of(call);
	const struct regex *pattern = call->state != NULL ? sa_arg_pattern(call->state, sa_arg(call, 0)) : NULL;

	for (size_t i = 0; pattern != NULL && i < notes->n; i++) {
		if (notes->images[i].name.len != 0 && regex_match(pattern, call->memory, notes->images[i].name, 0, NULL, 0) == REGEX_YES)
			return 1;
	}
	return 0;
}

static const void *init(struct arena *arena, struct cf *cf)
{
	struct sa_patterns *p = ARENA_NEW(arena, struct sa_patterns);

	sa_patterns_init(p, arena, cf, "image_name_regex", 0);
	return p;
}

static const struct sa_eval evals[] = {
	{ "image_count", image_count }, { "pixel_coverage", pixel_coverage }, { "image_size_exact", image_size_exact }, { "image_size_range", image_size_range },
	{ "image_named", image_named }, { "image_name_regex", image_name_regex }, { "image_to_text_ratio", image_to_text_ratio }, { NULL, NULL },
};

const struct sa_plugin sa_plugin_imageinfo = { .name = "Mail::SpamAssassin::Plugin::ImageInfo", .evals = evals, .init = init };
