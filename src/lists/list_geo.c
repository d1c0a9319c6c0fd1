#include "lists/list_geo.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct list_geo {
	MMDB_s country, asn;
	bool has_country, has_asn;
};

static void close_all(void *ctx)
{
	struct list_geo *g = ctx;

	if (g->has_country)
		MMDB_close(&g->country);
	if (g->has_asn)
		MMDB_close(&g->asn);
}

static bool open_one(struct arena *arena, struct span path, const char *key, MMDB_s *db, bool *has_r, struct err *err_r)
{
	int status;

	if (path.len == 0)
		return true;
	status = MMDB_open(arena_str(arena, path), MMDB_MODE_MMAP, db);
	if (status != MMDB_SUCCESS)
		return err_set(err_r, "lists.%s: %.*s: %s", key, SPAN_ARG(path), MMDB_strerror(status));
	*has_r = true;
	return true;
}

struct list_geo *list_geo_open(struct arena *arena, struct span country, struct span asn, struct err *err_r)
{
	struct list_geo *g = ARENA_NEW(arena, struct list_geo);

	arena_cleanup(arena, close_all, g);
	return open_one(arena, country, "country", &g->country, &g->has_country, err_r) && open_one(arena, asn, "asn", &g->asn, &g->has_asn, err_r) ? g : NULL;
}

static bool find(const MMDB_s *db, const struct ip *ip, MMDB_entry_s *entry_r)
{
	MMDB_lookup_result_s found;
	int status;

	if (ip_is_v4(ip)) {
		struct sockaddr_in in = { .sin_family = AF_INET };

		memcpy(&in.sin_addr, ip->b + 12, 4);
		found = MMDB_lookup_sockaddr(db, (const struct sockaddr *)&in, &status);
	} else {
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

		memcpy(&in6.sin6_addr, ip->b, 16);
		found = MMDB_lookup_sockaddr(db, (const struct sockaddr *)&in6, &status);
	}
	*entry_r = found.entry;
	return status == MMDB_SUCCESS && found.found_entry;
}

struct span list_geo_country(const struct list_geo *g, const struct ip *ip)
{
	static const char *const paths[][3] = { { "country", "iso_code", NULL }, { "registered_country", "iso_code", NULL } };
	MMDB_entry_data_s data;
	MMDB_entry_s entry;

	if (g == NULL || !g->has_country || !ip->set || !find(&g->country, ip, &entry))
		return SPAN_NONE;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (MMDB_aget_value(&entry, &data, paths[i]) == MMDB_SUCCESS && data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING)
			return span_make(data.utf8_string, data.data_size);
	}
	return SPAN_NONE;
}

uint32_t list_geo_asn(const struct list_geo *g, const struct ip *ip)
{
	static const char *const path[] = { "autonomous_system_number", NULL };
	MMDB_entry_data_s data;
	MMDB_entry_s entry;

	if (g == NULL || !g->has_asn || !ip->set || !find(&g->asn, ip, &entry))
		return 0;
	if (MMDB_aget_value(&entry, &data, path) == MMDB_SUCCESS && data.has_data && data.type == MMDB_DATA_TYPE_UINT32)
		return data.uint32;
	return 0;
}
