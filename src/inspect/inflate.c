#include "inspect/inflate.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/buf.h"

#define CHUNK 16384

struct span contents_inflate(struct reader *r, enum inflate_form form, struct span data, size_t hint, size_t max, bool *whole_r)
{
	z_stream s = { .next_in = (const Bytef *)data.p, .avail_in = data.len < UINT32_MAX ? (uInt)data.len : UINT32_MAX };
	size_t most = max < contents_room(r) ? max : contents_room(r);
	struct buf out = { .arena = r->arena, .max = most };
	int status = Z_OK;

	if (whole_r != NULL)
		*whole_r = false;
	if (most == 0)
		return SPAN_NONE;
	buf_reserve(&out, hint < most ? hint + 1 : most);
	if (inflateInit2(&s, form == INFLATE_RAW ? -MAX_WBITS : MAX_WBITS) != Z_OK)
		abort();
	while (status == Z_OK && out.len < most) {
		size_t n = most - out.len < CHUNK ? most - out.len : CHUNK;

		s.next_out = (Bytef *)buf_reserve(&out, n);
		s.avail_out = (uInt)n;
		status = inflate(&s, Z_NO_FLUSH);
		out.len += n - s.avail_out;
		if (s.avail_in == 0 && s.avail_out != 0)
			break;
	}
	inflateEnd(&s);
	if (whole_r != NULL)
		*whole_r = status == Z_STREAM_END;
	contents_spend(r, out.len, out.len);
	return buf_span(&out);
}
