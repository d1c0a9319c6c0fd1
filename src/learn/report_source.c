#include "learn/report_source.h"

#include "base/ascii.h"
#include "mail/header.h"

#define FRONT_LINES 8 /* empty and "From " lines before a header section */
#define SECTION_LINES 2000
#define JUNK_LINES 40

/* Fields that stand in mail. */
static const enum header_id usual[] = {
	HDR_FROM, HDR_TO, HDR_SUBJECT, HDR_DATE, HDR_MESSAGE_ID, HDR_RECEIVED, HDR_RETURN_PATH, HDR_MIME_VERSION, HDR_CONTENT_TYPE, HDR_REPLY_TO, HDR_SENDER,
	HDR_DKIM_SIGNATURE, HDR_X_MAILER, HDR_USER_AGENT, HDR_DELIVERED_TO,
};

static bool is_usual(enum header_id id)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		if (usual[i] == id)
			return true;
	}
	return false;
}

/* Takes a line off the front, with its end. */
static struct span next_line(struct span *rest)
{
	const char *nl = rest->len != 0 ? memchr(rest->p, '\n', rest->len) : NULL;
	struct span line = nl != NULL ? span_make(rest->p, (size_t)(nl + 1 - rest->p)) : *rest;

	*rest = span_from(*rest, line.len);
	return line;
}

static bool is_mbox_line(struct span line)
{
	return span_starts(line, SPAN_LIT("From ")) || span_starts(line, SPAN_LIT(">From "));
}

/* The name of a field, empty when the line is none. */
static struct span field_name(struct span line)
{
	size_t n = 0, colon;

	while (n < line.len && ascii_is(line.p[n], ASCII_FTEXT) && line.p[n] != ':')
		n++;
	colon = n;
	while (colon < line.len && (line.p[colon] == ' ' || line.p[colon] == '\t'))
		colon++;
	return colon < line.len && line.p[colon] == ':' ? span_sub(line, 0, n) : SPAN_NONE;
}

static bool has(const uint64_t *seen, enum header_id id)
{
	return (seen[id / 64] >> (id % 64) & 1) != 0;
}

/* A piece of a long value that lost its blank in front on the way. */
static bool is_lost_fold(struct span line)
{
	line = span_trim(line);
	return line.len != 0 && line.p[0] != '-';
}

/* Reads the section at the front of *rest_r, which moves to the first line that is not of it. */
static bool read_section(struct span *rest_r)
{
	uint64_t seen[(HDR_N + 63) / 64] = { 0 };
	unsigned distinct = 0, junk = 0;
	bool transport = false;

	for (unsigned i = 0; i < SECTION_LINES && rest_r->len != 0; i++) {
		struct span before = *rest_r, line = next_line(rest_r), name;
		enum header_id id;

		if (i != 0 && (line.p[0] == ' ' || line.p[0] == '\t') && span_trim(line).len != 0)
			continue;
		name = field_name(line);
		if (name.len == 0 && i != 0 && is_lost_fold(line) && ++junk < JUNK_LINES)
			continue;
		if (name.len == 0) {
			*rest_r = i != 0 ? before : *rest_r;
			break;
		}
		id = header_intern(name);
		if (!is_usual(id) || has(seen, id))
			continue;
		seen[id / 64] |= UINT64_C(1) << (id % 64);
		distinct++;
		transport |= id == HDR_RECEIVED || id == HDR_RETURN_PATH || id == HDR_MESSAGE_ID;
	}
	if (distinct >= 3 && transport)
		return true;
	return distinct >= 5 && has(seen, HDR_FROM) && has(seen, HDR_MIME_VERSION);
}

static struct span skip_front(struct span bytes)
{
	for (unsigned i = 0; i < FRONT_LINES && bytes.len != 0; i++) {
		struct span rest = bytes, line = next_line(&rest);

		if (span_trim(line).len != 0 && !is_mbox_line(line))
			break;
		bytes = rest;
	}
	return bytes;
}

bool report_source_begins(struct span bytes)
{
	bytes = skip_front(bytes);
	return read_section(&bytes);
}

bool report_source_has_field(struct span bytes)
{
	bytes = skip_front(bytes);
	for (unsigned i = 0; i < FRONT_LINES && bytes.len != 0; i++) {
		if (field_name(next_line(&bytes)).len != 0)
			return true;
	}
	return false;
}

static bool is_separator(struct span line)
{
	line = span_trim(line);
	return line.len == 0 || line.p[0] == '-' || line.p[0] == '=' || line.p[0] == '_' || line.p[0] == '*' || line.p[0] == '|' || line.p[line.len - 1] == ':';
}

bool report_source_find(struct span text, struct span *source_r)
{
	struct span rest = text;
	bool open = true; /* a section may begin here */

	while (rest.len != 0) {
		struct span begin = rest, line = next_line(&rest);

		if (open && field_name(line).len != 0) {
			rest = begin;
			if (read_section(&rest)) {
				*source_r = begin;
				return true;
			}
			open = false;
			continue;
		}
		open = is_separator(line) || (open && is_mbox_line(line));
	}
	return false;
}

bool report_source_next_mbox(struct span *rest_r, struct span *mail_r)
{
	struct span rest = *rest_r;
	bool empty = false;

	while (rest.len != 0 && is_mbox_line(rest))
		next_line(&rest);
	*mail_r = rest;
	while (rest.len != 0) {
		struct span begin = rest, line = next_line(&rest);

		if (empty && span_starts(line, SPAN_LIT("From "))) {
			mail_r->len = (size_t)(begin.p - mail_r->p);
			*rest_r = begin;
			return true;
		}
		empty = span_trim(line).len == 0;
	}
	*rest_r = SPAN_NONE;
	return mail_r->len != 0;
}

struct span report_source_lines(struct arena *arena, struct span bytes)
{
	char *copy;

	if (bytes.len == 0 || memchr(bytes.p, '\n', bytes.len) != NULL || memchr(bytes.p, '\r', bytes.len) == NULL)
		return bytes;
	copy = arena_bytes(arena, bytes.len);
	for (size_t i = 0; i < bytes.len; i++)
		copy[i] = (char)(bytes.p[i] == '\r' ? '\n' : bytes.p[i]);
	return span_make(copy, bytes.len);
}

bool report_source_is_headers_only(struct span mail)
{
	struct span rest = skip_front(mail);

	while (rest.len != 0) {
		struct span line = next_line(&rest);

		if (span_trim(line).len == 0 && line.p[0] != ' ' && line.p[0] != '\t')
			return span_trim(rest).len == 0;
	}
	return true;
}
