/* One datagram. */
#include "serve/notify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void img_notify(const char *socket_name, const char *state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t len = socket_name ? strlen(socket_name) : 0;
    if (len == 0 || len >= sizeof at.sun_path || (socket_name[0] != '/' && socket_name[0] != '@'))
        return;
    memcpy(at.sun_path, socket_name, len);
    if (at.sun_path[0] == '@')
        at.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&at,
                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    close(fd);
}
