/* Which addresses are the public internet's: where a server may be sent by a stranger's URL.
 *
 * References: IANA's special-purpose address registries (RFC 6890 and its updates) for IPv4 and
 * IPv6; RFC 4291 (mapped and compatible), RFC 6052 and 8215 (NAT64), RFC 3056 (6to4), RFC 4380
 * (Teredo), RFC 5214 (ISATAP). */
#ifndef IMG_NET_ADDRESS_H
#define IMG_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* True only for a unicast address of the public internet. Loopback, private, link-local, shared,
 * documentation, benchmarking, multicast, reserved and unspecified addresses are not, neither are
 * IPv6 addresses that carry such an IPv4 one, nor families other than IPv4 and IPv6. Ports do not
 * matter. len is that of the structure. */
bool img_address_is_public(const struct sockaddr *address, size_t len);

enum { IMG_ADDRESS_TEXT_MAX = 64 };

/* The address alone, for messages; "an address of another kind" when it is neither. */
void img_address_text(const struct sockaddr *address, size_t len, char text[IMG_ADDRESS_TEXT_MAX]);

#endif
