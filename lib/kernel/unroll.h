/* How loops over a tile are written out: a tile must live in registers, and does so only when its
 * loops are gone. To be included behind a vector header, which says TILE_ROWS. Not public. */
#ifndef IMG_KERNEL_UNROLL_H
#define IMG_KERNEL_UNROLL_H

#define INLINE static inline __attribute__((always_inline))

#if TILE_ROWS == 1
#define UNROLL
#elif defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#endif
