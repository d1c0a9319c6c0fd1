/* "winnow scan" through the daemon: POST /checkv2 by libcurl over TCP or a unix socket, one kept connection. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

#include "cli/scan_options.h"
#include "conf/conf.h"
#include "io/listener.h"
#include "proc/settings.h"
#include "proto/http.h"

struct remote {
	struct scanner pub;
	CURL *curl;
	struct curl_slist *headers;
	char url[300];
	char where[200]; /* for errors */
};

static size_t collect(char *data, size_t size, size_t n, void *ctx)
{
	buf_add(ctx, span_make(data, size * n));
	return size * n;
}

static bool remote_scan(struct scanner *pub, struct arena *arena, struct span raw, struct span *json_r, struct err *err_r)
{
	struct remote *r = (struct remote *)pub;
	struct buf answer = BUF_INIT(arena);
	char reason[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURLcode rc;

	curl_easy_setopt(r->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)raw.len);
	curl_easy_setopt(r->curl, CURLOPT_POSTFIELDS, raw.len != 0 ? raw.p : "");
	curl_easy_setopt(r->curl, CURLOPT_WRITEDATA, &answer);
	curl_easy_setopt(r->curl, CURLOPT_ERRORBUFFER, reason);
	rc = curl_easy_perform(r->curl);
	curl_easy_setopt(r->curl, CURLOPT_ERRORBUFFER, NULL);
	if (rc != CURLE_OK)
		return err_set(err_r, "%s: %s (is winnowd running? --local scans without it)", r->where, reason[0] ? reason : curl_easy_strerror(rc));
	curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return err_set(err_r, "%s answers %ld: %.*s", r->where, status, SPAN_ARG(span_sub(buf_span(&answer), 0, 150)));
	*json_r = buf_span(&answer);
	return true;
}

static void remote_free(struct scanner *pub)
{
	struct remote *r = (struct remote *)pub;

	curl_slist_free_all(r->headers);
	curl_easy_cleanup(r->curl);
	curl_global_cleanup();
	free(r);
}

static void add_header(struct remote *r, const char *name, const char *value)
{
	char line[1200];

	if (value == NULL)
		return;
	snprintf(line, sizeof(line), "%s: %s", name, value);
	r->headers = curl_slist_append(r->headers, line);
}

static void add_headers(struct remote *r, const struct scan_options *o)
{
	add_header(r, "From", o->from);
	add_header(r, "IP", o->ip);
	add_header(r, "Helo", o->helo);
	add_header(r, "User", o->user);
	for (size_t i = 0; i < o->nrcpt; i++)
		add_header(r, "Rcpt", o->rcpt[i]);
	r->headers = curl_slist_append(r->headers, "Expect:"); /* no 100-continue round trip */
}

/* The first HTTP listener of the configuration, unless an address was given. */
static bool find_address(const struct scan_options *o, struct arena *arena, struct span *address_r, struct err *err_r)
{
	const struct http_settings *http;
	struct conf *conf;

	if (o->socket != NULL) {
		*address_r = span_of(o->socket);
		return true;
	}
	conf = conf_load(settings_path(o->config), settings_all(arena), err_r);
	if (conf == NULL)
		return false;
	http = conf_get(conf, &http_setting_set);
	*address_r = http->listen.n != 0 ? arena_copy(arena, http->listen.v[0]) : SPAN_NONE;
	conf_free(&conf);
	return address_r->len != 0 || err_set(err_r, "the configuration has no HTTP listener (http.listen)");
}

/* A daemon that listens everywhere is asked on loopback. */
static void set_inet_url(struct remote *r, const struct sockaddr_in *in)
{
	struct in_addr ip = in->sin_addr.s_addr != htonl(INADDR_ANY) ? in->sin_addr : (struct in_addr){ htonl(INADDR_LOOPBACK) };
	char host[INET_ADDRSTRLEN];

	snprintf(r->url, sizeof(r->url), "http://%s:%u/checkv2", inet_ntop(AF_INET, &ip, host, sizeof(host)), (unsigned)ntohs(in->sin_port));
}

static void set_inet6_url(struct remote *r, const struct sockaddr_in6 *in6)
{
	const struct in6_addr *ip = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr) ? &in6addr_loopback : &in6->sin6_addr;
	char host[INET6_ADDRSTRLEN];

	snprintf(r->url, sizeof(r->url), "http://[%s]:%u/checkv2", inet_ntop(AF_INET6, ip, host, sizeof(host)), (unsigned)ntohs(in6->sin6_port));
}

static bool set_address(struct remote *r, struct span address, struct err *err_r)
{
	struct address_spec spec;

	if (!address_spec_parse(address, &spec, err_r))
		return false;
	snprintf(r->where, sizeof(r->where), "%s", spec.text);
	if (spec.sa.ss_family == AF_INET) {
		set_inet_url(r, (const struct sockaddr_in *)&spec.sa);
	} else if (spec.sa.ss_family == AF_INET6) {
		set_inet6_url(r, (const struct sockaddr_in6 *)&spec.sa);
	} else {
		curl_easy_setopt(r->curl, CURLOPT_UNIX_SOCKET_PATH, ((const struct sockaddr_un *)&spec.sa)->sun_path);
		snprintf(r->url, sizeof(r->url), "http://localhost/checkv2");
	}
	curl_easy_setopt(r->curl, CURLOPT_URL, r->url);
	return true;
}

struct scanner *scanner_remote_new(const struct scan_options *o, struct err *err_r)
{
	struct remote *r = calloc(1, sizeof(*r));
	struct arena *arena = arena_new(0);
	struct span address;
	bool ok;

	if (r == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		abort();
	r->pub = (struct scanner){ remote_scan, remote_free };
	r->curl = curl_easy_init();
	if (r->curl == NULL)
		abort();
	ok = find_address(o, arena, &address, err_r) && set_address(r, address, err_r);
	arena_free(&arena);
	if (!ok) {
		remote_free(&r->pub);
		return NULL;
	}
	add_headers(r, o);
	curl_easy_setopt(r->curl, CURLOPT_HTTPHEADER, r->headers);
	curl_easy_setopt(r->curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(r->curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(r->curl, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(r->curl, CURLOPT_TIMEOUT, 600L);
	return &r->pub;
}
