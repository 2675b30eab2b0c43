"""The image tower of a Hugging Face CLIP folder as an ONNX graph, as torch's exporter writes it.

Convolution for the patches, a MatMul and an Add for each linear layer, LayerNormalization, Softmax,
x * sigmoid(1.702 x): what the runtimes' own graph optimisations expect to find.
"""
import json
import math
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file


class Graph:
    def __init__(self):
        self.nodes, self.initializers, self.count = [], [], 0

    def constant(self, array):
        self.count += 1
        name = f"c{self.count}"
        self.initializers.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return name

    def shape(self, *dims):
        return self.constant(np.array(dims, np.int64))

    def add(self, op, *inputs, **attributes):
        self.count += 1
        name = f"{op.lower()}{self.count}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name


class Tower:
    """config: the folder's vision_config; weights: its tensors by name."""

    def __init__(self, folder):
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            whole = json.load(file)
        self.config, self.dimension = whole["vision_config"], whole["projection_dim"]
        self.weights = load_file(os.path.join(folder, "model.safetensors"))
        self.size, self.width = self.config["image_size"], self.config["hidden_size"]
        self.heads = self.config["num_attention_heads"]
        self.tokens = 1 + (self.size // self.config["patch_size"]) ** 2

    def tensor(self, name):
        return self.weights["vision_model." + name]

    def linear(self, g, x, name):
        product = g.add("MatMul", x, g.constant(self.tensor(name + ".weight").T))
        return g.add("Add", product, g.constant(self.tensor(name + ".bias")))

    def norm(self, g, x, name):
        return g.add("LayerNormalization", x, g.constant(self.tensor(name + ".weight")),
                     g.constant(self.tensor(name + ".bias")), axis=-1,
                     epsilon=self.config["layer_norm_eps"])

    def split_heads(self, g, x, batch, order):
        rows = g.add("Reshape", x, g.shape(batch, self.tokens, self.heads, self.width // self.heads))
        return g.add("Transpose", rows, perm=order)

    def attention(self, g, x, name, batch):
        q = self.split_heads(g, self.linear(g, x, name + ".q_proj"), batch, [0, 2, 1, 3])
        k = self.split_heads(g, self.linear(g, x, name + ".k_proj"), batch, [0, 2, 3, 1])
        v = self.split_heads(g, self.linear(g, x, name + ".v_proj"), batch, [0, 2, 1, 3])
        scale = g.constant(np.float32(1 / math.sqrt(self.width // self.heads)))
        scores = g.add("Softmax", g.add("Mul", g.add("MatMul", q, k), scale), axis=-1)
        rows = g.add("Transpose", g.add("MatMul", scores, v), perm=[0, 2, 1, 3])
        return self.linear(g, g.add("Reshape", rows, g.shape(batch, self.tokens, self.width)),
                           name + ".out_proj")

    def feed_forward(self, g, x, name):
        x = self.linear(g, x, name + ".fc1")
        x = g.add("Mul", x, g.add("Sigmoid", g.add("Mul", x, g.constant(np.float32(1.702)))))
        return self.linear(g, x, name + ".fc2")

    def embeddings(self, g, batch):
        patch = self.config["patch_size"]
        x = g.add("Conv", "pixels", g.constant(self.tensor("embeddings.patch_embedding.weight")),
                  kernel_shape=[patch, patch], strides=[patch, patch])
        x = g.add("Reshape", x, g.shape(batch, self.width, self.tokens - 1))
        x = g.add("Transpose", x, perm=[0, 2, 1])
        first = np.broadcast_to(self.tensor("embeddings.class_embedding"), (batch, 1, self.width))
        x = g.add("Concat", g.constant(first), x, axis=1)
        return g.add("Add", x, g.constant(self.tensor("embeddings.position_embedding.weight")))

    def model(self, batch):
        """pixels [batch, 3, size, size], normalised, to features [batch, dimension]."""
        g = Graph()
        x = self.norm(g, self.embeddings(g, batch), "pre_layrnorm")
        for i in range(self.config["num_hidden_layers"]):
            layer = f"encoder.layers.{i}"
            normed = self.norm(g, x, layer + ".layer_norm1")
            x = g.add("Add", x, self.attention(g, normed, layer + ".self_attn", batch))
            x = g.add("Add", x, self.feed_forward(g, self.norm(g, x, layer + ".layer_norm2"),
                                                  layer + ".mlp"))
        pooled = g.add("Gather", x, g.constant(np.array(0, np.int64)), axis=1)
        pooled = self.norm(g, pooled, "post_layernorm")
        features = g.add("MatMul", pooled, g.constant(self.weights["visual_projection.weight"].T))
        g.nodes.append(helper.make_node("Identity", [features], ["features"]))
        graph = helper.make_graph(
            g.nodes, "clip_image_tower",
            [helper.make_tensor_value_info("pixels", TensorProto.FLOAT,
                                           [batch, 3, self.size, self.size])],
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, [batch, self.dimension])],
            g.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model
