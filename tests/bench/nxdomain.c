/* A name server for measurements: answers every UDP query with NXDOMAIN at once, so that a filter under load pays for
 * its own DNS work and for nobody's network. Binds a free port on 127.0.0.1, prints it, serves until SIGTERM, then
 * prints how many queries it answered.
 *
 * RFC 1035 section 4.1.1: header of 12 bytes; the reply is the query's question with QR, RA and RCODE 3, a SOA of the
 * root in the authority section (RFC 2308 section 2.1), and an OPT record where the query had one (RFC 6891).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER_SIZE = 12, QUESTION_TAIL = 4, DATAGRAM_MAX = 4096, RECEIVE_BUFFER = 8 << 20 };

/* Owner ".", type SOA, class IN, TTL 60, 22 bytes: ".", ".", serial, refresh, retry, expire, minimum 60. */
static const uint8_t root_soa[] = {0, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0, 0, 0, 0, 1,
                                   0, 0, 14, 16, 0, 0, 3, 132, 0, 9, 58, 128, 0, 0, 0, 60};
/* Owner ".", type OPT, 1232 bytes of payload, no options. */
static const uint8_t root_opt[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};

static volatile sig_atomic_t stopping;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stopping = 1;
}

/* Length of header and first question, or 0 where the query is not one. */
static size_t question_end(const uint8_t *query, size_t size)
{
    if (size < HEADER_SIZE || (query[2] & 0x80) != 0 || query[4] != 0 || query[5] != 1)
        return 0;
    size_t at = HEADER_SIZE;
    while (at < size && query[at] != 0) {
        if (query[at] > 63)
            return 0;
        at += (size_t)query[at] + 1;
    }
    at += 1 + QUESTION_TAIL;
    return at <= size ? at : 0;
}

/* Turns the query into its answer; `end` is where its question ends. Returns the answer's length. */
static size_t make_answer(uint8_t *message, size_t end)
{
    bool has_opt = message[10] != 0 || message[11] != 0;
    message[2] = (uint8_t)(0x80 | (message[2] & 0x79)); /* QR; opcode and RD kept */
    message[3] = 0x83;                                  /* RA, NXDOMAIN */
    memset(message + 6, 0, HEADER_SIZE - 6);
    message[9] = 1; /* one authority record */
    memcpy(message + end, root_soa, sizeof root_soa);
    end += sizeof root_soa;
    if (has_opt) {
        message[11] = 1;
        memcpy(message + end, root_opt, sizeof root_opt);
        end += sizeof root_opt;
    }
    return end;
}

static int open_socket(uint16_t *port_r)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int buffer = RECEIVE_BUFFER;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        perror("nxdomain");
        exit(EXIT_FAILURE);
    }
    /* More than the kernel grants is no reason to fail: clients retry. */
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    *port_r = ntohs(address.sin_port);
    return fd;
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_stop};
    uint16_t port = 0;
    uint64_t answered = 0;
    int fd = open_socket(&port);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    printf("%u\n", (unsigned)port);
    (void)fflush(stdout);
    while (!stopping) {
        uint8_t message[DATAGRAM_MAX + sizeof root_soa + sizeof root_opt];
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        ssize_t size = recvfrom(fd, message, DATAGRAM_MAX, 0, (struct sockaddr *)&peer, &length);
        size_t end = size > 0 ? question_end(message, (size_t)size) : 0;
        if (end == 0)
            continue;
        end = make_answer(message, end);
        if (sendto(fd, message, end, 0, (struct sockaddr *)&peer, length) >= 0)
            answered++;
    }
    printf("%llu queries answered\n", (unsigned long long)answered);
    (void)close(fd);
    return EXIT_SUCCESS;
}
