#include "base/milli.h"

const char *milli_text(int32_t milli, unsigned min, unsigned max, char buf[static 16])
{
	uint32_t u = milli < 0 ? 0 - (uint32_t)milli : (uint32_t)milli;
	unsigned places = 3;
	char *at = buf + 15;

	*at = '\0';
	for (; places > max || (places > min && u % 10 == 0); places--)
		u /= 10;
	if (u == 0)
		milli = 0; /* no "-0.00" */
	for (unsigned i = 0; i < places; i++, u /= 10)
		*--at = (char)('0' + u % 10);
	if (places != 0)
		*--at = '.';
	do {
		*--at = (char)('0' + u % 10);
		u /= 10;
	} while (u != 0);
	if (milli < 0)
		*--at = '-';
	return at;
}
