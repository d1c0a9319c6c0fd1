#include "report_support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct span support_read(struct arena *arena, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *p;

	if (f == NULL)
		return SPAN_NONE;
	if (fstat(fileno(f), &st) != 0)
		abort();
	p = arena_bytes(arena, (size_t)st.st_size + 1);
	if (fread(p, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		abort();
	fclose(f);
	return span_make(p, (size_t)st.st_size);
}

int support_walk(const char *folder, void (*visit)(void *, const char *, struct span), void *ctx)
{
	struct dirent **list;
	int n = scandir(folder, &list, NULL, alphasort), files = 0;

	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		char path[1024];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		if (list[i]->d_name[0] != '.' && stat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode)) {
				files += support_walk(path, visit, ctx);
			} else {
				struct arena *arena = arena_new(0);

				visit(ctx, path, support_read(arena, path));
				arena_free(&arena);
				files++;
			}
		}
		free(list[i]);
	}
	free(list);
	return files;
}

const struct url_context *support_urls(void)
{
	static struct url_context *urls;

	if (urls == NULL) {
		message_init();
		urls = url_context_new();
	}
	return urls;
}

const struct message *support_parse(struct arena *arena, struct span raw)
{
	return message_parse(arena, raw, &message_limits_default, support_urls());
}

struct report_limits support_limits(void)
{
	return (struct report_limits){ .originals = 100, .depth = 3, .message = &message_limits_default, .urls = support_urls() };
}

struct span support_base64(struct arena *arena, struct span s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf out = BUF_INIT(arena);

	for (size_t i = 0; i < s.len; i += 3) {
		unsigned v = 0, n = s.len - i < 3 ? (unsigned)(s.len - i) : 3;

		for (unsigned k = 0; k < 3; k++)
			v = v << 8 | (k < n ? (uint8_t)s.p[i + k] : 0u);
		for (unsigned k = 0; k < 4; k++)
			buf_char(&out, k <= n ? digits[v >> (18 - 6 * k) & 63] : '=');
		if (i % 57 == 54)
			buf_str(&out, "\r\n");
	}
	buf_str(&out, "\r\n");
	return buf_span(&out);
}

struct span support_qp(struct arena *arena, struct span s)
{
	struct buf out = BUF_INIT(arena);
	size_t column = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\r' && i + 1 < s.len && s.p[i + 1] == '\n')
			continue;
		if (s.p[i] == '\n') {
			buf_str(&out, "\r\n");
			column = 0;
			continue;
		}
		if (column > 70) {
			buf_str(&out, "=\r\n");
			column = 0;
		}
		if ((uint8_t)s.p[i] > 126 || (uint8_t)s.p[i] < 33 || s.p[i] == '=') {
			buf_printf(&out, "=%02X", (unsigned)(uint8_t)s.p[i]);
			column += 3;
		} else {
			buf_char(&out, s.p[i]);
			column++;
		}
	}
	return buf_span(&out);
}
