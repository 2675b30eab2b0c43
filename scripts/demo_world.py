"""The demo model's world: scenes of coloured shapes, their pictures, and sentences about them.

A scene is facts. It is drawn, told in English or German, and a sentence told of one scene can be
judged against another, so that training knows every sentence that is true of a picture.
"""
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 96                            # what the model sees, in pixels

# A colour: hue in degrees, saturation and value, each as lowest and highest; its German stem ("!":
# does not bend).
COLOURS = {
    "red": ((-8, 8), (.8, 1), (.6, .95), "rot"), "orange": ((22, 32), (.85, 1), (.9, 1), "orange!"),
    "yellow": ((51, 60), (.7, 1), (.88, 1), "gelb"), "green": ((95, 150), (.5, 1), (.4, .85), "grün"),
    "blue": ((208, 240), (.6, 1), (.45, 1), "blau"), "purple": ((268, 288), (.5, .95), (.4, .78), "lila!"),
    "pink": ((322, 345), (.3, .6), (.92, 1), "rosa!"), "brown": ((17, 30), (.55, .8), (.3, .5), "braun"),
    "black": ((0, 360), (0, .3), (0, .1), "schwarz"), "white": ((0, 360), (0, .03), (.94, 1), "weiß"),
    "grey": ((0, 360), (0, .06), (.4, .68), "grau")}
# A shape: English names, then German noun, article's gender and plural.
SHAPES = {
    "circle": (("circle", "disc"), ("Kreis", "m", "Kreise")), "ring": (("ring", "hoop"), ("Ring", "m", "Ringe")),
    "square": (("square",), ("Quadrat", "n", "Quadrate")),
    "rectangle": (("rectangle", "bar"), ("Rechteck", "n", "Rechtecke")),
    "triangle": (("triangle",), ("Dreieck", "n", "Dreiecke")), "star": (("star",), ("Stern", "m", "Sterne")),
    "cross": (("cross", "plus sign"), ("Kreuz", "n", "Kreuze")), "heart": (("heart",), ("Herz", "n", "Herzen")),
    "hexagon": (("hexagon",), ("Sechseck", "n", "Sechsecke")), "arrow": (("arrow",), ("Pfeil", "m", "Pfeile")),
    "crescent": (("crescent", "moon"), ("Halbmond", "m", "Halbmonde"))}
# A background: English adjective and noun, German adjective and noun.
PATTERNS = {
    "plain": ("plain", "plain colour", "einfarbig", "einfarbige Fläche"),
    "gradient": ("gradient", "gradient", "verlaufend", "Farbverlauf"),
    "stripes": ("striped", "stripes", "gestreift", "Streifen"), "dots": ("dotted", "dots", "gepunktet", "Punkte"),
    "checkerboard": ("checkered", "checkerboard", "kariert", "Schachbrettmuster"),
    "noise": ("noisy", "noise", "verrauscht", "Rauschen"), "bricks": ("brick", "brick wall", "gemauert", "Ziegelmauer"),
    "waves": ("wavy", "waves", "gewellt", "Wellen")}
TWO_COLOURED = ("gradient", "stripes", "dots", "checkerboard", "waves")
MOODS = {"dark": ("a dark picture", "ein dunkles Bild"), "bright": ("a bright picture", "ein helles Bild"),
         "grey": ("a black and white picture", "ein Schwarzweißbild"),
         "colourful": ("a colourful picture", "ein buntes Bild")}
DIRECTIONS = {"horizontal": "waagerecht", "vertical": "senkrecht", "diagonal": "diagonal"}
# Never drawn and never named, so that one can ask later whether the model puts the two together.
UNSEEN = set(zip(COLOURS, ("crescent", "heart", "ring", "hexagon", "cross", "square", "arrow", "circle", "triangle",
                           "rectangle", "star")))


def pick(rng, choices):
    return choices[rng.integers(len(choices))]


# --- Scenes: facts that are drawn and can be told ------------------------------------------------
# A thing is {shape, colour, count, size, column, row, filled}; None: neither one nor the other.

def third(x):
    return "low" if x < .38 else "high" if x > .62 else "middle" if .44 < x < .56 else None


def make_scene(rng, easy=False):
    """Facts of one picture, and where its objects lie: (index of thing, x, y, size)."""
    kinds = ["one"] if easy else ["one"] * 5 + ["several"] * 2 + ["two"] * 2 + ["none"] * 2 + ["mood"] * 2
    kind = pick(rng, kinds)
    scene = {"pattern": None, "colours": [], "direction": None, "things": [], "places": []}
    if kind == "mood":
        scene["colours"] = [str(c) for c in rng.choice(list(COLOURS), rng.integers(1, 4), replace=False)]
        return scene
    scene["pattern"] = pick(rng, ("plain", "gradient")) if easy else pick(rng, list(PATTERNS))
    while len(scene["things"]) < {"one": 1, "several": 1, "two": 2, "none": 0}[kind]:
        colour, shape = pick(rng, list(COLOURS)), pick(rng, list(SHAPES))
        if (colour, shape) not in UNSEEN and all(t["colour"] != colour for t in scene["things"]):
            scene["things"].append({"shape": shape, "colour": colour, "count": 1, "size": None, "column": None,
                                    "row": None, "filled": shape == "ring" or easy or rng.random() < .8})
    free = [c for c in COLOURS if c not in [t["colour"] for t in scene["things"]]]
    amount = 2 if scene["pattern"] in TWO_COLOURED else 1
    scene["colours"] = [str(c) for c in rng.choice(free, amount, replace=False)]
    if scene["pattern"] == "stripes":
        scene["direction"] = pick(rng, list(DIRECTIONS))
    if kind == "one":
        thing, size = scene["things"][0], rng.uniform(.5, .85) if easy else rng.uniform(.2, .8)
        x, y = rng.uniform(size / 2, 1 - size / 2, 2)
        thing["size"] = "small" if size < .29 else "large" if size > .5 else None
        thing["column"], thing["row"] = third(x), third(y)
        scene["places"] = [(0, x, y, size)]
    elif kind != "none":
        n = 2 if kind == "two" else int(rng.integers(2, 4))
        size = rng.uniform(.2, .4 if n == 2 else .3)
        points = spread(rng, n, size)
        scene["places"] = [(i if kind == "two" else 0, x, y, size) for i, (x, y) in enumerate(points)]
        for thing, (x, y) in zip(scene["things"], points):
            thing["count"] = 1 if kind == "two" else n
            if kind == "two":
                thing["column"], thing["row"] = third(x), third(y)
    return scene


def spread(rng, n, size):
    """n points whose boxes do not overlap."""
    while True:
        points = rng.uniform(size / 2, 1 - size / 2, (n, 2))
        apart = np.abs(points[:, None] - points[None]).max(2) + 9 * np.eye(n)
        if apart.min() > size:
            return points.tolist()


# --- Drawing -------------------------------------------------------------------------------------

def tone(rng, colour):
    """One RGB triple, 0..255, that the colour's name fits."""
    (h0, h1), (s0, s1), (v0, v1), _ = COLOURS[colour]
    hue, s, v = rng.uniform(h0, h1) / 60 % 6, rng.uniform(s0, s1), rng.uniform(v0, v1)
    away = np.abs((hue - np.array([0, 2, 4]) + 3) % 6 - 3)
    return 255 * v * (1 - s * np.clip(away - 1, 0, 1))


def soft(rng, side, cells):
    """A field of smooth noise around 0, from -0.5 to 0.5 or so."""
    coarse = Image.fromarray(rng.uniform(-.5, .5, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize((side, side), Image.BICUBIC))


def draw_mood(rng, side, colours):
    weight = np.exp(rng.uniform(5, 25) * np.stack([soft(rng, side, int(rng.integers(2, 7))) for _ in colours], -1))
    canvas = weight / weight.sum(-1, keepdims=True) @ np.stack([tone(rng, c) for c in colours])
    canvas = canvas * (1 + rng.uniform(0, .8) * soft(rng, side, 12)[..., None])
    turn = rng.random()
    if turn < .15:
        canvas = canvas * rng.uniform(.1, .4)
    elif turn < .3:
        canvas = 255 - (255 - canvas) * rng.uniform(.1, .45)
    elif turn < .45:
        canvas = np.repeat(canvas.mean(-1, keepdims=True), 3, -1)
    return canvas


def draw_ground(rng, side, pattern, colours, direction):
    first = tone(rng, colours[0])
    second = tone(rng, colours[-1])
    y, x = np.mgrid[0:side, 0:side] / side
    repeats, phase = rng.uniform(4.5, 10), rng.random()
    if pattern == "plain":
        mix = np.zeros((side, side))
    elif pattern == "gradient":
        way = rng.uniform(0, 2 * math.pi)
        mix = np.clip((x - .5) * math.cos(way) + (y - .5) * math.sin(way) + .5, 0, 1)
    elif pattern == "stripes":
        along = {"horizontal": y, "vertical": x, "diagonal": (x + y) / 1.4}[direction]
        mix = (along * repeats + phase) % 1 > rng.uniform(.4, .6)
    elif pattern == "dots":
        mix = np.hypot((x * repeats + phase) % 1 - .5, (y * repeats + phase) % 1 - .5) < rng.uniform(.24, .36)
    elif pattern == "checkerboard":
        mix = (np.floor(x * repeats + phase) + np.floor(y * repeats + phase)) % 2
    elif pattern == "waves":
        mix = (y * repeats + rng.uniform(.3, .6) * np.sin(x * rng.uniform(9, 20) + phase)) % 1 > .5
    elif pattern == "noise":
        grain = rng.normal(0, rng.uniform(30, 60), (side // 2 + 1, side // 2 + 1, 1))
        return first + grain.repeat(2, 0).repeat(2, 1)[:side, :side]
    else:
        row = y * repeats + phase
        column = x * repeats / 2 + np.floor(row) % 2 / 2
        mix = ((row % 1 < .14) | (column % 1 < .07)).astype(float)
        second = first + rng.uniform(60, 95) * (1 if first.mean() < 140 else -1)
    mix = np.asarray(mix, float)[..., None]
    return first * (1 - mix) + second * mix


def corners(rng, shape):
    """A shape's outline in the square from -1 to 1."""
    def around(n, radii, start=-math.pi / 2):
        return [(radii[i % len(radii)] * math.cos(start + 2 * math.pi * i / n),
                 radii[i % len(radii)] * math.sin(start + 2 * math.pi * i / n)) for i in range(n)]
    if shape in ("circle", "ring"):
        points = around(72, [1])
    elif shape == "square":
        points = [(-.8, -.8), (.8, -.8), (.8, .8), (-.8, .8)]
    elif shape == "rectangle":
        low = 1 / rng.uniform(1.7, 2.6)
        points = [(-1, -low), (1, -low), (1, low), (-1, low)]
        if rng.random() < .4:
            points = [(y, x) for x, y in points]
    elif shape == "triangle":
        points = [(0, -.95), (.95, .75), (-.95, .75)]
    elif shape == "star":
        points = around(10, [1, rng.uniform(.38, .46)])
    elif shape == "hexagon":
        points = around(6, [1], rng.uniform(0, 1))
    elif shape == "cross":
        b = rng.uniform(.24, .36)
        quarter = [(b, -1), (b, -b), (1, -b)]
        points = []
        for _ in range(4):
            points += quarter
            quarter = [(-y, x) for x, y in quarter]
    elif shape == "heart":
        points = [(.94 * math.sin(t) ** 3, -.76 * math.cos(t) + .3 * math.cos(2 * t) + .12 * math.cos(3 * t)
                   + .06 * math.cos(4 * t)) for t in np.linspace(0, 2 * math.pi, 60)]
    elif shape == "arrow":
        b, neck = rng.uniform(.16, .26), rng.uniform(-.1, .2)
        points = [(-1, -b), (neck, -b), (neck, -.7), (1, 0), (neck, .7), (neck, b), (-1, b)]
        for _ in range(rng.integers(4)):
            points = [(-y, x) for x, y in points]
    else:                                  # a crescent: an arc of one circle, back along another
        far = rng.uniform(.45, .6)
        horn = math.acos(far / 2)
        outer = [(math.cos(t), math.sin(t)) for t in np.linspace(horn, 2 * math.pi - horn, 40)]
        inner = [(far + math.cos(t), math.sin(t)) for t in np.linspace(math.pi + horn, math.pi - horn, 40)]
        points = outer + inner
    tilt = math.radians(rng.uniform(-12, 12))
    c, s = math.cos(tilt), math.sin(tilt)
    return [(x * c - y * s, x * s + y * c) for x, y in points]


def draw_scene(rng, scene, side, spoil=True):
    if scene["pattern"] is None:
        canvas = draw_mood(rng, side, scene["colours"])
    else:
        canvas = draw_ground(rng, side, scene["pattern"], scene["colours"], scene["direction"])
    picture = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
    paints = [tuple(int(v) for v in tone(rng, t["colour"])) for t in scene["things"]]
    for index, x, y, size in scene["places"]:
        thing = scene["things"][index]
        stencil = Image.new("L", (2 * side, 2 * side))      # twice as large: smooth edges
        pen, r = ImageDraw.Draw(stencil), size * side
        outline = [(2 * side * x + r * a, 2 * side * y + r * b) for a, b in corners(rng, thing["shape"])]
        if thing["filled"]:
            pen.polygon(outline, fill=255)
            if thing["shape"] == "ring":
                k = r * rng.uniform(.45, .62)
                pen.ellipse((2 * side * x - k, 2 * side * y - k, 2 * side * x + k, 2 * side * y + k), fill=0)
        else:
            pen.line(outline + outline[:2], fill=255, width=max(2, int(r * rng.uniform(.12, .2))), joint="curve")
        picture.paste(paints[index], (0, 0), stencil.resize((side, side), Image.BOX))
    if spoil and rng.random() < .3:
        picture = picture.filter(ImageFilter.GaussianBlur(side / 96 * rng.uniform(.2, .9)))
    if spoil and rng.random() < .3:
        noisy = np.asarray(picture, float) + rng.normal(0, rng.uniform(1, 8), (side, side, 3))
        picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    return picture


def as_the_model_sees(picture):
    width, height = picture.size
    scale = SIDE / min(width, height)
    picture = picture.resize((max(SIDE, int(width * scale)), max(SIDE, int(height * scale))), Image.BICUBIC)
    left, top = (picture.width - SIDE) // 2, (picture.height - SIDE) // 2
    return np.asarray(picture.crop((left, top, left + SIDE, top + SIDE)))


def look(pixels):
    """What pixels alone say: {fact: True, False or None where it is a matter of taste}."""
    hsv = np.asarray(Image.fromarray(pixels).resize((32, 32), Image.BOX).convert("HSV"), float).reshape(-1, 3)
    hue, s, v = hsv[:, 0] * 360 / 255, hsv[:, 1] / 255, hsv[:, 2] / 255
    pale, black = (s < .13) & (v >= .17), v < .17
    vivid = ~pale & ~black
    bands = {"green": (67, 165), "blue": (190, 255), "purple": (255, 305), "yellow": (46, 67)}
    share = {c: (vivid & (hue >= a) & (hue < b)).mean() for c, (a, b) in bands.items()}
    warm = vivid & (hue >= 13) & (hue < 46)
    share |= {"black": black.mean(), "white": (pale & (v > .86)).mean(), "grey": (pale & (v <= .86)).mean(),
              "orange": (warm & (v > .75)).mean(), "brown": (warm & (v <= .75)).mean(),
              "pink": (vivid & (hue >= 305) & (s < .65) & (v > .7)).mean(),
              "red": (vivid & ((hue < 13) | (hue >= 345)) & (s >= .65)).mean()}

    def judge(value, no, yes):
        return True if value >= yes else False if value <= no else None
    facts = {("mostly", c): judge(share[c], .3, .5) for c in COLOURS}
    light, chroma = np.mean(pixels) / 255, (s * v).mean()
    facts[("mood", "dark")] = judge(-light, -.38, -.25)
    facts[("mood", "bright")] = judge(light, .58, .7)
    facts[("mood", "grey")] = judge(-chroma, -.11, -.05)
    hues = sum(share[c] > .1 for c in COLOURS if c not in ("black", "white", "grey"))
    facts[("mood", "colourful")] = judge(hues, 2, 4)
    return facts


# --- Captions: a claim is chosen from the facts, put into words, and judged against other scenes ---

def make_claim(rng, scene, facts):
    """{"things": [partial facts], "ground": partial facts, "look": a pixel fact or None}."""
    claim = {"things": [], "ground": {}, "look": None}
    seen = [f for f, true in facts.items() if true]
    if scene["pattern"] is None or (seen and rng.random() < .08):
        claim["look"] = pick(rng, seen) if seen else None
        return claim
    for thing in scene["things"]:
        if claim["things"] and rng.random() < .3:
            continue
        said = {"shape": thing["shape"]} if rng.random() < .92 else {}
        for fact, chance in (("colour", .8), ("count", .85), ("size", .25), ("column", .25), ("row", .25)):
            if thing[fact] not in (None, "middle") and rng.random() < chance:
                said[fact] = thing[fact]
        if not thing["filled"] and rng.random() < .35:
            said["filled"] = False
        claim["things"].append(said)
    if not claim["things"] or rng.random() < .4:
        if rng.random() < .75:
            claim["ground"]["pattern"] = scene["pattern"]
            if scene["direction"] and rng.random() < .35:
                claim["ground"]["direction"] = scene["direction"]
        if rng.random() < .7 or not claim["ground"]:
            most = 1 if rng.random() < .4 else 2
            claim["ground"]["colours"] = [str(c) for c in rng.permutation(scene["colours"])[:most]]
    return claim


def judge_claim(claim, scene, facts):
    """True, False, or None where it cannot be decided."""
    verdict = True
    if claim["look"]:
        verdict = facts[claim["look"]]
    for key, said in claim["ground"].items():
        if scene["pattern"] is None:
            return False if key != "colours" else None
        if not (set(said) <= set(scene["colours"]) if key == "colours" else said == scene[key]):
            return False
    for said in claim["things"]:
        best = False
        for thing in scene["things"]:
            one = True
            for fact, value in said.items():
                if thing[fact] is None:
                    one = None
                elif thing[fact] != value:
                    one = False
                    break
            best = one if best is False or one is True else best
        if best is False:
            return False
        verdict = None if best is None else verdict
    return verdict


def bend(colour, ending):
    stem = COLOURS[colour][3]
    return stem[:-1] if stem.endswith("!") else stem + ending


def english(rng, claim):
    parts = []
    for said in claim["things"]:
        words = [said["size"]] if "size" in said else []
        words += ["outlined"] if "filled" in said else []
        words += [said["colour"]] if "colour" in said else []
        noun = pick(rng, SHAPES[said["shape"]][0]) if "shape" in said else "shape"
        many = said.get("count", 0) > 1
        words.append(noun + ("es" if noun.endswith("s") else "s") if many else noun)
        text = " ".join(words)
        if "count" in said:
            article = "an" if text[0] in "aeiou" else "a"
            text = {1: pick(rng, (article, article, article, "one")), 2: "two", 3: "three"}[said["count"]] + " " + text
        place = [{"low": "top", "high": "bottom"}[said["row"]]] if "row" in said else []
        place += [{"low": "left", "high": "right"}[said["column"]]] if "column" in said else []
        parts.append(text + (" at the " + " ".join(place) if place else ""))
    ground = claim["ground"]
    text = " and ".join(parts)
    if ground:
        words = [ground["direction"]] if "direction" in ground else []
        words += [" and ".join(ground["colours"])] if "colours" in ground else []
        adjective, noun = PATTERNS[ground["pattern"]][:2] if "pattern" in ground else ("", "background")
        words += [noun] if not adjective or rng.random() < .5 else [adjective, "background"]
        where = " ".join(words)
        article = "" if where.endswith("s") or where.endswith("noise") else "an " if where[0] in "aeiou" else "a "
        text += (" on " + article if text else "") + where
    return text


def german(rng, claim):
    parts = []
    for said in claim["things"]:
        noun, gender, plural = SHAPES[said["shape"]][1] if "shape" in said else ("Form", "f", "Formen")
        many = said.get("count", 0) > 1
        ending = "e" if many else {"m": "er", "f": "e", "n": "es"}[gender]
        words = [{"small": "klein", "large": "groß"}[said["size"]] + ending] if "size" in said else []
        words += ["hohl" + ending] if "filled" in said else []
        words += [bend(said["colour"], ending)] if "colour" in said else []
        words.append(plural if many else noun)
        if "count" in said:
            words.insert(0, {1: "eine" if gender == "f" else "ein", 2: "zwei", 3: "drei"}[said["count"]])
        words += [{"low": "oben", "high": "unten"}[said["row"]]] if "row" in said else []
        words += [{"low": "links", "high": "rechts"}[said["column"]]] if "column" in said else []
        parts.append(" ".join(words))
    ground = claim["ground"]
    text = " und ".join(parts)
    if ground:
        alone = not text
        if alone and "pattern" in ground and len(ground) == 1:
            return PATTERNS[ground["pattern"]][3]
        words = [DIRECTIONS[ground["direction"]]] if "direction" in ground else []
        ending = "er" if alone else "em"
        words += [" und ".join(bend(c, ending) for c in ground["colours"])] if "colours" in ground else []
        words += [PATTERNS[ground["pattern"]][2] + ending] if "pattern" in ground else []
        text += ("" if alone else " auf ") + " ".join(words + [pick(rng, ("Grund", "Hintergrund"))])
    return text


def say(rng, claim):
    in_german = rng.random() < .4
    if claim["look"]:
        kind, what = claim["look"]
        if kind == "mostly":
            text = "überwiegend " + bend(what, "") if in_german else pick(rng, ("mostly ", "mainly ")) + what
        else:
            text = MOODS[what][in_german]
    else:
        text = (german if in_german else english)(rng, claim) or pick(rng, ("colours", "Farben"))
    if rng.random() < .2:
        frames = ("ein Bild: {}", "Bild, {}") if in_german else ("a picture of {}", "image: {}")
        text = pick(rng, frames).format(text)
    if in_german and rng.random() < .15:
        for letter, plain in zip("äöüß", ("ae", "oe", "ue", "ss")):
            text = text.replace(letter, plain)
    return text
