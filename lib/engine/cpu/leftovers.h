/* Half-written packed weights that a killed process left behind. */
#ifndef IMG_ENGINE_CPU_LEFTOVERS_H
#define IMG_ENGINE_CPU_LEFTOVERS_H

/* Removes folder's "….pack.….part" files that nobody has written to for an hour: by then their
 * writer is dead, on whatever machine it ran. What cannot be removed stays. */
void img_leftovers_remove(const char *folder);

#endif
