#include "store/window.h"

#include <stdio.h>

#include "store/store.h"

static uint64_t add(uint64_t a, uint64_t b)
{
	return a + b < STORE_COUNT_MAX ? a + b : STORE_COUNT_MAX;
}

void window_read(struct window *w, struct span text)
{
	uint64_t v[4];

	for (size_t i = 0; i < 4; i++) {
		if (text.p == NULL || !span_uint(span_split(&text, ' '), STORE_COUNT_MAX, &v[i])) {
			*w = (struct window){ .us = 0 };
			return;
		}
	}
	*w = (struct window){ .index = (int64_t)v[0], .now = v[1], .before = v[2], .us = (int64_t)v[3] };
}

struct span window_write(const struct window *w, char text[static WINDOW_TEXT])
{
	int n = snprintf(text, WINDOW_TEXT, "%lld %llu %llu %lld", (long long)w->index, (unsigned long long)w->now, (unsigned long long)w->before, (long long)w->us);

	return span_make(text, (size_t)n);
}

uint64_t window_add(struct window *w, uint64_t n, int64_t us, int64_t now_us)
{
	int64_t index = now_us / us;
	uint64_t rest = (uint64_t)(us - now_us % us);

	if (w->us != us || index > w->index + 1)
		*w = (struct window){ .index = index, .us = us };
	else if (index == w->index + 1)
		*w = (struct window){ .index = index, .before = w->now, .us = us };
	/* A clock that was set back: the bucket goes on. */
	w->now = add(w->now, n);
	return add(w->now, (uint64_t)((unsigned __int128)w->before * rest / (uint64_t)us));
}

int64_t window_expiry_us(const struct window *w)
{
	return (w->index + 2) * w->us;
}
