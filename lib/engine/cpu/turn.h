/* Many processes, one packing: the first to come packs a model's weights and writes them, the others
 * wait for the file instead of each holding the whole model in memory for the same work. */
#ifndef IMG_ENGINE_CPU_TURN_H
#define IMG_ENGINE_CPU_TURN_H

/* Waits for the turn to pack in that folder of packed weights; -1 when there can be none (no locks
 * there, stopped() said so, or it takes more than a minute): then the caller packs for itself. To be
 * given back with img_turn_end(). stopped may be NULL. */
int img_turn_take(const char *folder, int (*stopped)(void));

/* -1 is fine. */
void img_turn_end(int turn);

#endif
