#include "inspect/antivirus.h"

#include "base/hash.h"
#include "io/listener.h"

static const char *const action_words[] = { "deliver", "defer", "discard", "hold", "reject", NULL };
static const char *const memory_words[] = { "stop", "keep", NULL };
static const char *const html_words[] = { "suspicious", "all", "never", NULL };

#define F(field) offsetof(struct antivirus_settings, field)
static const struct setting rows[] = {
	{ "databases", SET_STRINGS, F(databases), "{ \"/var/lib/clamav\" }", 0, 0, NULL, 0,
	  "Folders and files with signatures for ClamAV (.cvd .cld .hdb .hsb .ndb .ldb .yara .ign2 ...); changes are noticed. {}: none, no file is scanned for viruses." },
	{ "clamd", SET_STRINGS, F(clamd), "{}", 0, 0, NULL, 0,
	  "Addresses of external scanners that speak clamd's protocol (\"inet:HOST:PORT\", \"unix:/PATH\"); asked in addition to our own engine, the next one when one fails." },
	{ "action", SET_ENUM, F(action), "\"reject\"", 0, 0, action_words, 0,
	  "What a virus (VIRUS) forces whatever the score; outbound mail is always refused. A profile may choose otherwise by actions = { \"VIRUS=discard\" }." },
	{ "on_unavailable", SET_ENUM, F(on_unavailable), "\"defer\"", 0, 0, action_words, 0,
	  "What mail gets while signatures are configured and cannot be used: \"defer\" (451) or \"deliver\" with ANTIVIRUS_UNAVAILABLE." },
	{ "on_error", SET_ENUM, F(on_error), "\"defer\"", 0, 0, action_words, 0,
	  "What mail gets with a file that cannot be scanned because it ends or hangs the process that tries (ANTIVIRUS_ERROR)." },
	{ "names", SET_STRINGS, F(names), "{}", 0, 0, NULL, 0,
	  "Signatures with a symbol of their own, the first match counts: \"PATTERN = SYMBOL [ACTION] [SCORE]\", for example \"Win.Exploit.* = EXPLOIT hold 8\". * and ? are wildcards." },
	{ "html", SET_ENUM, F(html), "\"suspicious\"", 0, 0, html_words, 0,
	  "Which HTML bodies are scanned: those with scripts, forms, frames, objects or embedded data, all, or none. Attached HTML files always are." },
	{ "pua", SET_BOOL, F(pua), "true", 0, 0, NULL, 0, "Look for potentially unwanted applications (VIRUS_PUA)." },
	{ "phishing", SET_BOOL, F(phishing), "true", 0, 0, NULL, 0, "ClamAV's heuristics for phishing links (VIRUS_HEURISTIC)." },
	{ "broken", SET_BOOL, F(broken), "false", 0, 0, NULL, 0, "Broken programs and media files hit VIRUS_HEURISTIC." },
	{ "low_memory", SET_ENUM, F(low_memory), "\"stop\"", 0, 0, memory_words, 0,
	  "When there is no memory for new signatures beside the old: \"stop\" the old first (mail waits, then is deferred), or \"keep\" the old and try again." },
	{ "workers", SET_INT, F(workers), "0", 0, 256, NULL, 0, "Processes that scan files; 0: one per CPU." },
	{ "wait", SET_DURATION, F(wait_us), "\"25s\"", 1000000, 600000000, NULL, 0,
	  "The longest that a message waits for the scan of its files; past it ANTIVIRUS_UNAVAILABLE. Keep it below scan.deadline." },
	{ "max_time", SET_DURATION, F(max_time_us), "\"8s\"", 100000, 300000000, NULL, 0,
	  "For one file, what is in it included; what is left then is not scanned (VIRUS_LIMITS). Half as long again, and the process is ended." },
	{ "max_file", SET_SIZE, F(max_file), "\"50M\"", 65536, (1LL << 31) - 1, NULL, 0, "Larger files, also inside of archives, are not scanned (VIRUS_LIMITS)." },
	{ "max_scan", SET_SIZE, F(max_scan), "\"200M\"", 65536, (1LL << 32) - 1, NULL, 0, "Bytes scanned of one attachment with all that is in it." },
	{ "max_files", SET_INT, F(max_files), "5000", 1, 1000000, NULL, 0, "Files scanned inside of one attachment." },
	{ "max_recursion", SET_INT, F(max_recursion), "15", 1, 100, NULL, 0, "Levels of files inside of files." },
	{ "memory_limit", SET_SIZE, F(memory_limit), "\"1G\"", 64 << 20, 1LL << 40, NULL, 0, "Address space of one worker beyond what it shares with the others." },
	{ "temporary", SET_SIZE, F(temporary), "\"512M\"", 16 << 20, 1LL << 40, NULL, 0,
	  "Bytes of temporary files of all workers (when started as root: a memory file system of this size), and of one file." },
	{ "cache", SET_INT, F(cache), "4096", 0, 1000000, NULL, 0, "Answers that each scanner remembers by content, until the signatures change." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check(const void *values, struct err *err_r)
{
	const struct antivirus_settings *set = values;

	for (size_t i = 0; i < set->databases.n; i++) {
		if (set->databases.v[i].len == 0 || set->databases.v[i].p[0] != '/' || set->databases.v[i].len > 1000)
			return err_set(err_r, "'%.*s' in databases is no absolute path", SPAN_ARG(set->databases.v[i]));
	}
	if (set->on_unavailable != ANTIVIRUS_DEFER && set->on_unavailable != ANTIVIRUS_DELIVER)
		return err_set(err_r, "on_unavailable must be \"defer\" or \"deliver\"");
	if (set->action == ANTIVIRUS_DELIVER || set->action == ANTIVIRUS_DEFER)
		return err_set(err_r, "action must be \"reject\", \"hold\" or \"discard\"");
	return address_specs_check(&set->clamd, "clamd", err_r);
}

const struct setting_set antivirus_setting_set = {
	.name = "antivirus", .kind = SET_ONE, .doc = "Viruses: signatures for libclamav, limits, what happens without.",
	.size = sizeof(struct antivirus_settings), .rows = rows, .check = check,
};

static void add_number(struct hash_state *h, int64_t v)
{
	hash_add(h, span_make((const char *)&v, sizeof(v)));
}

uint64_t antivirus_digest(const struct antivirus_settings *set)
{
	/* Nothing secret: it only tells two configurations apart. */
	static const struct hash_key key = { 1, 2 };
	const int64_t numbers[] = { set->low_memory, set->pua, set->phishing, set->broken, set->workers, set->max_time_us, set->max_file,
				    set->max_scan, set->max_files, set->max_recursion, set->memory_limit, set->temporary };
	struct hash_state h;
	uint64_t digest;

	hash_begin(&h, &key);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		add_number(&h, numbers[i]);
	for (size_t i = 0; i < set->databases.n; i++) {
		add_number(&h, (int64_t)set->databases.v[i].len);
		hash_add(&h, set->databases.v[i]);
	}
	digest = hash_end(&h);
	return digest != 0 ? digest : 1;
}
