/* What libraries would print is counted instead. */
#ifndef IMG_DECODE_LOG_H
#define IMG_DECODE_LOG_H

#include <stdint.h>

/* From now on GLib's log goes nowhere; warnings are counted. */
void img_log_silence(void);

/* Warnings since the last call. */
uint32_t img_log_take_warnings(void);

#endif
