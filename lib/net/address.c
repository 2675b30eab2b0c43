/* Two tables of networks that are not the public internet, and the IPv6 networks whose addresses
 * hold an IPv4 one that counts instead. */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct network4 {
    uint8_t base[4];
    unsigned bits;
};

static const struct network4 not_public4[] = {
    {{0, 0, 0, 0}, 8},       /* this network */
    {{10, 0, 0, 0}, 8},      /* private */
    {{100, 64, 0, 0}, 10},   /* shared, behind a provider's NAT; some clouds' metadata */
    {{127, 0, 0, 0}, 8},     /* loopback */
    {{169, 254, 0, 0}, 16},  /* link-local; most clouds' metadata */
    {{172, 16, 0, 0}, 12},   /* private */
    {{192, 0, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2, 0}, 24},    /* documentation */
    {{192, 31, 196, 0}, 24}, /* AS112 */
    {{192, 52, 193, 0}, 24}, /* AMT */
    {{192, 88, 99, 0}, 24},  /* 6to4 relays, given up */
    {{192, 168, 0, 0}, 16},  /* private */
    {{192, 175, 48, 0}, 24}, /* AS112 */
    {{198, 18, 0, 0}, 15},   /* benchmarking */
    {{198, 51, 100, 0}, 24}, /* documentation */
    {{203, 0, 113, 0}, 24},  /* documentation */
    {{224, 0, 0, 0}, 4},     /* multicast */
    {{240, 0, 0, 0}, 4},     /* reserved, and broadcast */
};

enum { NONE = -1 };

/* IPv6 networks inside what is global unicast, 2000::/3, or translated. carries: where an IPv4
 * address begins that decides; NONE: not public at all. */
struct network6 {
    uint8_t base[16];
    unsigned bits;
    int carries;
};

static const struct network6 special6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12}, /* mapped, ::ffff:a.b.c.d */
    {{0, 0x64, 0xff, 0x9b}, 96, 12},                      /* NAT64, 64:ff9b::a.b.c.d */
    {{0x20, 0x02}, 16, 2},                                /* 6to4 */
    {{0x20, 0x01}, 23, NONE},                             /* protocol assignments, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, NONE},                 /* documentation */
    {{0x26, 0x20, 0, 0x4f, 0x80, 0}, 48, NONE},           /* AS112 */
    {{0x3f, 0xfe}, 16, NONE},                             /* 6bone, given back */
    {{0x3f, 0xff, 0}, 20, NONE},                          /* documentation */
};

static bool in_network(const uint8_t *address, const uint8_t *base, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(address, base, whole) != 0)
        return false;
    return rest == 0 || ((address[whole] ^ base[whole]) >> (8 - rest)) == 0;
}

static bool is_public4(const uint8_t address[4])
{
    for (size_t i = 0; i < sizeof not_public4 / sizeof *not_public4; i++)
        if (in_network(address, not_public4[i].base, not_public4[i].bits))
            return false;
    return true;
}

/* ISATAP: an interface identifier 0:5efe or 200:5efe, whatever the prefix. */
static bool is_isatap(const uint8_t address[16])
{
    return (address[8] & 0xfd) == 0 && address[9] == 0 && address[10] == 0x5e &&
           address[11] == 0xfe;
}

static bool is_public6(const uint8_t address[16])
{
    if (is_isatap(address) && !is_public4(address + 12))
        return false;
    for (size_t i = 0; i < sizeof special6 / sizeof *special6; i++) {
        const struct network6 *network = &special6[i];
        if (!in_network(address, network->base, network->bits))
            continue;
        return network->carries != NONE && is_public4(address + network->carries);
    }
    return (address[0] & 0xe0) == 0x20;
}

bool img_address_is_public(const struct sockaddr *address, size_t len)
{
    if (address->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        uint8_t bytes[4];
        memcpy(bytes, &in.sin_addr, sizeof bytes);
        return is_public4(bytes);
    }
    if (address->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        return is_public6(in.sin6_addr.s6_addr);
    }
    return false;
}

void img_address_text(const struct sockaddr *address, size_t len, char text[IMG_ADDRESS_TEXT_MAX])
{
    if (address->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        if (inet_ntop(AF_INET, &in.sin_addr, text, IMG_ADDRESS_TEXT_MAX))
            return;
    } else if (address->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        if (inet_ntop(AF_INET6, &in.sin6_addr, text, IMG_ADDRESS_TEXT_MAX))
            return;
    }
    snprintf(text, IMG_ADDRESS_TEXT_MAX, "an address of another kind");
}
