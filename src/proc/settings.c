#include "proc/settings.h"

#include <sched.h>
#include <unistd.h>

#include "auth/dkim_signer.h"
#include "base/array.h"
#include "checks/registry.h"
#include "io/log.h"
#include "lists/lists.h"
#include "net/resolver.h"
#include "proto/clamd.h"
#include "proto/http.h"
#include "proto/milter.h"
#include "proto/reduce.h"
#include "rules/rules.h"
#include "scan/engine.h"
#include "spamassassin/ruleset.h"

#define CONFIG_PATH "/etc/winnow/winnow.lua"

#define F(field) offsetof(struct server_settings, field)
static const struct setting server_rows[] = {
	{ "user", SET_STRING, F(user), "\"winnow\"", 0, 0, NULL, 0,
	  "The user to become when started as root. Without a user \"winnow\" on the system, the default falls back to \"nobody\"." },
	{ "state", SET_STRING, F(state), "\"\"", 0, 0, NULL, 0,
	  "Folder for the process ID and the crash journal; made if missing. Empty: /var/lib/winnow for root, else $XDG_STATE_HOME/winnow or ~/.local/state/winnow." },
	{ "scanners", SET_INT, F(scanners), "0", 0, SCANNERS_MAX, NULL, 0, "Scanner processes; 0: one per CPU." },
	{ "sandbox", SET_BOOL, F(sandbox), "true", 0, 0, NULL, 0,
	  "Lock scanners up: no new files, no programs, no other processes, only network sockets. A scanner that tries ends at once." },
	{ "memory_limit", SET_SIZE, F(memory_limit), "\"4G\"", 0, 1LL << 46, NULL, 0,
	  "Address space of one scanner, what it shares with the others included; 0: no limit. A scanner that needs more is replaced and its mail deferred." },
	{ "hang_limit", SET_DURATION, F(hang_limit_us), "\"60s\"", 1000000, 3600000000, NULL, 0,
	  "A scanner that works longer than this on one message without a pause is killed and replaced." },
	{ "crash_limit", SET_INT, F(crash_limit), "2", 1, 100, NULL, 0,
	  "A message that has killed so many scanners is held without being looked at again." },
	{ "socket_mode", SET_STRING, F(socket_mode), "\"0666\"", 0, 0, NULL, 0, "Permission of unix sockets, octal; \"0660\" keeps other users of the machine out." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool parse_mode(struct span text, int *mode_r)
{
	int mode = 0;

	if (text.len < 3 || text.len > 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '7')
			return false;
		mode = mode * 8 + (text.p[i] - '0');
	}
	*mode_r = mode;
	return mode <= 0777;
}

static bool check_server(const void *values, struct err *err_r)
{
	const struct server_settings *set = values;
	int mode;

	if (!parse_mode(set->socket_mode, &mode))
		return err_set(err_r, "socket_mode '%.*s' is no octal permission such as \"0660\"", SPAN_ARG(set->socket_mode));
	if (set->state.len != 0 && set->state.p[0] != '/')
		return err_set(err_r, "state '%.*s' must be an absolute path", SPAN_ARG(set->state));
	if (set->memory_limit != 0 && set->memory_limit < (512 << 20))
		return err_set(err_r, "memory_limit is below 512M");
	return true;
}

const struct setting_set server_setting_set = {
	.name = "server", .kind = SET_ONE, .doc = "The processes of winnowd.", .size = sizeof(struct server_settings), .rows = server_rows, .check = check_server,
};

const struct setting_set **settings_all(struct arena *arena)
{
	static const struct setting_set *const own[] = {
		&server_setting_set, &log_setting_set, &dns_setting_set, &milter_setting_set, &http_setting_set, &clamd_setting_set, &reduce_setting_set, &lists_setting_set, &rules_setting_set,
		&spamassassin_setting_set, &dkim_sign_setting_set, &dkim_key_setting_set, &arc_seal_setting_set,
	};
	const struct setting_set **engine = engine_setting_sets(arena, checks_all), **all;
	size_t n = 0, nown = sizeof(own) / sizeof(own[0]);

	while (engine[n] != NULL)
		n++;
	all = ARENA_ARRAY(arena, nown + n + 1, const struct setting_set *);
	memcpy(all, own, sizeof(own));
	memcpy(all + nown, engine, n * sizeof(*engine));
	return all;
}

const char *settings_path(const char *given)
{
	if (given != NULL)
		return given;
	return access(CONFIG_PATH, F_OK) == 0 ? CONFIG_PATH : NULL;
}

int settings_socket_mode(const struct server_settings *set)
{
	int mode = 0600;

	return parse_mode(set->socket_mode, &mode) ? mode : 0600;
}

unsigned settings_scanners(const struct server_settings *set)
{
	cpu_set_t cpus;

	if (set->scanners != 0)
		return (unsigned)set->scanners;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 1;
	return CPU_COUNT(&cpus) < SCANNERS_MAX ? (unsigned)CPU_COUNT(&cpus) : SCANNERS_MAX;
}
