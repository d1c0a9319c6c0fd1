#include "proto/http_private.h"

static int find_rspamc(const struct http_request *r, enum http_kind *kind_r)
{
	static const struct {
		struct span method;
		enum http_kind kind;
	} methods[] = {
		{ { "CHECK", 5 }, KIND_RSPAMC },
		{ { "SYMBOLS", 7 }, KIND_RSPAMC },
		{ { "REPORT", 6 }, KIND_RSPAMC },
		{ { "PING", 4 }, KIND_RSPAMC_PING },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (span_eq(methods[i].method, r->method)) {
			*kind_r = methods[i].kind;
			return HTTP_OK;
		}
	}
	return 405;
}

int http_route(const struct http_request *r, enum http_kind *kind_r)
{
	static const struct {
		struct span path;
		enum http_kind kind;
		bool post;
	} routes[] = {
		{ { "/checkv2", 8 }, KIND_SCAN, true },
		{ { "/check", 6 }, KIND_SCAN_OLD, true },
		{ { "/symbols", 8 }, KIND_SCAN_OLD, true },
		{ { "/scan", 5 }, KIND_SCAN_OLD, true },
		{ { "/ping", 5 }, KIND_PING, false },
		{ { "/healthy", 8 }, KIND_HEALTHY, false },
	};
	struct span method = r->method;

	if (r->protocol == HTTP_RSPAMC)
		return find_rspamc(r, kind_r);
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (!span_eq(routes[i].path, r->path))
			continue;
		*kind_r = routes[i].kind;
		if (routes[i].post)
			return span_eq(method, SPAN_LIT("POST")) ? HTTP_OK : 405;
		return span_eq(method, SPAN_LIT("GET")) || span_eq(method, SPAN_LIT("HEAD")) ? HTTP_OK : 405;
	}
	return 404;
}

bool http_kind_is_scan(enum http_kind kind)
{
	return kind == KIND_SCAN || kind == KIND_SCAN_OLD || kind == KIND_RSPAMC;
}
