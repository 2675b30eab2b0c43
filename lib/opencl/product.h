/* Matrix products: CLBlast's for floats, ours where storage has 16 bits, since CLBlast's would add in
 * 16 bits, too. */
#ifndef IMG_OPENCL_PRODUCT_H
#define IMG_OPENCL_PRODUCT_H

#include "opencl/program.h"

enum img_cl_to {
    IMG_CL_TO_STORE, /* c, as activations are stored */
    IMG_CL_TO_WIDE,  /* c, in floats */
    IMG_CL_TO_SUM,   /* added to c, in floats */
};

/* c [m, n] = a [m, k] times w [k, n], rows without gaps. */
struct img_cl_product {
    cl_mem a, w, c;
    size_t m, n, k;
    enum img_cl_to to;
};

/* Makes CLBlast sum in one order whatever the number of rows: so a row's bits do not depend on the
 * batch. */
void img_cl_products_init(const struct img_cl *cl);

IMG_CHECKED bool img_cl_product(struct img_cl *cl, const struct img_cl_program *program,
                                const struct img_cl_product *product, bool f16,
                                struct img_err *err);

#endif
