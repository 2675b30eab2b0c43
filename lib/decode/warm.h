/* Libraries register types, open plug-ins and fill tables at their first picture. Done once before
 * workers are forked, it is done for all of them, and before their fences close. */
#ifndef IMG_DECODE_WARM_H
#define IMG_DECODE_WARM_H

/* Decodes small pictures of our own, as far as that needs no threads. No thread may be left running by it. */
void img_decode_warm_up(void);

#endif
