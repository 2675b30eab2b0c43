/* A word to systemd, by its notification socket. */
#ifndef IMG_SERVE_NOTIFY_H
#define IMG_SERVE_NOTIFY_H

/* Sends "READY=1" and the like to socket (a path, or @name in the abstract space); NULL: to nobody. A
 * word that does not arrive is no failure of ours.
 * Specification: sd_notify(3), "Notes". */
void img_notify(const char *socket_name, const char *state);

#endif
