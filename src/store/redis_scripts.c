#include "store/redis_scripts.h"

/* Notes a key in the set of its owner's keys, where there is one (KEYS[2]), with its time of expiry (milliseconds). What has expired leaves the set four at a time, so that it does not outgrow what is there. */
#define OWN \
	"local function own(ms) local set = KEYS[2] if not set then return end " \
	"local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) " \
	"local old = redis.call('ZRANGEBYSCORE', set, '-inf', now, 'LIMIT', 0, 4) " \
	"if #old > 0 then redis.call('ZREM', set, unpack(old)) end " \
	"redis.call('ZADD', set, now + ms, KEYS[1]) " \
	"if redis.call('PTTL', set) < ms then redis.call('PEXPIRE', set, ms) end end "

#define MAX "1125899906842624" /* STORE_COUNT_MAX */
#define LOG_MS "34560000000"   /* STORE_EXPIRY_MAX_US */

/* Field "k" of a record, its key; "r", the record. */
#define FORGET_EVENT \
	"local function forget(e) redis.call('XDEL', KEYS[1], e[1]) " \
	"for f = 1, #e[2], 2 do if e[2][f] == 'k' and e[2][f + 1] ~= '' then redis.call('HDEL', KEYS[2], e[2][f + 1]) end end end "

const char *const redis_scripts[REDIS_SCRIPTS] = {
	/* KEYS key [set]; ARGV value, ms */
	[SCRIPT_PUT] = OWN "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) own(tonumber(ARGV[2])) return 1",

	/* KEYS key [set] */
	[SCRIPT_DELETE] = "if KEYS[2] then redis.call('ZREM', KEYS[2], KEYS[1]) end return redis.call('DEL', KEYS[1])",

	/* KEYS key [set]; ARGV added, window in microseconds. The same as window.c, by the clock of the server. */
	[SCRIPT_COUNT] = OWN
	"local n, w = tonumber(ARGV[1]), tonumber(ARGV[2]) "
	"local t = redis.call('TIME') local now = t[1] * 1000000 + t[2] "
	"local index = math.floor(now / w) "
	"local i, c, b, us = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+) (%d+) (%d+)$') "
	"i, c, b = tonumber(i), tonumber(c), tonumber(b) "
	"if not i or tonumber(us) ~= w or index > i + 1 then i, c, b = index, 0, 0 "
	"elseif index == i + 1 then i, c, b = index, 0, c end "
	"c = math.min(c + n, " MAX ") "
	"if n > 0 then local ms = math.max(1, math.ceil(((i + 2) * w - now) / 1000)) "
	"redis.call('SET', KEYS[1], string.format('%.0f %.0f %.0f %.0f', i, c, b, w), 'PX', string.format('%.0f', ms)) own(ms) end "
	"return math.min(c + math.floor(b * ((w - now % w) / w)), " MAX ")",

	/* KEYS key [set]; ARGV ms */
	[SCRIPT_CLAIM] = OWN "if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 0 end own(tonumber(ARGV[1])) return 1",

	/* KEYS set; ARGV max */
	[SCRIPT_FORGET] =
	"local keys, n = redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1), 0 "
	"for _, k in ipairs(keys) do n = n + redis.call('DEL', k) redis.call('ZREM', KEYS[1], k) end "
	"return { n, redis.call('ZCARD', KEYS[1]) }",

	/* KEYS stream, once, next; ARGV event key, record */
	[SCRIPT_APPEND] =
	"if ARGV[1] ~= '' then local p = redis.call('HGET', KEYS[2], ARGV[1]) if p then return { 0, tonumber(p) } end end "
	"local p = redis.call('INCR', KEYS[3]) "
	"redis.call('XADD', KEYS[1], string.format('%.0f-0', p), 'k', ARGV[1], 'r', ARGV[2]) "
	"if ARGV[1] ~= '' then redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', p)) redis.call('PEXPIRE', KEYS[2], " LOG_MS ") end "
	"redis.call('PEXPIRE', KEYS[1], " LOG_MS ") redis.call('PEXPIRE', KEYS[3], " LOG_MS ") "
	"return { 1, p }",

	/* KEYS stream; ARGV from, max, bytes. Answers: more, then position, key, record of each. */
	[SCRIPT_RANGE] =
	"local from, max, room, out, n = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), { 0 }, 0 "
	"while true do local es = redis.call('XRANGE', KEYS[1], string.format('%.0f', from), '+', 'COUNT', 16) "
	"for _, e in ipairs(es) do local k, r = '', '' "
	"for f = 1, #e[2], 2 do if e[2][f] == 'k' then k = e[2][f + 1] elseif e[2][f] == 'r' then r = e[2][f + 1] end end "
	"room = room - #r "
	"if n == max or (n > 0 and room < 0) then out[1] = 1 return out end "
	"local p = string.match(e[1], '^%d+') from = tonumber(p) + 1 n = n + 1 "
	"out[#out + 1] = p out[#out + 1] = k out[#out + 1] = r end "
	"if #es < 16 then return out end end",

	/* KEYS stream, once; ARGV before, max */
	[SCRIPT_TRIM] = FORGET_EVENT
	"local before, max, n = tonumber(ARGV[1]), tonumber(ARGV[2]), 0 "
	"if before <= 1 then return { 0, 0 } end "
	"while true do local es = redis.call('XRANGE', KEYS[1], '-', string.format('%.0f', before - 1), 'COUNT', 32) "
	"for _, e in ipairs(es) do if n == max then return { n, 1 } end forget(e) n = n + 1 end "
	"if #es < 32 then return { n, 0 } end end",

	/* KEYS stream, once; ARGV position */
	[SCRIPT_REMOVE] = FORGET_EVENT
	"local n = 0 for _, e in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])) do forget(e) n = n + 1 end return n",
};
