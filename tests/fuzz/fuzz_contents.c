/* Any file: images, shortcuts, notebooks, TNEF: any bytes give an answer within the limits that survives the wire. */
#include "contents_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return contents_fuzz_one(data, size, "file.bin");
}
