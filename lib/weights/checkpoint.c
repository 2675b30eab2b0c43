/* PyTorch's zip checkpoint. */
#include "weights/inside.h"

bool img_checkpoint_read(struct img_weights *weights, const struct img_map *map,
                         struct img_err *err)
{
    (void)weights;
    (void)map;
    return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "PyTorch checkpoints are not read yet");
}
