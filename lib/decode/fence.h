/* What a worker may still ask of the kernel: a seccomp filter, raised when its libraries are loaded
 * and warm, before it sees a byte of a picture. */
#ifndef IMG_DECODE_FENCE_H
#define IMG_DECODE_FENCE_H

#include "base/err.h"

/* 0 where the kernel takes filters from this process, else the errno with which it refuses. */
int img_decode_fence_refused(void);

/* Fences the calling process, all its threads, for good. It may compute, take and give back memory,
 * start threads, and use the descriptors it has; messages go through socket alone. No memory can be
 * made executable, and no file opened: with files, for reading only, which is for formats that draw
 * text with the machine's fonts. Starting a program or a process, new sockets and touching
 * other processes end it with SIGSYS; everything else fails with EPERM. Builds with sanitizers,
 * whose run-time needs more, only have what starts programs and makes sockets fenced off.
 * Needs PR_SET_NO_NEW_PRIVS. Fails with SYSTEM. */
IMG_CHECKED bool img_decode_fence(int socket, bool files, struct img_err *err);

#endif
