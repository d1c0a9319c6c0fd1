/* The configuration as text: dump and explain. */
#include "conf/conf_int.h"

static void origin_text(struct buf *out, struct origin from)
{
	if (from.file == NULL)
		buf_str(out, "built in");
	else if (from.line == 0)
		buf_str(out, from.file);
	else
		buf_printf(out, "%s:%u", from.file, from.line);
}

/* One line of a block; from: NULL when the value is the built-in one. */
static void dump_row(struct buf *out, const struct setting *row, const union value *value, const struct origin *from)
{
	buf_printf(out, "\t%s = ", row->key);
	value_text(out, row, value);
	buf_char(out, ',');
	if (from != NULL) {
		buf_str(out, " -- ");
		origin_text(out, *from);
	}
	buf_char(out, '\n');
}

static void dump_head(struct buf *out, const char *block, struct span name)
{
	buf_printf(out, "%s ", block);
	if (name.len != 0) {
		value_quote(out, name);
		buf_char(out, ' ');
	}
	buf_str(out, "{\n");
}

/* All rows with the values in force. */
static void dump_whole(struct buf *out, const struct set_conf *sc, const struct block *b)
{
	dump_head(out, sc->set->name, b->name);
	for (const struct setting *row = sc->set->rows; row->key != NULL; row++) {
		const struct assign *a = block_get(b, row);
		union value value = value_load(b->values, row);

		dump_row(out, row, &value, a != NULL ? &a->from : NULL);
	}
	buf_str(out, "}\n");
}

/* What a layer says itself, in the order of the rows. */
static void dump_layer(struct buf *out, const struct set_conf *sc, const struct block_list *list, const char *block)
{
	for (size_t i = 0; i < list->n; i++) {
		dump_head(out, block, list->v[i]->name);
		for (const struct setting *row = sc->set->rows; row->key != NULL; row++) {
			const struct assign *a = block_get(list->v[i], row);

			if (a != NULL)
				dump_row(out, row, &a->value, &a->from);
		}
		buf_str(out, "}\n");
	}
}

void conf_dump(const struct conf *c, struct buf *out)
{
	for (size_t i = 0; i < c->nsets; i++) {
		const struct set_conf *sc = &c->sets[i];

		if (sc->set->kind != SET_NAMED)
			dump_whole(out, sc, &sc->base);
		for (size_t k = 0; k < sc->named.n; k++)
			dump_whole(out, sc, sc->named.v[k]);
		dump_layer(out, sc, &sc->domains, "domain");
		dump_layer(out, sc, &sc->addresses, "address");
	}
}

/* What a key names: "profile.tag", "group.content.cap", "profile.scores.NAME". */
struct place {
	const struct set_conf *set;
	const struct setting *row;
	struct span symbol;       /* one item of SET_SCORES, or "" */
	const struct block *base; /* the block of the set, or the named one */
};

static bool unknown(const struct conf *c, struct span key, struct err *err_r)
{
	struct nearest near = { .distance = SUGGEST_MAX + 1 };
	struct span set = span_sub(key, 0, span_chr(key, '.') == SPAN_NPOS ? key.len : span_chr(key, '.'));
	const struct set_conf *exact = conf_set_named(c, set);
	struct span word = span_from(key, span_rchr(key, '.') == SPAN_NPOS ? 0 : span_rchr(key, '.') + 1);

	if (exact != NULL && set.len == key.len)
		return err_set(err_r, "'%.*s' is a block: %.*s.KEY", SPAN_ARG(key), SPAN_ARG(key));
	/* Within the set when its name is right, else the set may be what is wrong, or is missing. */
	for (size_t i = 0; i < c->nsets; i++) {
		struct span name = span_of(c->sets[i].set->name);

		if (exact != NULL && exact != &c->sets[i])
			continue;
		for (const struct setting *row = c->sets[i].set->rows; row->key != NULL; row++) {
			if (exact != NULL || edit_distance(set, name, SUGGEST_MAX) < SUGGEST_MAX || span_eq(set, word))
				nearest_offer(&near, word, span_of(row->key), name);
		}
	}
	if (near.word.len == 0)
		return err_set(err_r, "no such key '%.*s'", SPAN_ARG(key));
	return err_set(err_r, "no such key '%.*s' (did you mean '%.*s.%.*s'?)", SPAN_ARG(key), SPAN_ARG(near.set), SPAN_ARG(near.word));
}

static bool find_named(const struct conf *c, struct span key, struct span rest, struct place *p, struct err *err_r)
{
	size_t dot = span_rchr(rest, '.');

	if (dot == SPAN_NPOS)
		return err_set(err_r, "%s has one block per name: %s.NAME.KEY", p->set->set->name, p->set->set->name);
	p->row = setting_find(p->set->set, span_from(rest, dot + 1));
	if (p->row == NULL)
		return unknown(c, key, err_r);
	p->base = block_find(&p->set->named, span_sub(rest, 0, dot));
	return p->base != NULL || err_set(err_r, "no %s \"%.*s\" in the configuration", p->set->set->name, SPAN_ARG(span_sub(rest, 0, dot)));
}

static bool find_place(const struct conf *c, struct span key, struct place *p, struct err *err_r)
{
	size_t dot = span_chr(key, '.');
	struct span rest = span_from(key, dot == SPAN_NPOS ? key.len : dot + 1), word = rest;

	p->set = conf_set_named(c, span_sub(key, 0, dot == SPAN_NPOS ? key.len : dot));
	if (p->set == NULL || dot == SPAN_NPOS)
		return unknown(c, key, err_r);
	if (p->set->set->kind == SET_NAMED)
		return find_named(c, key, rest, p, err_r);
	p->base = &p->set->base;
	dot = span_chr(rest, '.');
	if (dot != SPAN_NPOS) {
		word = span_sub(rest, 0, dot);
		p->symbol = span_from(rest, dot + 1);
	}
	p->row = setting_find(p->set->set, word);
	if (p->row == NULL || (dot != SPAN_NPOS && (p->row->type != SET_SCORES || p->symbol.len == 0)))
		return unknown(c, key, err_r);
	return true;
}

/* The value at the place; false when a table of scores has not the symbol asked for. */
static bool place_text(const struct place *p, const union value *value, struct buf *out)
{
	if (p->symbol.len == 0) {
		value_text(out, p->row, value);
		return true;
	}
	for (size_t i = 0; i < value->scores.n; i++) {
		if (span_eq(value->scores.v[i].name, p->symbol)) {
			value_number_text(out, SET_SCORE, value->scores.v[i].score);
			return true;
		}
	}
	return false;
}

struct spoken {
	const char *layer;
	struct span value, where, name;
};

struct explanation {
	const struct place *place;
	struct arena *arena;
	struct spoken v[4];
	size_t n, layer_width, value_width;
};

static void speak(struct explanation *e, const char *layer, struct span name, const union value *value, struct origin from)
{
	struct buf text = { .arena = e->arena }, where = { .arena = e->arena };
	struct spoken *s = &e->v[e->n];

	if (!place_text(e->place, value, &text))
		return;
	origin_text(&where, from);
	*s = (struct spoken){ layer, buf_span(&text), buf_span(&where), name };
	if (strlen(layer) > e->layer_width)
		e->layer_width = strlen(layer);
	if (s->value.len > e->value_width)
		e->value_width = s->value.len;
	e->n++;
}

static void speak_block(struct explanation *e, const char *layer, const struct block *b)
{
	const struct assign *a = b != NULL ? block_get(b, e->place->row) : NULL;

	if (a != NULL)
		speak(e, layer, b->name, &a->value, a->from);
}

static void explain_lines(const struct explanation *e, struct buf *out)
{
	for (size_t i = 0; i < e->n; i++) {
		const struct spoken *s = &e->v[i];

		buf_printf(out, "  %-*s  ", (int)e->layer_width, s->layer);
		buf_add(out, s->value);
		buf_printf(out, "%*s", (int)(e->value_width - s->value.len) + 2, "");
		buf_add(out, s->where);
		if (s->name.len != 0) {
			buf_str(out, "   ");
			buf_add(out, s->name);
		}
		buf_str(out, i + 1 == e->n ? "   <- in force\n" : "\n");
	}
}

bool conf_explain(const struct conf *c, struct span key, struct span address, struct buf *out, struct err *err_r)
{
	struct place p = { .set = NULL };
	struct explanation e = { .place = &p, .layer_width = 7 };
	const struct block *in_force;
	union value value;

	if (!find_place(c, key, &p, err_r) || p.base == NULL)
		return false;
	e.arena = arena_new(0);
	in_force = p.base;
	value = value_load(p.set->defaults, p.row);
	speak(&e, "default", SPAN_NONE, &value, (struct origin){ NULL, 0 });
	speak_block(&e, p.set->set->name, p.base);
	if (p.set->set->kind == SET_LAYERED && address.len != 0) {
		const struct block *domain = layer_domain(p.set, address), *mine = layer_address(p.set, address, '+');

		speak_block(&e, "domain", domain);
		speak_block(&e, "address", mine);
		in_force = mine != NULL ? mine : domain != NULL ? domain : in_force;
	}
	value = value_load(in_force->values, p.row);
	buf_add(out, key);
	buf_str(out, " = ");
	if (!place_text(&p, &value, out))
		buf_str(out, "not set");
	if (p.set->set->kind == SET_LAYERED && address.len != 0)
		buf_printf(out, " (for %.*s)", SPAN_ARG(address));
	buf_char(out, '\n');
	explain_lines(&e, out);
	arena_free(&e.arena);
	return true;
}
