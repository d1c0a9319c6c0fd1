#include "learn/report_inline.h"

#include "base/ascii.h"

#define LOOK (64u << 10)
#define LINE 400       /* bytes of a line that are read */
#define BLOCK_LINES 12 /* within which the fields of a forward stand */
#define DASHES 3

enum label { LABEL_NONE, LABEL_FROM, LABEL_SUBJECT, LABEL_DATE, LABEL_TO };

/* As mail programs write them; ASCII case does not matter. */
static const struct {
	enum label label;
	struct span text;
} labels[] = {
#define FROM(s) { LABEL_FROM, SPAN_LIT(s) },
#define SUBJECT(s) { LABEL_SUBJECT, SPAN_LIT(s) },
#define DATE(s) { LABEL_DATE, SPAN_LIT(s) },
#define TO(s) { LABEL_TO, SPAN_LIT(s) },
	FROM("From") FROM("Von") FROM("De") FROM("De la") FROM("Da") FROM("Mittente") FROM("Od") FROM("Fra") FROM("Från") FROM("Van") FROM("Lähettäjä") FROM("Šalje")
	FROM("Feladó") FROM("Nadawca") FROM("Expeditorul") FROM("Expeditor") FROM("От") FROM("От кого") FROM("Отправитель") FROM("Від") FROM("Від кого") FROM("Kimden") FROM("Gönderen") FROM("Saatja")
	FROM("送信元") FROM("差出人") FROM("发件人") FROM("寄件者") FROM("보낸 사람") FROM("Από")
	SUBJECT("Subject") SUBJECT("Betreff") SUBJECT("Objet") SUBJECT("Sujet") SUBJECT("Asunto") SUBJECT("Assunto") SUBJECT("Oggetto") SUBJECT("Onderwerp") SUBJECT("Emne")
	SUBJECT("Ämne") SUBJECT("Aihe") SUBJECT("Předmět") SUBJECT("Predmet") SUBJECT("Naslov") SUBJECT("Tárgy") SUBJECT("Temat") SUBJECT("Subiect") SUBJECT("Subiectul")
	SUBJECT("Тема") SUBJECT("Konu") SUBJECT("Teema") SUBJECT("件名") SUBJECT("主题") SUBJECT("主旨") SUBJECT("제목") SUBJECT("Θέμα")
	DATE("Date") DATE("Sent") DATE("Datum") DATE("Gesendet") DATE("Envoyé") DATE("Fecha") DATE("Enviado") DATE("Enviado el") DATE("Enviada em") DATE("Data") DATE("Inviato") DATE("Verzonden") DATE("Dato")
	DATE("Sendt") DATE("Skickat") DATE("Päivämäärä") DATE("Lähetetty") DATE("Dátum") DATE("Odesláno") DATE("Elküldve") DATE("Wysłane") DATE("Dată") DATE("Дата") DATE("Отправлено") DATE("Tarih")
	DATE("Gönderilme") DATE("日付") DATE("送信日時") DATE("发送时间") DATE("보낸 날짜")
	TO("To") TO("An") TO("À") TO("Pour") TO("Para") TO("A") TO("Aan") TO("Til") TO("Till") TO("Vastaanottaja") TO("Komu") TO("Pre") TO("Prima") TO("Címzett") TO("Do")
	TO("Adresat") TO("Către") TO("Destinatarul") TO("Кому") TO("Kime") TO("Alıcı") TO("送信先") TO("宛先") TO("收件人") TO("받는 사람")
#undef FROM
#undef SUBJECT
#undef DATE
#undef TO
};

const char *report_client_name(enum report_client client)
{
	static const char *const names[REPORT_CLIENTS] = { "unknown", "zimbra", "outlook", "thunderbird", "apple", "gmail", "yahoo", "other" };

	return names[client];
}

/* Takes a prefix off. */
static bool take(struct span *s, struct span prefix)
{
	if (!span_starts(*s, prefix))
		return false;
	*s = span_from(*s, prefix.len);
	return true;
}

/* White space, no-break and byte order marks at the front, and emphasis that HTML left. */
static struct span strip(struct span s)
{
	while (s.len != 0) {
		if (ascii_isspace(s.p[0]) || s.p[0] == '*')
			s = span_from(s, 1);
		else if (!take(&s, SPAN_LIT("\xc2\xa0")) && !take(&s, SPAN_LIT("\xef\xbb\xbf")))
			break;
	}
	return span_trim(s);
}

static struct span unquote(struct span s, bool *quoted_r)
{
	*quoted_r = false;
	for (s = strip(s); s.len != 0 && s.p[0] == '>'; s = strip(span_from(s, 1)))
		*quoted_r = true;
	return s;
}

/* Where the colon stands that ends the label, as one byte or full-width; SPAN_NPOS: none near. */
static size_t label_end(struct span s)
{
	for (size_t i = 0; i < s.len && i < 32; i++) {
		if (s.p[i] == ':' || span_starts(span_from(s, i), SPAN_LIT("\xef\xbc\x9a")))
			return i;
	}
	return SPAN_NPOS;
}

static enum label label_of(struct span line)
{
	size_t end = label_end(line);
	struct span name = strip(span_sub(line, 0, end == SPAN_NPOS ? 0 : end));

	if (span_ends(name, SPAN_LIT("\xc2\xa0")))
		name = span_trim(span_sub(name, 0, name.len - 2));
	while (name.len != 0 && name.p[name.len - 1] == '*')
		name = span_trim(span_sub(name, 0, name.len - 1));
	for (size_t i = 0; name.len != 0 && i < sizeof(labels) / sizeof(*labels); i++) {
		if (span_case_eq(name, labels[i].text))
			return labels[i].label;
	}
	return LABEL_NONE;
}

struct dashes {
	size_t before, after; /* how many */
	bool blank;           /* between them and the words */
	struct span behind;   /* the rest of the line */
};

static size_t count(struct span s, char c)
{
	size_t n = 0;

	while (n < s.len && s.p[n] == c)
		n++;
	return n;
}

/* "----- words -----", and what follows it on the line. */
static bool read_dashes(struct span line, struct dashes *d_r)
{
	size_t at, words;

	d_r->before = count(line, '-');
	line = span_from(line, d_r->before);
	at = span_find(line, SPAN_LIT("---"));
	if (d_r->before < DASHES || at == SPAN_NPOS || at == 0 || at > 120)
		return false;
	words = span_trim(span_sub(line, 0, at)).len;
	d_r->blank = words != 0 && ascii_isspace(line.p[0]);
	line = span_from(line, at);
	d_r->after = count(line, '-');
	d_r->behind = strip(span_from(line, d_r->after));
	return words != 0;
}

/* What the lines before the block of fields told. */
struct before {
	struct dashes dashes;
	bool dashed, ruled;        /* a line of dashes with words; one of underscores */
	bool colon;                /* a line that ends in ':' */
	bool announced, quoted;    /* it is short and has no address; it was quoted */
};

static void read_before(struct span line, bool quoted, struct before *b)
{
	struct before next = { 0 };

	next.dashed = read_dashes(line, &next.dashes);
	next.ruled = count(line, '_') >= 20;
	next.colon = line.len > 1 && line.p[line.len - 1] == ':';
	next.announced = next.colon && line.len < 120 && span_chr(line, '@') == SPAN_NPOS;
	next.quoted = quoted;
	*b = next;
}

static enum report_client client_by(const struct before *b, bool quoted, bool tab)
{
	if (b->dashed && (b->dashes.before == 8 || tab))
		return REPORT_CLIENT_THUNDERBIRD;
	if (b->dashed && b->dashes.before == 10)
		return b->dashes.after == 9 ? REPORT_CLIENT_GMAIL : REPORT_CLIENT_OTHER;
	if (b->dashed && b->dashes.before == 5)
		return b->dashes.blank ? REPORT_CLIENT_ZIMBRA : REPORT_CLIENT_OUTLOOK;
	if (b->dashed)
		return REPORT_CLIENT_OTHER;
	if (b->announced)
		return b->quoted == quoted ? REPORT_CLIENT_APPLE : REPORT_CLIENT_OTHER;
	return quoted ? REPORT_CLIENT_OTHER : REPORT_CLIENT_OUTLOOK;
}

/* A line of attribution of a quoted mail: names an address and a time, and ends in ':'. */
static bool is_attribution(struct span line)
{
	bool digit = false;

	if (line.len < 12 || line.p[line.len - 1] != ':' || span_chr(line, '@') == SPAN_NPOS)
		return false;
	for (size_t i = 0; i < line.len && !digit; i++)
		digit = ascii_isdigit(line.p[i]);
	return digit && span_chr(line, ' ') != SPAN_NPOS && label_of(line) == LABEL_NONE;
}

struct block {
	unsigned seen;  /* bit per label */
	unsigned lines; /* since the first */
	bool quoted, tab;
	struct before before;
};

static bool is_whole(const struct block *b)
{
	return (b->seen >> LABEL_FROM & 1) != 0 && (b->seen >> LABEL_SUBJECT & 1) != 0 && (b->seen & (1u << LABEL_DATE | 1u << LABEL_TO)) != 0;
}

/* True when the line completes a block of fields. */
static bool block_add(struct block *b, struct span line, bool quoted, const struct before *before)
{
	enum label label = label_of(line);
	size_t end = label_end(line);

	if (b->lines != 0 && ++b->lines > BLOCK_LINES)
		*b = (struct block){ 0 };
	if (label == LABEL_NONE)
		return false;
	if (b->lines == 0) {
		b->lines = 1;
		b->quoted = quoted;
		b->before = *before;
		b->tab = end + 1 < line.len && (line.p[end + 1] == '\t' || span_has(span_sub(line, end, 4), SPAN_LIT("\t")));
	}
	b->seen |= 1u << label;
	return is_whole(b);
}

bool report_inline_find(struct span text, enum report_client *client_r)
{
	struct span rest = span_sub(text, 0, LOOK);
	struct before before = { 0 };
	struct block block = { 0 };
	bool answer = false; /* a line that ends in ':', then quoted text */

	*client_r = REPORT_CLIENT_UNKNOWN;
	while (rest.p != NULL) {
		struct dashes d;
		bool quoted;
		struct span line = unquote(span_sub(span_split(&rest, '\n'), 0, LINE), &quoted);

		if (line.len == 0)
			continue;
		if (read_dashes(line, &d) && label_of(d.behind) != LABEL_NONE) {
			*client_r = REPORT_CLIENT_YAHOO;
			return true;
		}
		if (block_add(&block, line, quoted, &before)) {
			*client_r = client_by(&block.before, block.quoted, block.tab);
			return true;
		}
		if (is_attribution(line)) {
			*client_r = REPORT_CLIENT_OTHER;
			return true;
		}
		answer |= quoted && !before.quoted && before.colon;
		read_before(line, quoted, &before);
	}
	if (answer)
		*client_r = REPORT_CLIENT_OTHER;
	return answer;
}

bool report_subject_forwarded(struct span subject, struct span *rest_r)
{
	static const struct span marks[] = {
		SPAN_LIT("fwd"), SPAN_LIT("fw"), SPAN_LIT("wg"), SPAN_LIT("weitergeleitet"), SPAN_LIT("tr"), SPAN_LIT("rv"), SPAN_LIT("enc"), SPAN_LIT("i"), SPAN_LIT("r"), SPAN_LIT("doorst"),
		SPAN_LIT("vs"), SPAN_LIT("vb"), SPAN_LIT("vl"), SPAN_LIT("pd"), SPAN_LIT("videresend"), SPAN_LIT("videresendt"), SPAN_LIT("\xc4\xb0LT"), SPAN_LIT("ilt"), SPAN_LIT("redir."), SPAN_LIT("re"),
		SPAN_LIT("aw"), SPAN_LIT("rif"), SPAN_LIT("inoltra"), SPAN_LIT("fs"), SPAN_LIT("\xe8\xbd\xac\xe5\x8f\x91"), SPAN_LIT("\xe8\xbd\x89\xe5\xaf\x84"),
	};
	struct span s = strip(subject);
	size_t end;

	*rest_r = s;
	if (span_starts(s, SPAN_LIT("[Fwd: ")) && span_ends(s, SPAN_LIT("]"))) {
		*rest_r = span_sub(s, 6, s.len - 7);
		return true;
	}
	end = label_end(s);
	for (size_t i = 0; end != SPAN_NPOS && i < sizeof(marks) / sizeof(*marks); i++) {
		if (span_case_eq(span_trim(span_sub(s, 0, end)), marks[i])) {
			*rest_r = strip(span_from(s, end + (s.p[end] == ':' ? 1u : 3u)));
			return true;
		}
	}
	return false;
}

static bool names(const struct message *m, enum header_id id, struct span what)
{
	return span_case_has(span_sub(header_value(&m->headers, id), 0, 256), what);
}

enum report_client report_client_of(const struct message *m)
{
	static const struct {
		enum header_id id;
		struct span what;
		enum report_client client;
	} rows[] = {
		{ HDR_X_MAILER, SPAN_LIT("Zimbra"), REPORT_CLIENT_ZIMBRA }, { HDR_X_MAILER, SPAN_LIT("Outlook"), REPORT_CLIENT_OUTLOOK },
		{ HDR_USER_AGENT, SPAN_LIT("Outlook"), REPORT_CLIENT_OUTLOOK }, { HDR_USER_AGENT, SPAN_LIT("Thunderbird"), REPORT_CLIENT_THUNDERBIRD },
		{ HDR_USER_AGENT, SPAN_LIT("Icedove"), REPORT_CLIENT_THUNDERBIRD }, { HDR_X_MAILER, SPAN_LIT("Apple Mail"), REPORT_CLIENT_APPLE },
		{ HDR_X_MAILER, SPAN_LIT("iPhone Mail"), REPORT_CLIENT_APPLE }, { HDR_X_MAILER, SPAN_LIT("iPad Mail"), REPORT_CLIENT_APPLE },
		{ HDR_MESSAGE_ID, SPAN_LIT("@mail.gmail.com"), REPORT_CLIENT_GMAIL }, { HDR_X_MAILER, SPAN_LIT("YMail"), REPORT_CLIENT_YAHOO },
		{ HDR_X_MAILER, SPAN_LIT("WebService/"), REPORT_CLIENT_YAHOO }, { HDR_MESSAGE_ID, SPAN_LIT(".prod.outlook.com"), REPORT_CLIENT_OUTLOOK },
		{ HDR_MESSAGE_ID, SPAN_LIT(".JavaMail.zimbra@"), REPORT_CLIENT_ZIMBRA },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (names(m, rows[i].id, rows[i].what))
			return rows[i].client;
	}
	if (header_first(&m->headers, HDR_THREAD_INDEX) != NULL)
		return REPORT_CLIENT_OUTLOOK;
	return REPORT_CLIENT_UNKNOWN;
}
