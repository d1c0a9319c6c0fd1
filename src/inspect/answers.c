#include "inspect/answers.h"

#include <stdlib.h>

#define BYTES_MAX (16u << 20)

struct entry {
	struct entry *next_in_slot;
	struct entry *newer, *older;
	uint64_t key;
	size_t bytes;
	struct inspect_answer answer; /* spans point behind the entry */
};

struct answers {
	struct entry **slots;
	size_t mask, n, max, bytes;
	struct entry *newest, *oldest;
};

struct answers *answers_new(size_t max)
{
	struct answers *a = calloc(1, sizeof(*a));
	size_t slots = 16;

	while (slots < max)
		slots *= 2;
	if (a == NULL || (a->slots = calloc(slots, sizeof(struct entry *))) == NULL)
		abort();
	a->mask = slots - 1;
	a->max = max;
	return a;
}

static void unlink_entry(struct answers *a, struct entry *e)
{
	*(e->newer != NULL ? &e->newer->older : &a->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &a->oldest) = e->newer;
}

static void link_newest(struct answers *a, struct entry *e)
{
	e->newer = NULL;
	e->older = a->newest;
	*(a->newest != NULL ? &a->newest->newer : &a->oldest) = e;
	a->newest = e;
}

static void drop(struct answers *a, struct entry *e)
{
	struct entry **at = &a->slots[e->key & a->mask];

	while (*at != e)
		at = &(*at)->next_in_slot;
	*at = e->next_in_slot;
	unlink_entry(a, e);
	a->n--;
	a->bytes -= e->bytes;
	free(e);
}

void answers_free(struct answers **a_r)
{
	struct answers *a = *a_r;

	*a_r = NULL;
	if (a == NULL)
		return;
	while (a->oldest != NULL)
		drop(a, a->oldest);
	free(a->slots);
	free(a);
}

static struct entry *find(const struct answers *a, uint64_t key)
{
	struct entry *e = a->slots[key & a->mask];

	while (e != NULL && e->key != key)
		e = e->next_in_slot;
	return e;
}

static struct span put_bytes(char **at, struct span s)
{
	struct span copy = span_make(*at, s.len);

	if (s.len != 0)
		memcpy(*at, s.p, s.len);
	*at += s.len;
	return copy;
}

void answers_put(struct answers *a, uint64_t key, const struct inspect_answer *answer)
{
	size_t bytes = sizeof(struct entry) + answer->contents.len;
	struct entry *e = find(a, key);
	char *at;

	if (e != NULL)
		drop(a, e);
	for (size_t i = 0; i < answer->nnames; i++)
		bytes += answer->names[i].len;
	if (a->max == 0 || bytes > BYTES_MAX / 4)
		return;
	while (a->n != 0 && (a->n >= a->max || a->bytes + bytes > BYTES_MAX))
		drop(a, a->oldest);
	e = malloc(bytes);
	if (e == NULL)
		abort();
	*e = (struct entry){ .key = key, .bytes = bytes, .answer = *answer, .next_in_slot = a->slots[key & a->mask] };
	at = (char *)(e + 1);
	for (size_t i = 0; i < answer->nnames; i++)
		e->answer.names[i] = put_bytes(&at, answer->names[i]);
	e->answer.contents = put_bytes(&at, answer->contents);
	a->slots[key & a->mask] = e;
	link_newest(a, e);
	a->n++;
	a->bytes += bytes;
}

bool answers_get(struct answers *a, uint64_t key, uint64_t generation, struct arena *arena, struct inspect_answer *answer_r)
{
	struct entry *e = find(a, key);

	if (e == NULL)
		return false;
	if (e->answer.generation < generation) {
		drop(a, e);
		return false;
	}
	unlink_entry(a, e);
	link_newest(a, e);
	*answer_r = e->answer;
	for (size_t i = 0; i < e->answer.nnames; i++)
		answer_r->names[i] = arena_copy(arena, e->answer.names[i]);
	answer_r->contents = arena_copy(arena, e->answer.contents);
	return true;
}
