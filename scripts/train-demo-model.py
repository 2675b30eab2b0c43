#!/usr/bin/env python3
"""Makes a demo model: a tiny CLIP that knows coloured shapes and textures.

    python scripts/train-demo-model.py OUT_FOLDER [--pictures N] [--steps N] [--show FOLDER]

Everything it learns from is made in demo_world.py: pictures are drawn, captions (English and
German) are written. The vocabulary is learnt from the captions, the network starts from random
weights. What comes out is a Hugging Face CLIP folder in float16, with pictures, captions and the
vectors that transformers computes for them. The model in lib/data/demo has the same form; it was
made by a longer recipe of the same kind, so this one need not reach its figures.

Needs torch, transformers, tokenizers, safetensors, numpy and Pillow. The img-tools themselves need
no Python. Seeds are fixed, but another processor or release rounds otherwise.
"""
import argparse
import collections
import json
import math
import os
import re
import time

import numpy as np
from PIL import Image

from demo_world import (COLOURS, PATTERNS, SHAPES, SIDE, as_the_model_sees, draw_scene, judge_claim, look, make_claim,
                        make_scene, pick, say)

PATCH, CONTEXT, VOCABULARY = 12, 32, 994
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)

# --- Vocabulary: CLIP's byte-level byte-pair encoding, learnt from captions ----------------------

def learn_vocabulary(captions):
    printable = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    others = [b for b in range(256) if b not in printable]
    letter = {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(others)}
    words = collections.Counter(w for text in captions for w in re.findall(r"[^\W\d_]+|\d|[^\w\s]+", text.lower()))
    spelt = {w: [letter[b] for b in w.encode()] for w in words}
    for letters in spelt.values():
        letters[-1] += "</w>"
    alphabet = [letter[b] for b in printable + others]
    tokens, merges = alphabet + [a + "</w>" for a in alphabet], []
    while len(tokens) < VOCABULARY - 2:
        pairs = collections.Counter()
        for word, count in words.items():
            for pair in zip(spelt[word], spelt[word][1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        tokens.append("".join(best))
        for letters in spelt.values():
            at = 0
            while at < len(letters) - 1:
                if (letters[at], letters[at + 1]) == best:
                    letters[at:at + 2] = ["".join(best)]
                at += 1
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return {t: i for i, t in enumerate(tokens)}, merges


# --- Training ------------------------------------------------------------------------------------

def new_model(vocabulary):
    from transformers import CLIPConfig, CLIPModel
    ends = dict(bos_token_id=vocabulary["<|startoftext|>"], eos_token_id=vocabulary["<|endoftext|>"],
                pad_token_id=vocabulary["<|endoftext|>"])
    tower = dict(hidden_size=128, intermediate_size=512, num_attention_heads=4, projection_dim=64)
    return CLIPModel(CLIPConfig(
        projection_dim=64, **ends,
        text_config=dict(vocab_size=len(vocabulary), num_hidden_layers=3, max_position_embeddings=CONTEXT,
                         **tower, **ends),
        vision_config=dict(image_size=SIDE, patch_size=PATCH, num_hidden_layers=4, **tower)))


def place_waves(model):
    """Positions start as sines and cosines, so that neighbours are known from the first step."""
    import torch
    grid, weight = SIDE // PATCH, model.vision_model.embeddings.position_embedding.weight
    pace = np.arange(grid)[:, None] * math.pi / grid * np.geomspace(.5, grid, weight.shape[1] // 4)
    wave = np.concatenate([np.sin(pace), np.cos(pace)], 1)
    both = np.concatenate([wave.repeat(grid, 0), np.tile(wave, (grid, 1))], 1)
    with torch.no_grad():
        weight[1:] = .4 * torch.from_numpy(both).float()


def contrast(logits, true, false):
    """CLIP's loss both ways; each true pair competes with its row's false ones only."""
    import torch
    total = 0
    for scores, yes, no in ((logits, true, false), (logits.T, true.T, false.T)):
        rivals = torch.logsumexp(scores.masked_fill(~no, -1e4), 1, keepdim=True)
        each = torch.nn.functional.softplus(rivals - scores) * yes
        total = total + (each.sum(1) / yes.sum(1).clamp(min=1)).mean() / 2
    return total


def helper_targets(scenes):
    """What helper heads learn to read off the image tower: shapes, colours, grounds, patterns."""
    names = [("shape", s) for s in SHAPES] + [("colour", c) for c in COLOURS] + \
        [("ground", c) for c in COLOURS] + [("pattern", p) for p in PATTERNS]
    rows = [{("shape", t["shape"]) for t in s["things"]} | {("colour", t["colour"]) for t in s["things"]}
            | {("ground", c) for c in s["colours"] if s["pattern"]} | {("pattern", s["pattern"])} for s in scenes]
    return np.array([[name in row for name in names] for row in rows], np.float32)


def train(world, vocabulary, encode, steps, batch=64, rate=1e-3):
    import torch
    from torch.nn import functional as F
    torch.manual_seed(1)
    model, rng = new_model(vocabulary), np.random.default_rng(3)
    place_waves(model)
    helper = torch.nn.Linear(128, helper_targets(world[0][:1]).shape[1])
    weights = [*model.parameters(), *helper.parameters()]
    adam = torch.optim.AdamW([{"params": [w for w in weights if w.ndim > 1], "weight_decay": .05},
                              {"params": [w for w in weights if w.ndim < 2], "weight_decay": 0}], betas=(.9, .98))
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) * 255 for v in (MEAN, STD))
    scenes, pixels, facts, easy = world
    begin, shown = time.time(), max(1, steps // 40)
    for step in range(steps):
        # Mostly large plain things at first: shapes are not found at all otherwise.
        pool = easy if step < .35 * steps and step % 3 else np.arange(len(scenes))
        rows = rng.choice(pool, batch, replace=False)
        here = [scenes[i] for i in rows]
        claims = [make_claim(rng, scenes[i], facts[i]) for i in rows]
        verdicts = [[judge_claim(c, scenes[i], facts[i]) for c in claims] for i in rows]
        true = torch.tensor([[v is True for v in row] for row in verdicts])
        false = torch.tensor([[v is False for v in row] for row in verdicts])
        ids = torch.tensor(encode([say(rng, c) for c in claims]))
        x = (torch.from_numpy(pixels[rows]).permute(0, 3, 1, 2).float() - mean) / std
        seen = model.vision_model(pixel_values=x)
        read = model.text_model(input_ids=ids)
        image = F.normalize(model.visual_projection(seen.pooler_output), dim=-1)
        text = F.normalize(model.text_projection(read.pooler_output), dim=-1)
        clip = contrast(model.logit_scale.exp() * image @ text.T, true, false)
        wanted = torch.from_numpy(helper_targets(here))
        facts_read = F.binary_cross_entropy_with_logits(helper(seen.pooler_output), wanted)
        for group in adam.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * (.505 + .495 * math.cos(math.pi * step / steps))
        adam.zero_grad()
        (clip + (1 + 6 * (1 - step / steps)) * facts_read).backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.)
        adam.step()
        with torch.no_grad():
            model.logit_scale.clamp_(max=math.log(100))
        if step % shown == 0 or step == steps - 1:
            print(f"step {step}: contrast {clip:.3f}, facts {facts_read:.3f}, {time.time() - begin:.0f} s", flush=True)
    return model.eval()


# --- The folder ----------------------------------------------------------------------------------

ORDERS = {      # pictures drawn to order: pattern, colours, direction, thing, places (x, y, size)
    "red-circle-on-blue": ("plain", ["blue"], None, ("circle", "red"), [(.5, .5, .5)]),
    "green-square-on-white": ("plain", ["white"], None, ("square", "green"), [(.4, .6, .4)]),
    "two-yellow-stars-on-black": ("plain", ["black"], None, ("star", "yellow"), [(.28, .3, .36), (.7, .68, .36)]),
    "purple-star-on-yellow-stripes": ("stripes", ["yellow", "white"], "vertical", ("star", "purple"), [(.5, .5, .6)]),
    "orange-triangle-on-bricks": ("bricks", ["grey"], None, ("triangle", "orange"), [(.6, .45, .5)]),
    "checkerboard": ("checkerboard", ["black", "white"], None, None, []),
    "green-waves": ("waves", ["green", "white"], None, None, [])}
CAPTIONS = ["a red circle on a blue background", "a green square", "two yellow stars", "ein lila Stern",
            "an orange triangle on a brick wall", "Schachbrettmuster", "green waves", ""]


def export(model, vocabulary, merges, encode, folder):
    import torch
    from safetensors.torch import load_file
    from transformers import CLIPModel
    os.makedirs(f"{folder}/pictures", exist_ok=True)
    model.half().save_pretrained(folder)
    with open(f"{folder}/preprocessor_config.json", "w") as f:
        json.dump({"image_processor_type": "CLIPImageProcessor", "do_convert_rgb": True, "do_resize": True,
                   "size": {"shortest_edge": SIDE}, "resample": 3, "do_center_crop": True,
                   "crop_size": {"height": SIDE, "width": SIDE}, "do_rescale": True, "rescale_factor": 1 / 255,
                   "do_normalize": True, "image_mean": MEAN, "image_std": STD}, f, indent=1)
    rng, seen = np.random.default_rng(4), []
    for name, (pattern, colours, direction, thing, places) in ORDERS.items():
        things = [{"shape": thing[0], "colour": thing[1], "filled": True}] if thing else []
        scene = {"pattern": pattern, "colours": colours, "direction": direction, "things": things,
                 "places": [(0, *place) for place in places]}
        picture = draw_scene(rng, scene, 240, spoil=False)
        picture.save(f"{folder}/pictures/{name}.png")
        seen.append(as_the_model_sees(picture))
    fresh = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
    x = (np.stack(seen).astype(np.float32) / 255 - np.float32(MEAN)) / np.float32(STD)
    ids = np.array(encode(CAPTIONS, CONTEXT), np.int32)
    with torch.no_grad():
        image = fresh.visual_projection(fresh.vision_model(torch.from_numpy(x.transpose(0, 3, 1, 2))).pooler_output)
        text = fresh.text_projection(fresh.text_model(torch.from_numpy(ids).long()).pooler_output)
    for name, value in (("image_features", image.numpy()), ("text_features", text.numpy()), ("text_ids", ids)):
        np.save(f"{folder}/{name}.npy", value)
    for name, value in (("captions", CAPTIONS), ("pictures", [n + ".png" for n in ORDERS])):
        with open(f"{folder}/{name}.json", "w", encoding="utf-8") as f:
            json.dump(value, f, ensure_ascii=False, indent=1)
    with open(f"{folder}/golden.jsonl", "w", encoding="utf-8") as f:
        inputs = [("image_path", f"pictures/{n}.png") for n in ORDERS] + [("text", c) for c in CAPTIONS]
        for (kind, value), vector in zip(inputs, torch.cat([image, text]).numpy()):
            record = {kind: value, "embedding": [float(str(x)) for x in vector], "normalized": False}
            f.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    best = torch.nn.functional.normalize(text) @ torch.nn.functional.normalize(image).T
    for caption, scores in zip(CAPTIONS, best):
        print(f"{caption!r}: {list(ORDERS)[int(scores.argmax())]} ({float(scores.max()):.2f})")
    print(f"{sum(t.numel() for t in load_file(f'{folder}/model.safetensors').values())} weights in {folder}")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("out")
    options.add_argument("--pictures", type=int, default=80_000)
    options.add_argument("--steps", type=int, default=8000)
    options.add_argument("--show", help="only draw 64 pictures with captions into this folder")
    options = options.parse_args()
    rng = np.random.default_rng(0)
    count = 64 if options.show else options.pictures
    scenes, facts, pixels = [], [], np.empty((count, SIDE, SIDE, 3), np.uint8)
    for i in range(count):
        scenes.append(make_scene(rng, easy=i % 4 == 0))
        pixels[i] = as_the_model_sees(draw_scene(rng, scenes[i], int(pick(rng, (112, 144, 192, 256)))))
        facts.append(look(pixels[i]))
        if options.show:
            os.makedirs(options.show, exist_ok=True)
            Image.fromarray(pixels[i]).save(f"{options.show}/{i:02}.png")
            print(f"{i:02}: {say(rng, make_claim(rng, scenes[i], facts[i]))}")
    if options.show:
        return
    rows = rng.integers(count, size=60_000)
    vocabulary, merges = learn_vocabulary([say(rng, make_claim(rng, scenes[i], facts[i])) for i in rows])
    from transformers import CLIPTokenizer
    os.makedirs(options.out, exist_ok=True)
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=CONTEXT)
    tokenizer.save_pretrained(options.out)
    with open(f"{options.out}/vocab.json", "w", encoding="utf-8") as f:
        json.dump(vocabulary, f, ensure_ascii=False)
    with open(f"{options.out}/merges.txt", "w", encoding="utf-8") as f:
        f.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))

    def encode(texts, length=None):
        padding = "max_length" if length else True
        return tokenizer(texts, padding=padding, truncation=True, max_length=CONTEXT)["input_ids"]
    easy = np.arange(0, count, 4)
    model = train((scenes, pixels, facts, easy), vocabulary, encode, options.steps)
    export(model, vocabulary, merges, encode, options.out)


if __name__ == "__main__":
    main()
