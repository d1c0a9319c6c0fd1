/* The gate never says no where a list says yes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

#include "match/list.h"
#include "rules/literal_gate.h"

static const char *const words[] = {
	"a", "example.com", "EXAMPLE.com", ".example.com", "@example.com", "b.example.com", "a@example.com", "a@b.example.com", "A@B.example.com", "@b.example.com", ".com",
	"com", ".", "@", "x@", "@@example.com", "a@b@example.com", "example.com.", ".example.com.", "..com", "exe", ".exe", "sub.sub.sub.example.com", "text/plain",
	"1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.example.com", "xexample.com", "mailto", "192.0.2.1",
};
#define WORDS (sizeof(words) / sizeof(words[0]))

static void test_against_lists(void **state)
{
	struct regex_memory *memory = regex_memory_new();
	size_t yes = 0;

	(void)state;
	for (size_t i = 0; i < WORDS; i++) {
		struct arena *arena = arena_new(0);
		struct list *list = list_new(arena);
		struct literal_gate *gate = literal_gate_new(arena);
		struct err err;
		bool listed = list_add(list, span_of(words[i]), &err), gated = literal_gate_add(gate, span_of(words[i]), 70);

		for (size_t k = 0; listed && gated && k < WORDS; k++) {
			uint64_t bits[2] = { 0, 0 };
			struct span entry;

			literal_gate_find(gate, span_of(words[k]), bits);
			assert_true(bits[0] == 0 && (bits[1] & ~(UINT64_C(1) << 6)) == 0);
			if (!list_has(list, memory, span_of(words[k]), &entry))
				continue;
			yes++;
			if (bits[1] == 0)
				fail_msg("'%s' is in a list with '%s', and the gate does not know", words[k], words[i]);
		}
		arena_free(&arena);
	}
	assert_true(yes > WORDS);
	regex_memory_free(&memory);
}

static void test_precise(void **state)
{
	struct arena *arena = arena_new(0);
	struct literal_gate *gate = literal_gate_new(arena);
	uint64_t bits[1] = { 0 };

	(void)state;
	assert_true(literal_gate_empty(gate));
	assert_true(literal_gate_add(gate, SPAN_LIT(".example.com"), 1));
	assert_true(literal_gate_add(gate, SPAN_LIT("@example.com"), 2));
	assert_true(literal_gate_add(gate, SPAN_LIT("exe"), 3));
	assert_true(literal_gate_add(gate, SPAN_LIT("exe"), 4));
	assert_false(literal_gate_add(gate, SPAN_LIT("192.0.2.0/24"), 5));
	assert_false(literal_gate_empty(gate));
	literal_gate_find(gate, SPAN_LIT("b.Example.com"), bits);
	assert_int_equal(bits[0], 1 << 1);
	literal_gate_find(gate, SPAN_LIT("Exe"), bits);
	assert_int_equal(bits[0], 1 << 1 | 1 << 3 | 1 << 4);
	bits[0] = 0;
	literal_gate_find(gate, SPAN_LIT("notexample.com"), bits);
	assert_int_equal(bits[0], 0);
	literal_gate_find(gate, SPAN_LIT("a@example.com"), bits);
	assert_int_equal(bits[0], 1 << 1 | 1 << 2);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_lists),
		cmocka_unit_test(test_precise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
