#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets for checkpoints, pickles and configurations.

usage: scripts/make-weight-corpora.py     (from the top of the tree; needs Python only)

Small files of our own making, honest and hostile; they are committed, and `make check` replays
them without Python.
"""
import collections
import io
import json
import pathlib
import pickle
import struct
import zipfile

CORPUS = pathlib.Path("tests/fuzz/corpus")


def put(target, name, data):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def safetensors(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(begin, end, shape, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


class Global:
    """Stands for a global that the real module need not be there for."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class Storage:
    def __init__(self, kind, key, numel):
        self.tuple = ("storage", Global("torch", kind), key, "cpu", numel)


class Tensor:
    def __init__(self, storage, offset, shape, stride):
        self.arguments = (storage, offset, shape, stride, False, collections.OrderedDict())


class Writer(pickle._Pickler):  # the pure Python pickler can be taught globals that are not there
    def persistent_id(self, obj):
        return obj.tuple if isinstance(obj, Storage) else None

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Global):
            self.write(b"c" + obj.module.encode() + b"\n" + obj.name.encode() + b"\n")
        elif isinstance(obj, Tensor):
            self.save(Global("torch._utils", "_rebuild_tensor_v2"))
            self.save(obj.arguments)
            self.write(b"R")
        else:
            super().save(obj, save_persistent_id)


def pickled(value, protocol=2):
    out = io.BytesIO()
    Writer(out, protocol).dump(value)
    return out.getvalue()


def container(data, storage=bytes(24), method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, content in (("m/data.pkl", data), ("m/byteorder", b"little"), ("m/data/0", storage)):
            z.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


good = {"w": Tensor(Storage("FloatStorage", "0", 6), 0, (2, 3), (3, 1))}
turned = {"w": Tensor(Storage("FloatStorage", "0", 6), 0, (3, 2), (1, 3))}
ordered = collections.OrderedDict(good)
ordered.epoch = 3

pickles = {
    "good": pickled(good),
    "good-4": pickled(good, 4),
    "ordered": pickled(ordered),
    "turned": pickled(turned),
    "expanded": pickled({"w": Tensor(Storage("FloatStorage", "0", 6), 0, (1 << 40, 6), (0, 1))}),
    "beyond": pickled({"w": Tensor(Storage("HalfStorage", "9", 6), 1 << 62, (2,), (1 << 62,))}),
    "system": b"\x80\x02cos\nsystem\nX\x02\x00\x00\x00id\x85R.",
    "stack-global": b"\x80\x04\x8c\x05posix\x8c\x06system\x93.",
    "memo": b"\x80\x02}r\xff\xff\xff\xff.",
    "marks": b"\x80\x02" + b"(" * 3000,
    "deep": b"\x80\x02)" + b"\x85" * 200,
    "laughs": b"\x80\x02)q\x01" + b"h\x01h\x01h\x01\x87q\x01" * 20 + b".",
    "cyclic": b"\x80\x02}q\x01X\x01\x00\x00\x00ah\x01s.",
    "long": b"\x80\x02\x8a\xff" + bytes(255) + b".",
    "text": b"\x80\x05\x8d" + b"\xff" * 8 + b".",
    "list": b"\x80\x02](K\x01K\x02ea.",
}
for name, data in pickles.items():
    put("unpickle", name, data)

put("safetensors", "good", safetensors({"__metadata__": {"format": "pt"}, "a": entry(0, 4, []),
                                        "b": entry(4, 16, [2, 3], "F16"), "c": entry(16, 16, [0])}, bytes(16)))
put("safetensors", "overlap", safetensors({"a": entry(0, 8, [2]), "b": entry(4, 8, [1])}, bytes(8)))
put("safetensors", "gap", safetensors({"a": entry(0, 4, [1]), "b": entry(8, 12, [1])}, bytes(12)))
put("safetensors", "beyond", safetensors({"a": entry(0, 1 << 50, [1 << 48])}, bytes(8)))
put("safetensors", "overflow", safetensors({"a": entry(0, 8, [1 << 32, 1 << 32])}, bytes(8)))
put("safetensors", "negative", safetensors({"a": entry(-4, 0, [-1])}, bytes(8)))
put("safetensors", "dtype", safetensors({"a": entry(0, 4, [1], "Q4")}, bytes(4)))
put("safetensors", "long-header", safetensors(b"{}", length=2**63))
put("safetensors", "twice", safetensors(b'{"a":{},"a":{}}'))
put("safetensors", "deep", safetensors(b'{"a":' + b"[" * 500))
put("safetensors", "zip", container(pickles["good"]))
put("safetensors", "zip-turned", container(pickles["turned"]))
put("safetensors", "zip-system", container(pickles["system"]))
put("safetensors", "zip-deflated", container(pickles["good"], method=zipfile.ZIP_DEFLATED))
put("safetensors", "zip-short", container(pickles["good"], storage=bytes(20)))
put("safetensors", "zip-cut", container(pickles["good"])[:-30])

vision = {"hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2,
          "image_size": 12, "patch_size": 4, "hidden_act": "gelu"}
text = {"hidden_size": 12, "num_attention_heads": 3, "vocab_size": 30, "eos_token_id": 29}
configs = {
    "hf": {"model_type": "clip", "projection_dim": 10, "vision_config": vision, "text_config": text},
    "hf-older": {"model_type": "clip", "vision_config_dict": vision, "text_config_dict": {"eos_token_id": 2},
                 "text_config": text, "vision_config": None},
    "hf-vision": {"model_type": "clip_vision_model", **vision},
    "siglip": {"model_type": "siglip", "vision_config": vision},
    "open-clip": {"model_cfg": {"embed_dim": 10, "quick_gelu": True,
                                "vision_cfg": {"image_size": [12, 12], "layers": 2, "width": 16, "head_width": 8,
                                               "patch_size": 4, "mlp_ratio": 1.5, "norm_kwargs": {"eps": 1e-6}},
                                "text_cfg": {"heads": 3, "width": 12, "layers": 2, "pool_type": "argmax"}},
                  "preprocess_cfg": {"mean": [0, 0, 0], "std": [1, 1, 1], "interpolation": "bicubic"}},
    "open-clip-timm": {"model_cfg": {"embed_dim": 10, "vision_cfg": {"timm_model_name": "x"}, "text_cfg": {}}},
    "open-clip-resnet": {"model_cfg": {"embed_dim": 10, "vision_cfg": {"layers": [3, 4]}, "text_cfg": {}}},
    "timm": {"architecture": "vit_tiny_patch16_224", "num_classes": 10,
             "pretrained_cfg": {"input_size": [3, 224, 224], "crop_pct": 0.9, "mean": [0.5] * 3, "std": [0.5] * 3}},
    "preprocessor": {"size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224}, "resample": 3,
                     "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "do_resize": True},
    "huge": {"model_type": "clip", "vision_config": {"hidden_size": 1e300, "image_size": -1}},
}
for name, config in configs.items():
    put("config", name, json.dumps(config).encode())
