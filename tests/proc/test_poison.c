#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "proc/poison.h"

struct both {
	struct poison *own;
	const struct poison *read;
	int fd;
};

static int set_up(void **state)
{
	static struct both b;
	struct err err;

	if (!poison_new(&b.own, &b.fd, &err))
		return -1;
	b.read = poison_map(b.fd);
	*state = &b;
	return b.read != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	struct both *b = *state;

	munmap((void *)(uintptr_t)b->read, sizeof(*b->read));
	poison_free(&b->own);
	close(b->fd);
	return 0;
}

static void test_counting(void **state)
{
	struct both *b = *state;

	assert_int_equal(poison_count(b->read, 7), 0);
	assert_int_equal(poison_blame(b->own, 7, 100), 1);
	assert_int_equal(poison_blame(b->own, 7, 101), 2);
	assert_int_equal(poison_blame(b->own, 7 + POISON_SLOTS, 101), 1); /* wants the same place */
	assert_int_equal(poison_count(b->read, 7), 2);
	assert_int_equal(poison_count(b->read, 7 + POISON_SLOTS), 1);
	assert_int_equal(poison_count(b->read, 8), 0);
}

static void test_the_oldest_goes(void **state)
{
	struct both *b = *state;

	for (uint64_t i = 0; i < POISON_REACH; i++)
		poison_blame(b->own, 5 + i * POISON_SLOTS, i == 3 ? 50 : 100 + (uint32_t)i);
	assert_int_equal(poison_blame(b->own, 5 + 100 * POISON_SLOTS, 200), 1);
	for (uint64_t i = 0; i < POISON_REACH; i++)
		assert_int_equal(poison_count(b->read, 5 + i * POISON_SLOTS), i == 3 ? 0 : 1);
	assert_int_equal(poison_count(b->read, 5 + 100 * POISON_SLOTS), 1);
}

static void test_the_last_places_wrap_around(void **state)
{
	struct both *b = *state;

	for (uint64_t i = 1; i <= POISON_REACH; i++)
		poison_blame(b->own, i * POISON_SLOTS - 1, 100);
	for (uint64_t i = 1; i <= POISON_REACH; i++)
		assert_int_equal(poison_count(b->read, i * POISON_SLOTS - 1), 1);
}

static void test_readers_cannot_write(void **state)
{
	struct both *b = *state;

	assert_ptr_equal(mmap(NULL, sizeof(struct poison), PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0), MAP_FAILED);
	assert_int_equal(pwrite(b->fd, "x", 1, 0), -1);
	assert_int_not_equal(ftruncate(b->fd, 0), 0);
	assert_int_not_equal(mprotect((void *)(uintptr_t)b->read, sizeof(*b->read), PROT_READ | PROT_WRITE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_oldest_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_last_places_wrap_around, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_readers_cannot_write, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
