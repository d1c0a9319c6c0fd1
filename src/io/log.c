#include "io/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

#define VALUE_MAX 1024
#define LINE_MAX_BYTES 65536
#define SYSLOG_PATH "/dev/log"
#define PATIENCE_MS 50 /* for a pipe whose reader lags; once it has lagged, none until it has caught up */

static const char *const level_words[] = { "error", "warn", "info", "debug", NULL };

enum sink { SINK_STDERR, SINK_FILE, SINK_SYSLOG };

/* The one process-wide state. */
static struct {
	enum sink sink;
	int fd;            /* of SINK_FILE and SINK_SYSLOG */
	bool may_block;    /* a pipe, socket or terminal */
	bool torn;         /* the last line was written in part */
	uint64_t dropped;  /* lines lost since the last one that was written */
	enum log_level level;
	char path[4096];
	char role[32];
} the_log = { .sink = SINK_STDERR, .fd = -1, .may_block = true, .level = LOG_LEVEL_INFO };

static const struct setting log_rows[] = {
	{ "target", SET_STRING, offsetof(struct log_settings, target), "\"stderr\"", 0, 0, NULL, 0,
	  "Where the log goes: \"stderr\", \"syslog\" (facility mail) or \"file:/path\". SIGUSR1 opens the file again." },
	{ "level", SET_ENUM, offsetof(struct log_settings, level), "\"info\"", 0, 0, level_words, 0,
	  "What is logged: \"error\", \"warn\", \"info\" (one line per message) or \"debug\"." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};

static bool target_kind(struct span target, enum sink *sink_r)
{
	if (span_eq(target, SPAN_LIT("stderr")))
		*sink_r = SINK_STDERR;
	else if (span_eq(target, SPAN_LIT("syslog")))
		*sink_r = SINK_SYSLOG;
	else if (span_starts(target, SPAN_LIT("file:/")) && target.len < sizeof(the_log.path) && span_chr(target, '\0') == SPAN_NPOS)
		*sink_r = SINK_FILE;
	else
		return false;
	return true;
}

static bool check_target(const void *values, struct err *err_r)
{
	const struct log_settings *set = values;
	enum sink sink;

	if (!target_kind(set->target, &sink))
		return err_set(err_r, "'%.*s' is no log target (stderr, syslog, file:/path)", SPAN_ARG(set->target));
	return true;
}

const struct setting_set log_setting_set = {
	.name = "log", .kind = SET_ONE, .doc = "The log: one logfmt line per event.", .size = sizeof(struct log_settings), .rows = log_rows, .check = check_target,
};

/* The sink. */

static int open_sink(enum sink sink, const char *path, struct err *err_r)
{
	int fd;

	if (sink == SINK_SYSLOG) {
		/* Not connected: a syslog daemon that restarts is found again by its name. */
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0)
			err_set(err_r, "socket for syslog: %s", strerror(errno));
		return fd;
	}
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0640);
	if (fd < 0)
		err_set(err_r, "log file %s: %s", path, strerror(errno));
	return fd;
}

static void use_fd(int fd)
{
	struct stat st;
	int at = fd >= 0 ? fd : STDERR_FILENO;

	if (the_log.fd >= 0)
		close(the_log.fd);
	the_log.fd = fd;
	the_log.torn = false;
	the_log.may_block = fstat(at, &st) == 0 && !S_ISREG(st.st_mode);
}

bool log_open(struct span target, enum log_level level, struct err *err_r)
{
	char path[sizeof(the_log.path)] = "";
	enum sink sink;
	int fd = -1;

	if (!target_kind(target, &sink))
		return err_set(err_r, "'%.*s' is no log target", SPAN_ARG(target));
	if (sink == SINK_FILE)
		snprintf(path, sizeof(path), "%.*s", SPAN_ARG(span_from(target, strlen("file:"))));
	if (sink != SINK_STDERR && (fd = open_sink(sink, path, err_r)) < 0)
		return false;
	memcpy(the_log.path, path, sizeof(path));
	the_log.sink = sink;
	the_log.level = level;
	use_fd(fd);
	return true;
}

void log_close(void)
{
	the_log.sink = SINK_STDERR;
	use_fd(-1);
}

void log_reopen(void)
{
	struct err err;
	int fd;

	if (the_log.sink != SINK_FILE)
		return;
	fd = open_sink(SINK_FILE, the_log.path, &err);
	if (fd < 0)
		log_error("%s", err.text);
	else
		use_fd(fd);
}

int log_fd(void)
{
	return the_log.sink == SINK_FILE ? the_log.fd : -1;
}

void log_take(int fd)
{
	if (the_log.sink == SINK_FILE)
		use_fd(fd);
	else
		close(fd);
}

void log_role(const char *role)
{
	snprintf(the_log.role, sizeof(the_log.role), "%s", role);
}

bool log_wants(enum log_level level)
{
	return level <= the_log.level;
}

/* Writing. */

static bool has_room(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return !the_log.may_block || (poll(&p, 1, the_log.dropped != 0 ? 0 : PATIENCE_MS) == 1 && (p.revents & POLLOUT) != 0);
}

static bool write_stream(struct span line)
{
	int fd = the_log.sink == SINK_FILE ? the_log.fd : STDERR_FILENO;
	ssize_t n;

	if (!has_room(fd))
		return false;
	do
		n = write(fd, line.p, line.len);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		the_log.torn = (size_t)n < line.len;
	return n >= 0 && (size_t)n == line.len;
}

static bool write_syslog(struct span line, enum log_level level)
{
	static const int severities[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = SYSLOG_PATH };
	char head[64];
	struct iovec iov[2];
	struct msghdr m = { .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = iov, .msg_iovlen = 2 };

	iov[0].iov_base = head;
	iov[0].iov_len = (size_t)snprintf(head, sizeof(head), "<%d>winnowd[%d]: ", LOG_MAIL | severities[level], (int)getpid());
	iov[1].iov_base = (void *)line.p;
	iov[1].iov_len = line.len != 0 ? line.len - 1 : 0; /* without the line's end */
	return sendmsg(the_log.fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static bool write_line(struct span line, enum log_level level)
{
	return the_log.sink == SINK_SYSLOG ? write_syslog(line, level) : write_stream(line);
}

static void line_start(struct buf *b, enum log_level level, const char *msg);

/* Lines were lost: their number goes out first, or nothing does. */
static bool tell_dropped(void)
{
	struct buf b = BUF_INIT(NULL);
	bool ok;

	if (the_log.torn)
		buf_char(&b, '\n');
	line_start(&b, LOG_LEVEL_WARN, "log lines lost");
	buf_printf(&b, " count=%llu\n", (unsigned long long)the_log.dropped);
	ok = write_line(buf_span(&b), LOG_LEVEL_WARN);
	buf_free(&b);
	if (ok)
		the_log.dropped = 0;
	return ok;
}

/* Building. */

/* Bytes of the code point that may stand as it is, 0 when it must be escaped. Beside controls, those that reorder or break a displayed line are escaped. */
static size_t printable(uint32_t cp, size_t taken)
{
	if (cp == UTF8_BAD || cp < 0x20 || cp == '"' || cp == '\\' || (cp >= 0x7f && cp < 0xa0))
		return 0;
	if (cp == 0x200e || cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
		return 0;
	return taken;
}

static void add_escaped(struct buf *b, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		buf_printf(b, "\\x%02x", (uint8_t)bytes.p[i]);
}

/* The plain run at the front of s: printable ASCII is the usual case and is copied at once. */
static size_t plain_ascii(struct span s)
{
	size_t i = 0;

	while (i < s.len && (uint8_t)s.p[i] >= 0x20 && (uint8_t)s.p[i] < 0x7f && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	return i;
}

static void add_text(struct buf *b, struct span s)
{
	while (s.len != 0) {
		size_t n = plain_ascii(s);

		if (n == 0) {
			size_t taken;
			uint32_t cp = utf8_next(s, &taken);

			n = printable(cp, taken);
			if (n == 0) {
				add_escaped(b, span_sub(s, 0, taken));
				s = span_from(s, taken);
				continue;
			}
		}
		buf_add(b, span_sub(s, 0, n));
		s = span_from(s, n);
	}
}

static bool needs_quotes(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == ' ' || s.p[i] == '"' || s.p[i] == '=')
			return true;
	}
	return s.len == 0;
}

static void add_value(struct buf *b, struct span s)
{
	bool cut = s.len > VALUE_MAX, quote = cut || needs_quotes(s);

	if (cut) {
		s.len = VALUE_MAX;
		while (s.len > VALUE_MAX - 3 && ((uint8_t)s.p[s.len] & 0xc0) == 0x80)
			s.len--; /* not in the middle of a character */
	}
	if (quote)
		buf_char(b, '"');
	add_text(b, s);
	if (cut)
		buf_str(b, "...");
	if (quote)
		buf_char(b, '"');
}

static void line_start(struct buf *b, enum log_level level, const char *msg)
{
	int64_t now = clock_wall_us();
	time_t seconds = (time_t)(now / 1000000);
	struct tm tm;
	char stamp[32];

	gmtime_r(&seconds, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(b, "time=%s.%06dZ level=%s ", stamp, (int)(now % 1000000), level_words[level]);
	if (the_log.role[0] != '\0')
		buf_printf(b, "role=%s ", the_log.role);
	buf_str(b, "msg=");
	add_value(b, span_of(msg));
}

void log_begin(struct log_line *l, enum log_level level, const char *msg)
{
	*l = (struct log_line){ .text = BUF_INIT(NULL), .off = !log_wants(level), .level = level };
	if (l->off)
		return;
	buf_grow(&l->text, 512);
	l->text.max = LINE_MAX_BYTES;
	line_start(&l->text, level, msg);
}

void log_str(struct log_line *l, const char *key, struct span value)
{
	if (l->off)
		return;
	buf_char(&l->text, ' ');
	buf_str(&l->text, key);
	buf_char(&l->text, '=');
	add_value(&l->text, value);
}

void log_cstr(struct log_line *l, const char *key, const char *value)
{
	log_str(l, key, span_of(value));
}

void log_int(struct log_line *l, const char *key, int64_t value)
{
	if (!l->off)
		buf_printf(&l->text, " %s=%lld", key, (long long)value);
}

void log_end(struct log_line *l)
{
	int saved = errno;

	if (!l->off) {
		l->text.max = 0; /* the end of the line always has room */
		buf_char(&l->text, '\n');
		if ((the_log.dropped != 0 && !tell_dropped()) || !write_line(buf_span(&l->text), l->level))
			the_log.dropped++;
	}
	buf_free(&l->text);
	l->off = true;
	errno = saved;
}

static void __attribute__((format(printf, 2, 0))) log_vline(enum log_level level, const char *fmt, va_list ap)
{
	char text[VALUE_MAX + 1];
	struct log_line l;

	vsnprintf(text, sizeof(text), fmt, ap);
	log_begin(&l, level, text);
	log_end(&l);
}

#define LOG_FUNCTION(name, level) \
	void name(const char *fmt, ...) \
	{ \
		va_list ap; \
\
		if (!log_wants(level)) \
			return; \
		va_start(ap, fmt); \
		log_vline(level, fmt, ap); \
		va_end(ap); \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
