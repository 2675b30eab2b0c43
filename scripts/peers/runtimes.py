"""One interface for everyone that is measured: runs(batch, n) gives n times in milliseconds."""
import subprocess
import time

import numpy as np
import onnxruntime
import openvino


def timed(call, n):
    times = []
    for _ in range(n):
        begin = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - begin))
    return times


class Ours:
    """bench_engine as a server, on packed weights that it maps as the programs do."""
    name = "img-tools"

    def __init__(self, program, folder, cache, threads):
        self.process = subprocess.Popen([program, "-s", "-t", str(threads), "-c", cache, folder],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def runs(self, batch, n):
        self.process.stdin.write(f"{batch} {n}\n")
        self.process.stdin.flush()
        return [float(t) for t in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class OnnxRuntime:
    """fused: the attention of the graph replaced by the runtime's own operator beforehand."""

    def __init__(self, path, threads, fused):
        self.name = "ONNX Runtime, " + ("attention fused" if fused else "graph as exported")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        # Spins while it runs, as by default, but not on while another is measured.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(fuse(path) if fused else path, options,
                                                    providers=["CPUExecutionProvider"])

    def features(self, pixels):
        return self.session.run(None, {"pixels": pixels})[0]

    def runs(self, pixels, n):
        return timed(lambda: self.features(pixels), n)


def fuse(path):
    """Writes, beside the graph, one with ONNX Runtime's Attention, SkipLayerNormalization, …"""
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model
    out = path.replace(".onnx", "-fused.onnx")
    # Level 0: the runtime's own levels follow when the graph is loaded. Heads are found by shape.
    optimize_model(path, model_type="clip", num_heads=0, hidden_size=0, opt_level=0,
                   optimization_options=FusionOptions("clip")).save_model_to_file(out)
    return out


class OpenVino:
    """streams 1: one request at a time on all cores; more: the batch in that many requests at once."""

    def __init__(self, path, threads, hint, streams=1):
        self.name = f"OpenVINO, {hint.lower()} hint" + (f", {streams} requests" if streams > 1 else "")
        self.model = openvino.Core().compile_model(path, "CPU", {
            "PERFORMANCE_HINT": hint,
            "INFERENCE_PRECISION_HINT": "f32",  # or it would take bfloat16 where there is some
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": streams,
        })
        self.requests = [self.model.create_infer_request() for _ in range(streams)]

    def features(self, pixels):
        parts = np.split(pixels, len(self.requests))
        for request, part in zip(self.requests, parts):
            request.start_async({0: part}, share_inputs=True)
        for request in self.requests:
            request.wait()
        return np.concatenate([request.get_output_tensor(0).data for request in self.requests])

    def runs(self, pixels, n):
        return timed(lambda: self.features(pixels), n)
