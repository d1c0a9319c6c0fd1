/* Features of the MIME structure, of attachments and links. */
#include "base/ascii.h"
#include "learn/tokens_private.h"

#define PARTS 40
#define LINKS 60
#define SEGMENTS 4        /* of a link's path */
#define DOCUMENT_HEAD ((size_t)4096)
#define DOCUMENT_TWICE (2 * DOCUMENT_HEAD)
#define NAME_WORDS 8

static void add_path(struct tokens *t, const struct url *u)
{
	struct span rest = u->path;

	token_add(t, TOKEN_LINK, hash_join(t, TOKEN_NAME(t, "form"), token_hash_shape(t, span_sub(u->path, 0, 64))));
	for (unsigned i = 0; i < SEGMENTS && rest.p != NULL; i++) {
		struct span segment = span_split(&rest, '/');

		if (segment.len == 0 || segment.len > WORD_BYTES)
			continue;
		token_add(t, TOKEN_LINK, hash_join(t, TOKEN_NAME(t, "segment"), token_hash_lower(t, segment)));
		if (span_rchr(segment, '.') != SPAN_NPOS)
			token_add(t, TOKEN_LINK, hash_join(t, TOKEN_NAME(t, "ending"), token_hash_lower(t, span_from(segment, span_rchr(segment, '.')))));
	}
	rest = u->query;
	for (unsigned i = 0; i < SEGMENTS && rest.p != NULL; i++) {
		struct span key = span_split(&rest, '&');

		key.len = span_chr(key, '=') == SPAN_NPOS ? key.len : span_chr(key, '=');
		if (key.len != 0 && key.len <= WORD_BYTES)
			token_add(t, TOKEN_LINK, hash_join(t, TOKEN_NAME(t, "key"), token_hash_lower(t, key)));
	}
}

static void add_link(struct tokens *t, const struct link *l)
{
	const struct url *u = &l->url;
	uint64_t source = TOKEN_NAME(t, "source") + (uint64_t)l->source;

	if ((u->flags & URL_MAILTO) != 0) {
		tokens_host(t, TOKEN_LINK, TOKEN_NAME(t, "mailto"), u->host_ascii);
		token_add(t, TOKEN_LINK, hash_join(t, TOKEN_NAME(t, "mailto"), token_hash_lower(t, u->user)));
		return;
	}
	tokens_host(t, TOKEN_LINK, TOKEN_NAME(t, "host"), u->host_ascii.len != 0 ? u->host_ascii : u->host);
	token_add(t, TOKEN_LINK, hash_join(t, source, token_hash(t, u->domain)));
	token_add(t, TOKEN_LINK, hash_join(t, source, token_hash(t, u->scheme)));
	token_add(t, TOKEN_LINK, hash_join(t, TOKEN_NAME(t, "flags"), (uint64_t)u->flags << 17 | (uint64_t)u->port << 1 | l->hidden));
	add_path(t, u);
}

void tokens_links(struct tokens *t, const struct message *m)
{
	token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "links"), m->nlinks);
	for (size_t i = 0; i < m->nlinks && i < LINKS; i++)
		add_link(t, &m->links[i]);
}

/* What a PDF says about its making stands in the open, more often than not. */
static void add_pdf(struct tokens *t, struct span body)
{
	static const struct span keys[] = { SPAN_LIT("/Producer"), SPAN_LIT("/Creator"), SPAN_LIT("/Author"), SPAN_LIT("/Title"), SPAN_LIT("/URI"), SPAN_LIT("/JavaScript"), SPAN_LIT("/Encrypt") };
	struct span ends[2] = { span_sub(body, 0, DOCUMENT_HEAD), body.len > DOCUMENT_TWICE ? span_from(body, body.len - DOCUMENT_HEAD) : SPAN_NONE };

	for (size_t i = 0; i < 2 * sizeof(keys) / sizeof(*keys); i++) {
		struct span key = keys[i / 2];
		size_t at = span_find(ends[i % 2], key);

		if (at != SPAN_NPOS)
			tokens_words(t, TOKEN_ATTACHMENT, token_hash(t, key), span_sub(ends[i % 2], at + key.len, 60), NAME_WORDS);
	}
	tokens_words(t, TOKEN_ATTACHMENT, TOKEN_NAME(t, "pdf"), span_sub(body, 0, 8), 2);
}

static unsigned be16(const char *p)
{
	return (unsigned)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

static unsigned le16(const char *p)
{
	return (unsigned)(uint8_t)p[1] << 8 | (uint8_t)p[0];
}

/* Width and height of PNG and GIF stand at a fixed place; with JPEG the head of the file (quantisation tables) tells the program that wrote it. */
static void add_image(struct tokens *t, const struct part *p)
{
	uint64_t size = 0;

	if (p->detected == FILE_PNG && p->body.len >= 24)
		size = (uint64_t)be16(p->body.p + 18) << 16 | be16(p->body.p + 22);
	else if (p->detected == FILE_GIF && p->body.len >= 10)
		size = (uint64_t)le16(p->body.p + 6) << 16 | le16(p->body.p + 8);
	else if (p->body.len >= 200)
		size = token_hash(t, span_sub(p->body, 0, 160));
	if (size != 0)
		token_add(t, TOKEN_ATTACHMENT, hash_join(t, TOKEN_NAME(t, "image"), size));
}

static void add_attachment(struct tokens *t, const struct part *p)
{
	uint64_t type = token_hash(t, span_of(file_type_name(p->detected)));
	size_t dot = span_rchr(p->name, '.');

	token_add(t, TOKEN_ATTACHMENT, type);
	token_add(t, TOKEN_ATTACHMENT, hash_join(t, type, token_hash_lower(t, p->type)));
	token_add_count(t, TOKEN_ATTACHMENT, type, p->body.len);
	/* The file itself: its length and its first bytes. */
	token_add(t, TOKEN_ATTACHMENT, hash_join(t, p->body.len, token_hash(t, span_sub(p->body, 0, DOCUMENT_HEAD))));
	if (p->name.len != 0) {
		tokens_words(t, TOKEN_ATTACHMENT, TOKEN_NAME(t, "name"), p->name, NAME_WORDS);
		token_add(t, TOKEN_ATTACHMENT, hash_join(t, TOKEN_NAME(t, "shape"), token_hash_shape(t, p->name)));
	}
	if (dot != SPAN_NPOS)
		token_add(t, TOKEN_ATTACHMENT, hash_join(t, TOKEN_NAME(t, "ending"), token_hash_lower(t, span_from(p->name, dot))));
	if (p->detected == FILE_PDF)
		add_pdf(t, p->body);
	else if (p->detected >= FILE_JPEG && p->detected <= FILE_ICO)
		add_image(t, p);
	else if (p->detected >= FILE_TEXT && p->detected <= FILE_RTF)
		tokens_words(t, TOKEN_ATTACHMENT, TOKEN_NAME(t, "text"), span_sub(p->body, 0, DOCUMENT_HEAD), 100);
}

static void add_part(struct tokens *t, const struct part *p, uint64_t before)
{
	uint64_t type = token_hash_lower(t, p->type), depth = TOKEN_NAME(t, "depth") + p->depth;
	struct span declared = header_value(&p->headers, HDR_CONTENT_TYPE);
	size_t boundary = span_case_find(declared, SPAN_LIT("boundary="));

	token_add(t, TOKEN_PART, hash_join(t, type, p->type_declared));
	token_add(t, TOKEN_PART, hash_join(t, depth, type));
	token_add(t, TOKEN_PART, hash_join(t, before, type));
	token_add(t, TOKEN_PART, hash_join(t, TOKEN_NAME(t, "charset"), token_hash_lower(t, p->charset)));
	token_add(t, TOKEN_PART, hash_join(t, type, token_hash_lower(t, p->charset)));
	token_add(t, TOKEN_PART, hash_join(t, type, TOKEN_NAME(t, "encoding") + token_hash_lower(t, p->encoding)));
	token_add(t, TOKEN_PART, hash_join(t, type, TOKEN_NAME(t, "shown") + token_hash_lower(t, p->disposition)));
	if (boundary != SPAN_NPOS)
		token_add(t, TOKEN_MESSAGE_ID, hash_join(t, TOKEN_NAME(t, "boundary"), token_hash_shape(t, span_from(declared, boundary + 9))));
	else /* case, blanks and quotes as the program that made it writes them */
		token_add(t, TOKEN_PART, hash_join(t, type, token_hash(t, span_sub(declared, 0, 100))));
	for (size_t i = 0; i < p->headers.n && i < 20 && p->depth > 0; i++)
		token_add(t, TOKEN_PART, hash_join(t, TOKEN_NAME(t, "field"), token_hash(t, span_sub(p->headers.v[i].name, 0, WORD_BYTES))));
	if (p->kind == PART_ATTACHMENT || p->name.len != 0)
		add_attachment(t, p);
	if (p->kind == PART_MESSAGE && p->inner != NULL)
		tokens_words(t, TOKEN_ATTACHMENT, TOKEN_NAME(t, "inner"), p->inner->subject, 20);
}

void tokens_parts(struct tokens *t, const struct message *m)
{
	uint64_t before = 0;

	token_add_count(t, TOKEN_FORM, TOKEN_NAME(t, "parts"), m->nparts);
	for (size_t i = 0; i < m->nparts && i < PARTS; i++) {
		add_part(t, &m->parts[i], before);
		before = token_hash_lower(t, m->parts[i].type);
	}
}
