#include "store/store_settings.h"

#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "io/listener.h"
#include "store/redis_tls.h"
#include "store/store_lmdb.h"
#include "store/store_redis.h"
#include "store/store_spool.h"

static const char *const types[] = { "embedded", "redis", NULL };

#define F(field) offsetof(struct store_settings, field)
static const struct setting store_rows[] = {
	{ "type", SET_ENUM, F(type), "\"embedded\"", 0, 0, types, 0,
	  "\"embedded\": a file of this machine. \"redis\": a Redis server, which several machines share. Changing it starts with an empty store." },
	{ "path", SET_STRING, F(path), "\"\"", 0, 0, NULL, 0, "The file of the embedded store; empty: \"store\" in the folder server.state." },
	{ "size", SET_SIZE, F(size), "\"1G\"", STORE_LMDB_SIZE_MIN, 1LL << 44, NULL, 0,
	  "What the embedded store holds at most. When it is full, nothing new is kept until something expires. The file is up to a quarter larger." },
	{ "spool_size", SET_SIZE, F(spool_size), "\"256M\"", 65536, 1LL << 40, NULL, 0,
	  "While Redis is gone, what is learned is kept in a file \"store.spool\" in the folder server.state, of at most this size, and handed over later." },
	{ "servers", SET_STRINGS, F(servers), "{ \"inet:127.0.0.1:6379\" }", 0, 0, NULL, 0,
	  "Redis: \"inet:ADDRESS:PORT\", \"inet6:[ADDRESS]:PORT\", \"unix:/PATH\". The first that answers and is no replica is used." },
	{ "sentinels", SET_STRINGS, F(sentinels), "{}", 0, 0, NULL, 0, "Redis Sentinels, asked in turn which server to use; servers is not looked at then." },
	{ "master", SET_STRING, F(master), "\"mymaster\"", 0, 0, NULL, 0, "The name by which the Sentinels know it." },
	{ "user", SET_STRING, F(user), "\"\"", 0, 0, NULL, 0, "User of Redis (ACL); empty: the default user." },
	{ "password", SET_STRING, F(password), "\"\"", 0, 0, NULL, 0, "Password of Redis; empty: none." },
	{ "sentinel_user", SET_STRING, F(sentinel_user), "\"\"", 0, 0, NULL, 0, "User of the Sentinels." },
	{ "sentinel_password", SET_STRING, F(sentinel_password), "\"\"", 0, 0, NULL, 0, "Password of the Sentinels." },
	{ "database", SET_INT, F(database), "0", 0, 65535, NULL, 0, "Number of the Redis database." },
	{ "prefix", SET_STRING, F(prefix), "\"winnow:\"", 0, 0, NULL, 0, "All keys in Redis begin with it." },
	{ "timeout", SET_DURATION, F(timeout_us), "\"3s\"", 10000, 60000000, NULL, 0, "How long Redis has for one answer, and for greeting us." },
	{ "tls", SET_BOOL, F(tls), "false", 0, 0, NULL, 0, "Speak TLS with Redis and Sentinels (where hiredis was built with it)." },
	{ "tls_ca", SET_STRING, F(tls_ca), "\"\"", 0, 0, NULL, 0, "File of certificates that are trusted; empty: those of the system." },
	{ "tls_certificate", SET_STRING, F(tls_certificate), "\"\"", 0, 0, NULL, 0, "File of our own certificate." },
	{ "tls_key", SET_STRING, F(tls_key), "\"\"", 0, 0, NULL, 0, "File of its key." },
	{ "tls_name", SET_STRING, F(tls_name), "\"\"", 0, 0, NULL, 0, "The name that the server's certificate must carry; empty: its address." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check(const void *values, struct err *err_r)
{
	const struct store_settings *set = values;

	if (!address_specs_check(&set->servers, "servers", err_r) || !address_specs_check(&set->sentinels, "sentinels", err_r))
		return false;
	if (set->servers.n > STORE_SERVERS_MAX || set->sentinels.n > STORE_SERVERS_MAX)
		return err_set(err_r, "more than %d servers", STORE_SERVERS_MAX);
	if (set->prefix.len > STORE_REDIS_PREFIX_MAX)
		return err_set(err_r, "prefix is longer than %d bytes", STORE_REDIS_PREFIX_MAX);
	if (set->path.len != 0 && set->path.p[0] != '/')
		return err_set(err_r, "path must begin with '/'");
	if (set->path.len > 1024)
		return err_set(err_r, "path is too long");
	if (set->type != STORE_REDIS)
		return true;
	if (set->servers.n == 0 && set->sentinels.n == 0)
		return err_set(err_r, "neither servers nor sentinels for Redis");
	return !set->tls || redis_tls_possible(err_r);
}

const struct setting_set store_setting_set = {
	.name = "store", .kind = SET_ONE, .doc = "Where Winnow keeps what it learns and counts.", .size = sizeof(struct store_settings), .rows = store_rows, .check = check,
};

static struct store *open_embedded(struct loop *loop, const struct store_settings *set, const char *state, struct err *err_r)
{
	char path[2048];
	int n = set->path.len != 0 ? snprintf(path, sizeof(path), "%.*s", SPAN_ARG(set->path)) : snprintf(path, sizeof(path), "%s/store", state);

	if (n < 0 || n >= (int)sizeof(path)) {
		err_set(err_r, "the path of the store is too long");
		return NULL;
	}
	return store_lmdb_open(&(struct store_lmdb_options){ .loop = loop, .path = path, .size = set->size }, err_r);
}

static struct store *open_redis(struct loop *loop, const struct store_settings *set, const char *state, struct err *err_r)
{
	struct store *redis = store_redis_new(&(struct store_redis_options){ .loop = loop, .set = set }, err_r), *spool;
	char path[2048];

	if (redis == NULL)
		return NULL;
	if (snprintf(path, sizeof(path), "%s/store.spool", state) >= (int)sizeof(path)) {
		err_set(err_r, "the path of the spool is too long");
		store_free(&redis);
		return NULL;
	}
	spool = store_spool_new(&(struct store_spool_options){ .loop = loop, .path = path, .max = set->spool_size }, redis, err_r);
	if (spool == NULL)
		store_free(&redis);
	return spool;
}

struct store *store_open(struct loop *loop, const struct store_settings *set, const char *state, struct err *err_r)
{
	return set->type == STORE_REDIS ? open_redis(loop, set, state, err_r) : open_embedded(loop, set, state, err_r);
}
