/* The milter decoder: the first byte chooses options, the rest is a stream of frames, fed as a session would. */
#include <stdlib.h>

#include "proto/milter_tx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void finish(struct milter_tx *t)
{
	const struct transaction *tx;

	if (t->tx == NULL)
		return;
	tx = milter_tx_finish(t);
	if (tx->raw.len > t->max_size || tx->raw.len > tx->raw_size || tx->env.nrcpt > t->max_recipients)
		abort();
	for (size_t i = 0; i < tx->env.nrcpt; i++) {
		if (tx->env.rcpt[i].address.len > tx->env.rcpt[i].raw.len)
			abort();
	}
	milter_tx_reset(t);
}

static bool negotiate(struct milter_tx *t, struct span data)
{
	struct milter_options offered, chosen;
	struct buf out = BUF_INIT(NULL);
	struct milter_frame back;
	size_t taken;

	if (!milter_options_read(data, &offered) || !milter_options_choose(&offered, &chosen))
		return false;
	milter_put_options(&out, &chosen);
	if (milter_frame_next(buf_span(&out), &back, &taken) != 1 || taken != out.len)
		abort();
	buf_free(&out);
	t->leadspc = (chosen.steps & SMFIP_HDR_LEADSPC) != 0;
	return true;
}

/* Any bytes as an edit and as a refusal: what is written is one frame. */
static void encode(struct span data, bool leadspc)
{
	struct edit e = { .kind = (enum edit_kind)(data.len % 7), .name = span_sub(data, 0, 8), .value = span_from(data, 8), .index = 1 };
	struct buf out = BUF_INIT(NULL);
	struct milter_frame back;
	size_t taken;

	milter_put_edit(&out, &e, leadspc);
	if (milter_frame_next(buf_span(&out), &back, &taken) == 1 && taken != out.len)
		abort();
	buf_clear(&out);
	milter_put_replycode(&out, "550", data);
	if (milter_frame_next(buf_span(&out), &back, &taken) == 1 && (taken != out.len || span_chr(back.data, '\0') != back.data.len - 1))
		abort();
	buf_free(&out);
}

static bool run(struct milter_tx *t, const struct milter_frame *f)
{
	switch ((enum milter_command)f->command) {
	case SMFIC_OPTNEG:
		return negotiate(t, f->data);
	case SMFIC_MACRO:
		return milter_tx_macro(t, f->data);
	case SMFIC_CONNECT:
		return milter_tx_connect(t, f->data);
	case SMFIC_HELO:
		return milter_tx_helo(t, f->data);
	case SMFIC_MAIL:
		return milter_tx_mail(t, f->data);
	case SMFIC_RCPT:
		return t->tx == NULL || milter_tx_rcpt(t, f->data) != MILTER_RCPT_BAD;
	case SMFIC_HEADER:
		return t->tx == NULL || milter_tx_header(t, f->data);
	case SMFIC_EOH:
		milter_tx_end_header(t);
		return true;
	case SMFIC_BODY:
		milter_tx_body(t, f->data);
		return true;
	case SMFIC_BODYEOB:
		finish(t);
		return true;
	case SMFIC_ABORT:
		milter_tx_reset(t);
		return true;
	case SMFIC_QUIT_NC:
		milter_tx_reset_session(t);
		return true;
	case SMFIC_DATA:
	case SMFIC_QUIT:
	case SMFIC_UNKNOWN:
		break;
	}
	encode(f->data, t->leadspc);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_make((const char *)data, size);
	struct milter_frame frame;
	struct milter_tx t;
	size_t taken;

	if (size == 0)
		return 0;
	milter_tx_init(&t, data[0] & 1 ? 64 : 65536, data[0] & 2 ? 1 : 100);
	t.leadspc = (data[0] & 4) != 0;
	in = span_from(in, 1);
	while (milter_frame_next(in, &frame, &taken) == 1 && run(&t, &frame))
		in = span_from(in, taken);
	finish(&t);
	milter_tx_reset(&t);
	return 0;
}
