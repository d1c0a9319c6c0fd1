/* Both sides of clamd's protocol: commands that come, and answers of an external scanner. */
#include <assert.h>

#include "inspect/clamd_client.h"
#include "proto/clamd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_make((const char *)data, size);
	struct clamd_command c;
	struct inspect_answer a;

	if (clamd_answer_parse(input, &a))
		assert(a.nnames == 0 || (a.names[0].p >= input.p && a.names[0].p + a.names[0].len <= input.p + size));
	while (clamd_command_read(input, &c) == 1) {
		assert(c.taken > 0 && c.taken <= input.len && c.name.len + c.rest.len < c.taken);
		input = span_from(input, c.taken);
	}
	return 0;
}
