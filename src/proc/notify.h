/* The service manager's notification protocol, by hand (sd_notify(3)): one datagram to the socket in NOTIFY_SOCKET. */
#ifndef WINNOW_PROC_NOTIFY_H
#define WINNOW_PROC_NOTIFY_H

/* state: "READY=1", "STOPPING=1". Without NOTIFY_SOCKET, and when nobody listens, nothing happens. */
void notify_send(const char *state);

#endif
