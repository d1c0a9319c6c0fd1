#include "proto/milter_wire.h"

#include "proto/envelope.h"

/* Stages of the macro lists (SMFIM_*), and what we ask for at each. */
static const struct {
	uint32_t stage;
	const char *names;
} macro_lists[] = {
	{ 0, "j {daemon_name} {client_name} {tls_version} {cipher}" },       /* CONNECT */
	{ 1, "j {daemon_name} {tls_version} {cipher}" },                     /* HELO */
	{ 2, "i j v {daemon_name} {auth_authen} {tls_version} {cipher}" },   /* MAIL */
	{ 3, "{rcpt_mailer} {rcpt_host} {rcpt_addr}" },                      /* RCPT */
	{ 4, "i" },                                                          /* DATA */
	{ 6, "i" },                                                          /* end of header */
	{ 5, "i {auth_authen}" },                                            /* end of message */
};

#define WANTED_ACTIONS \
	(SMFIF_ADDHDRS | SMFIF_ADDRCPT | SMFIF_DELRCPT | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_CHGFROM | SMFIF_SETSYMLIST)
/* RCPT is answered (its number is limited). BODY is not: to stop an oversize message early (SKIP) would cost every mail a round trip. */
#define WANTED_STEPS \
	(SMFIP_NR_HDR | SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_DATA | SMFIP_NR_UNKN | \
	 SMFIP_NR_EOH | SMFIP_NR_BODY | SMFIP_HDR_LEADSPC | SMFIP_SKIP)

int milter_frame_next(struct span in, struct milter_frame *frame_r, size_t *taken_r)
{
	struct cursor c = CURSOR(in);
	uint32_t len = cursor_be32(&c);
	struct span data;

	if (c.bad)
		return 0;
	if (len == 0 || len > MILTER_FRAME_MAX)
		return -1;
	if (!cursor_bytes(&c, len, &data))
		return 0;
	frame_r->command = data.p[0];
	frame_r->data = span_from(data, 1);
	*taken_r = 4 + (size_t)len;
	return 1;
}

bool milter_options_read(struct span data, struct milter_options *offered_r)
{
	struct cursor c = CURSOR(data);

	offered_r->version = cursor_be32(&c);
	offered_r->actions = cursor_be32(&c);
	offered_r->steps = cursor_be32(&c);
	return !c.bad;
}

bool milter_options_choose(const struct milter_options *offered, struct milter_options *chosen_r)
{
	if (offered->version < MILTER_VERSION_MIN)
		return false;
	chosen_r->version = offered->version < MILTER_VERSION_MAX ? offered->version : MILTER_VERSION_MAX;
	chosen_r->actions = offered->actions & WANTED_ACTIONS;
	chosen_r->steps = offered->steps & WANTED_STEPS;
	return true;
}

static void put_be32(struct buf *out, uint32_t v)
{
	const char bytes[4] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };

	buf_add(out, span_make(bytes, sizeof(bytes)));
}

/* A frame is begun with a length of 0, which is set when its end is known. Returns where it begins. */
static size_t begin(struct buf *out, enum milter_response r)
{
	size_t at = out->len;

	put_be32(out, 0);
	buf_char(out, (char)r);
	return at;
}

static void end(struct buf *out, size_t at)
{
	size_t len = out->len - at - 4;

	for (int i = 0; i < 4; i++)
		out->p[at + (size_t)i] = (char)(len >> (24 - 8 * i));
}

void milter_put_options(struct buf *out, const struct milter_options *chosen)
{
	size_t at = begin(out, SMFIR_OPTNEG);

	put_be32(out, chosen->version);
	put_be32(out, chosen->actions);
	put_be32(out, chosen->steps);
	for (size_t i = 0; (chosen->actions & SMFIF_SETSYMLIST) != 0 && i < sizeof(macro_lists) / sizeof(macro_lists[0]); i++) {
		put_be32(out, macro_lists[i].stage);
		buf_add(out, span_make(macro_lists[i].names, strlen(macro_lists[i].names) + 1));
	}
	end(out, at);
}

/* Family, port and address follow the name, except for the family 'U', which has nothing more to say. */
bool milter_connect_read(struct span data, struct milter_connect *connect_r)
{
	struct cursor c = CURSOR(data);
	struct span address;
	char family;

	memset(connect_r, 0, sizeof(*connect_r));
	connect_r->name = envelope_client_name(cursor_cstr(&c));
	family = (char)cursor_u8(&c);
	if (c.bad)
		return false;
	if (family != '4' && family != '6')
		return family == 'L' || family == 'U';
	connect_r->port = cursor_be16(&c);
	address = cursor_cstr(&c);
	if (!ip_parse(address, &connect_r->ip))
		memset(&connect_r->ip, 0, sizeof(connect_r->ip));
	/* For mail of local programs Postfix (non_smtpd_milters) plays a client on loopback with port 0. */
	connect_r->by_smtp = connect_r->port != 0 || !ip_is_loopback(&connect_r->ip);
	return !c.bad;
}

/* Replies. */

void milter_put(struct buf *out, enum milter_response r)
{
	end(out, begin(out, r));
}

/* A string of the protocol on one line: nothing below a blank, nothing that ends it early. */
static void put_line(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if ((unsigned char)c < ' ')
			c = ' ';
		buf_char(out, c);
	}
	buf_char(out, '\0');
}

void milter_put_replycode(struct buf *out, const char *code, struct span text)
{
	size_t at = begin(out, SMFIR_REPLYCODE);

	buf_str(out, code);
	buf_char(out, ' ');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (c < ' ' || c > '~')
			c = '?';
		buf_char(out, c);
		if (c == '%')
			buf_char(out, c);
	}
	buf_char(out, '\0');
	end(out, at);
}

void milter_put_quarantine(struct buf *out, struct span reason)
{
	size_t at = begin(out, SMFIR_QUARANTINE);

	put_line(out, reason);
	end(out, at);
}

static void put_header_value(struct buf *out, struct span value, bool leadspc)
{
	if (leadspc && value.len != 0 && value.p[0] != ' ' && value.p[0] != '\t')
		buf_char(out, ' ');
	for (size_t i = 0; i < value.len; i++) {
		char c = value.p[i];

		if (c == '\0' || c == '\r')
			continue;
		buf_char(out, c);
		/* A line that does not go on with white space would be another field. */
		if (c == '\n' && (i + 1 == value.len || (value.p[i + 1] != ' ' && value.p[i + 1] != '\t')))
			buf_char(out, '\t');
	}
	buf_char(out, '\0');
}

static void put_header(struct buf *out, enum milter_response r, const struct edit *e, bool leadspc)
{
	size_t at = begin(out, r);

	if (r != SMFIR_ADDHEADER)
		put_be32(out, e->index);
	put_line(out, e->name);
	put_header_value(out, e->kind == EDIT_DELETE_HEADER ? SPAN_NONE : e->value, leadspc);
	end(out, at);
}

/* An address that we add stands in angle brackets; one that we delete must be as RCPT gave it. */
static void put_address(struct buf *out, enum milter_response r, struct span address)
{
	size_t at = begin(out, r);
	bool bare = r != SMFIR_DELRCPT && !span_starts(address, SPAN_LIT("<"));

	if (bare)
		buf_char(out, '<');
	put_line(out, address);
	if (bare) {
		out->p[out->len - 1] = '>';
		buf_char(out, '\0');
	}
	end(out, at);
}

void milter_put_edit(struct buf *out, const struct edit *e, bool leadspc)
{
	static const struct {
		enum milter_response response;
		bool header;
	} rows[] = {
		[EDIT_ADD_HEADER] = { SMFIR_ADDHEADER, true },
		[EDIT_INSERT_HEADER] = { SMFIR_INSHEADER, true },
		[EDIT_CHANGE_HEADER] = { SMFIR_CHGHEADER, true },
		[EDIT_DELETE_HEADER] = { SMFIR_CHGHEADER, true },
		[EDIT_CHANGE_FROM] = { SMFIR_CHGFROM, false },
		[EDIT_ADD_RCPT] = { SMFIR_ADDRCPT, false },
		[EDIT_DELETE_RCPT] = { SMFIR_DELRCPT, false },
	};

	if (rows[e->kind].header)
		put_header(out, rows[e->kind].response, e, leadspc);
	else
		put_address(out, rows[e->kind].response, e->name);
}

void milter_put_reply(struct buf *out, const struct reply *reply, bool leadspc)
{
	for (size_t i = 0; reply->code == REPLY_ACCEPT && i < reply->edits.n; i++)
		milter_put_edit(out, &reply->edits.v[i], leadspc);
	if (reply->code == REPLY_ACCEPT && reply->quarantine)
		milter_put_quarantine(out, SPAN_LIT("held as suspicious"));
	switch (reply->code) {
	case REPLY_ACCEPT:
		milter_put(out, SMFIR_ACCEPT);
		break;
	case REPLY_DISCARD:
		milter_put(out, SMFIR_DISCARD);
		break;
	case REPLY_TEMPFAIL:
		milter_put_replycode(out, "451", reply->text);
		break;
	case REPLY_REJECT:
		milter_put_replycode(out, "550", reply->text);
		break;
	}
}
