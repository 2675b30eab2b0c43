/* Handing products on. */
#include "opencl/product.h"

#include <clblast_c.h>

void img_cl_products_init(const struct img_cl *cl)
{
    const char *name = "XGEMM_MIN_INDIRECT_SIZE";
    size_t always = 0;
    /* A CLBlast that knows no such limit keeps its own; it computes as well. */
    (void)CLBlastOverrideParameters(cl->device, "GemmRoutine", CLBlastPrecisionSingle, 1, &name,
                                    &always);
}

static bool failed(CLBlastStatusCode status, struct img_err *err)
{
    if (status == CLBlastOpenCLBuildProgramFailure)
        return img_err_set(err, IMG_ERR_SYSTEM, "the driver cannot compile CLBlast's kernels");
    return img_cl_fail((cl_int)status, "a matrix product", err);
}

/* Rows without gaps are columns to CLBlast: c' = w' a', in the layout that it copies least for. */
static bool multiply(struct img_cl *cl, const struct img_cl_product *p, struct img_err *err)
{
    size_t want = 0;
    CLBlastStatusCode status = CLBlastSGemmTempBufferSize(
        CLBlastLayoutColMajor, CLBlastTransposeNo, CLBlastTransposeNo, p->n, p->m, p->k, 0, p->n, 0,
        p->k, 0, p->n, &cl->queue, &want);
    if (status != CLBlastSuccess)
        return failed(status, err);
    if (want > cl->temporary_size) {
        img_cl_release(cl, &cl->temporary);
        cl->temporary_size = 0;
        if (!img_cl_buffer(cl, want, &cl->temporary, err))
            return false;
        cl->temporary_size = want;
    }
    status = CLBlastSgemmWithTempBuffer(
        CLBlastLayoutColMajor, CLBlastTransposeNo, CLBlastTransposeNo, p->n, p->m, p->k, 1, p->w, 0,
        p->n, p->a, 0, p->k, p->to == IMG_CL_TO_SUM ? 1 : 0, p->c, 0, p->n, &cl->queue, NULL,
        want > 0 ? cl->temporary : NULL);
    return status == CLBlastSuccess || failed(status, err);
}

static bool multiply_f16(struct img_cl *cl, const struct img_cl_program *program,
                         const struct img_cl_product *p, struct img_err *err)
{
    enum { TILE = 64, SIDE = 16 };
    bool wide = p->to != IMG_CL_TO_STORE;
    cl_int m = (cl_int)p->m, n = (cl_int)p->n, k = (cl_int)p->k, add = p->to == IMG_CL_TO_SUM;
    const struct img_cl_arg narrow[] = {IMG_CL_ARG(p->a), IMG_CL_ARG(p->w), IMG_CL_ARG(m),
                                        IMG_CL_ARG(n),    IMG_CL_ARG(k),    IMG_CL_ARG(p->c)};
    const struct img_cl_arg to_floats[] = {
        IMG_CL_ARG(p->a), IMG_CL_ARG(p->w), IMG_CL_ARG(m),   IMG_CL_ARG(n),
        IMG_CL_ARG(k),    IMG_CL_ARG(add),  IMG_CL_ARG(p->c)};
    const struct img_cl_grid grid = {
        .items = {(p->n + TILE - 1) / TILE * SIDE, (p->m + TILE - 1) / TILE * SIDE},
        .group = {SIDE, SIDE}};
    return img_cl_start(cl, program->kernels[wide ? IMG_CL_PRODUCT_WIDE : IMG_CL_PRODUCT],
                        wide ? to_floats : narrow, wide ? 7 : 6, &grid, err);
}

bool img_cl_product(struct img_cl *cl, const struct img_cl_program *program,
                    const struct img_cl_product *product, bool f16, struct img_err *err)
{
    bool ok = f16 ? multiply_f16(cl, program, product, err) : multiply(cl, product, err);
    img_cl_stage(cl, IMG_GPU_PRODUCTS);
    return ok;
}
