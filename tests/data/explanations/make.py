"""Writes maps.safetensors: what PyTorch and captum say of an M3Net of made-up weights, for every method that has a
published formula. Weights, input, noise, patterns and coalitions are computed by the same sums in the test
(src/explain/against_pytorch.rs), so that the file holds results alone. Nobody's weights, nobody's pictures;
under the licence of this project, as this program is.

Run: python make.py. Written with Python 3.11.7, numpy 2.4.6, torch 2.15.0, captum 0.9.0.
"""

import itertools
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from captum.attr import GuidedBackprop, InputXGradient, LayerGradCam, Saliency
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
from files import safetensors

WIDTH = 8
GRID = (120, 110, 64)
CROPS = [(32, 32, 56), (64, 64, 56), (96, 96, 56)]
STARTS = [tuple(int((n - 1) / 2 - c / 2) for n, c in zip(GRID, crop)) for crop in CROPS]
RANGES = [(-1000.0, 400.0), (-980.0, 300.0), (-1024.0, 600.0)]
FILL_HU = -850.0
STRIDES = [251, 1009, 2003]
CELLS = 3


def unit(numbers):
    """SplitMix64 of whole numbers, 0 to 1 in steps of 2^-24."""
    with np.errstate(over="ignore"):
        z = np.asarray(numbers, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**24


def hashed(text):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def filled(key, shape):
    n = math.prod(shape)
    with np.errstate(over="ignore"):
        u = unit(np.uint64(hashed(key)) + np.arange(n, dtype=np.uint64))
    last = key.rsplit(".", 1)[-1]
    if len(shape) > 1:
        fan = math.prod(shape[1:])
        gain = 6.0 if len(shape) == 5 else 3.0
        more = 0.8 if ".fc." in key else 1.0
        values = (2 * u - 1) * math.sqrt(gain / fan) * more
    elif last in ("weight", "running_var"):
        values = 0.75 + 0.5 * u
    else:
        values = 0.2 * (2 * u - 1)
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv3d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm3d(cout)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv3d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm3d(cout)
        self.relu2 = nn.ReLU()
        if stride != 1 or cin != cout:
            self.downsample = nn.Sequential(
                nn.Conv3d(cin, cout, 1, stride, bias=False), nn.BatchNorm3d(cout)
            )
        else:
            self.downsample = None

    def forward(self, x):
        skip = x if self.downsample is None else self.downsample(x)
        y = self.relu1(self.bn1(self.conv1(x)))
        return self.relu2(self.bn2(self.conv2(y)) + skip)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv3d(1, WIDTH, 7, (1, 2, 2), 3, bias=False)
        self.bn1 = nn.BatchNorm3d(WIDTH)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool3d(3, 2, 1)
        for n in range(4):
            out = WIDTH << n
            first = Block(WIDTH if n == 0 else out // 2, out, 1 if n == 0 else 2)
            setattr(self, f"layer{n + 1}", nn.Sequential(first, Block(out, out, 1)))
        self.fc = nn.Linear(8 * WIDTH, 2)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x.unsqueeze(1)))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.flatten(2).mean(2))


class Cross(nn.Module):
    def __init__(self):
        super().__init__()
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self, name, nn.Linear(128, 128))

    def forward(self, query, context):
        heads = lambda x: x.unflatten(-1, (4, 32)).transpose(1, 2)
        q, k, v = heads(self.q_proj(query)), heads(self.k_proj(context)), heads(self.v_proj(context))
        return self.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class M3Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net32, self.net64, self.net96 = Encoder(), Encoder(), Encoder()
        self.proj32, self.proj64, self.proj96 = (nn.Linear(2, 128) for _ in range(3))
        self.cross1, self.cross2 = Cross(), Cross()
        layer = nn.TransformerEncoderLayer(128, 4, 256, 0.0, F.gelu, batch_first=True)
        self.transformer_fusion = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(128)
        self.fc_head = nn.Sequential(nn.Linear(128, 64), nn.GELU(), nn.Dropout(0.0), nn.Linear(64, 2))

    def fuse(self, micro, meso, wide):
        token = lambda linear, x: linear(x).unsqueeze(1)
        near = torch.cat([token(self.proj32, micro), token(self.proj64, meso)], 1)
        near = self.cross1(near, near)
        far = self.cross2(token(self.proj96, wide), near)
        x = self.transformer_fusion(torch.cat([near, far], 1))
        return self.fc_head(self.norm(x.mean(1)))

    def forward(self, micro, meso, wide):
        both = self.fuse(self.net32(micro), self.net64(meso), self.net96(wide))
        return both[:, 1] - both[:, 0]


def voxels(crop):
    """Places of a crop's voxels in the CT, [slice][column][row]."""
    i, j, k = (STARTS[crop][a] + np.arange(CROPS[crop][a]) for a in range(3))
    k, i, j = np.meshgrid(k, i, j, indexing="ij")
    return i, j, k


def tissue(crop):
    i, j, k = voxels(crop)
    d2 = (i - 63.0) ** 2 + (j - 52.0) ** 2 + (1.8 * (k - 30.0)) ** 2
    noise = unit((i + 256 * j + 65536 * k).astype(np.uint64))
    values = np.clip(0.1 + 0.6 * np.exp(-d2 / 90.0) + 0.25 * noise, 0.0, 1.0)
    return torch.from_numpy(values.astype(np.float32))[None]


def fill(crop):
    low, high = RANGES[crop]
    return (FILL_HU - low) / (high - low)


torch.manual_seed(0)
torch.set_num_threads(2)
net = M3Net().eval()
state = net.state_dict()
net.load_state_dict({
    key: t if key.endswith("num_batches_tracked") else filled(key, t.shape) for key, t in state.items()
})
for p in net.parameters():
    p.requires_grad_(False)
inputs = tuple(tissue(n) for n in range(3))
out = {"starts": torch.tensor(STARTS, dtype=torch.float32)}


def ask(maps):
    with torch.no_grad():
        return net(*maps).item()


def keep(name, maps):
    for n, values in enumerate(maps):
        out[f"{name}.{n}"] = values.detach().flatten()[:: STRIDES[n]].clone()
        out[f"{name}.{n}.largest"] = values.detach().abs().max().reshape(1)


with torch.no_grad():
    logits = [net.net32(inputs[0]), net.net64(inputs[1]), net.net96(inputs[2])]
    out["logits"] = torch.cat(logits).flatten()
    margin = ask(inputs)
    out["margin"] = torch.tensor([margin])

# Over the input.
gradient = Saliency(net).attribute(inputs, abs=False)
keep("gradient", gradient)
keep("gradient_x_input", InputXGradient(net).attribute(inputs))
keep("guided_backprop", GuidedBackprop(net).attribute(inputs))

noisy = []
for sample in range(2):
    maps = []
    for n in range(3):
        places = np.arange(inputs[n].numel(), dtype=np.uint64) + np.uint64((sample * 3 + n + 1) << 32)
        noise = 0.2 * (2 * unit(places) - 1)
        maps.append(inputs[n] + torch.from_numpy(noise.astype(np.float32)).reshape(inputs[n].shape))
    noisy.append(Saliency(net).attribute(tuple(maps), abs=False))
keep("smooth_grad", [torch.stack([sample[n] for sample in noisy]).mean(0) for n in range(3)])

# captum has no rule of steps but its own: its gradients, at equal steps of the cube root of the way.
STEPS = 4
zeros = tuple(torch.zeros_like(x) for x in inputs)
sums = [torch.zeros_like(x) for x in inputs]
for step in range(STEPS):
    root = (step + 0.5) / STEPS
    along = Saliency(net).attribute(tuple(root**3 * x for x in inputs), abs=False)
    for total, slope in zip(sums, along):
        total += 3 * root**2 / STEPS * slope
keep("integrated_gradients", [total * x for total, x in zip(sums, inputs)])

# Over the features of a layer.
layers = [net.net32.layer1, net.net64.layer2, net.net96.layer2]
features, slopes = [None] * 3, [None] * 3
hooks = []
for n, layer in enumerate(layers):
    def hook(_, __, value, n=n):
        value = value.detach().requires_grad_(True)
        features[n] = value
        return value
    hooks.append(layer.register_forward_hook(hook))
torch.autograd.backward(net(*inputs).sum())
slopes = [f.grad[0] for f in features]
features = [f.detach()[0] for f in features]
for hook in hooks:
    hook.remove()
for n, (a, g) in enumerate(zip(features, slopes)):
    cam = LayerGradCam(net, layers[n]).attribute(inputs, relu_attributions=True)[0, 0]
    alpha = g**2 / (2 * g**2 + a.sum((1, 2, 3), keepdim=True) * g**3)
    weights = (torch.nan_to_num(alpha) * F.relu(g)).sum((1, 2, 3), keepdim=True)
    maps = {
        "grad_cam": cam,
        "grad_cam_pp": F.relu((weights * a).sum(0)),
        "hires_cam": F.relu((g * a).sum(0)),
        "layer_cam": F.relu((F.relu(g) * a).sum(0)),
    }
    for name, values in maps.items():
        out[f"{name}.{n}"] = values.flatten()[::CELLS].clone()
        out[f"{name}.{n}.largest"] = values.max().reshape(1)


def between(count, cells, step):
    """Trilinear weights of cells centred on voxel step x n, the last one held beyond its centre."""
    at = np.clip(np.arange(count) / step, 0, cells - 1)
    low = np.floor(at).astype(int)
    weights = np.zeros((count, cells))
    for n, (l, share) in enumerate(zip(low, at - low)):
        weights[n, l] += 1 - share
        weights[n, min(l + 1, cells - 1)] += share
    return torch.from_numpy(weights.astype(np.float32))


# Score-CAM of the micro scale.
a = features[0]
shape, spans = a.shape[1:], [(56, 2), (32, 4), (32, 4)]
up = [between(count, cells, step) for (count, step), cells in zip(spans, shape)]
dark = ask((zeros[0], inputs[1], inputs[2]))
scores, seen = [], []
for n, channel in enumerate(a):
    low, high = channel.min(), channel.max()
    if high > low:
        shown = torch.einsum("dhw,ad,bh,cw->abc", (channel - low) / (high - low), *up)
        scores.append(ask((inputs[0] * shown, inputs[1], inputs[2])) - dark)
        seen.append(n)
weights = torch.softmax(torch.tensor(scores, dtype=torch.float64), 0).float()
score_cam = F.relu(sum(w * a[n] for w, n in zip(weights, seen)))
out["score_cam.0"] = score_cam.flatten()[::CELLS].clone()
out["score_cam.0.largest"] = score_cam.max().reshape(1)


# Tissue taken away.
def without(inside):
    """The inputs with lung where `inside` says so of the CT's voxels."""
    maps = []
    for n in range(3):
        mask = torch.from_numpy(inside(*voxels(n)))[None]
        maps.append(torch.where(mask, torch.tensor(fill(n), dtype=torch.float32), inputs[n]))
    return tuple(maps)


def parts(low, size, counts):
    cut = lambda a, n: (low[a] + n * size[a] // counts[a], low[a] + (n + 1) * size[a] // counts[a])
    return [
        [cut(0, i), cut(1, j), cut(2, k)]
        for k in range(counts[2])
        for j in range(counts[1])
        for i in range(counts[0])
    ]


def effect(block):
    (i0, i1), (j0, j1), (k0, k1) = block
    inside = lambda i, j, k: (i >= i0) & (i < i1) & (j >= j0) & (j < j1) & (k >= k0) & (k < k1)
    return margin - ask(without(inside))


coarse = parts(STARTS[2], CROPS[2], (2, 2, 1))
effects = [effect(block) for block in coarse]
best = coarse[int(np.argmax(np.abs(effects)))]
fine = parts([low for low, _ in best], [high - low for low, high in best], (2, 2, 2))
out["occlusion"] = torch.tensor(effects + [effect(block) for block in fine])

# RISE: cells of a pattern on or off, moved by shares of a cell, trilinear in between.
PATTERN, MOVED = (3, 3, 2), (0.25, 0.5, 0.125)
total, seen, answers = torch.zeros_like(inputs[2]), torch.zeros_like(inputs[2]), []
for number in range(3):
    count = math.prod(n + 2 for n in PATTERN)
    corners = unit(np.arange(count, dtype=np.uint64) + np.uint64(1000 * (number + 1))) < 0.5
    corners = torch.from_numpy(corners.astype(np.float32).reshape([n + 2 for n in PATTERN[::-1]]))
    covered = []
    for n in range(3):
        weights = []
        for a in range(3):
            share = (STARTS[n][a] - STARTS[2][a] + np.arange(CROPS[n][a]) + 0.5) / CROPS[2][a]
            at = share * PATTERN[a] + MOVED[a]
            w = np.zeros((len(at), PATTERN[a] + 2))
            low = np.floor(at).astype(int)
            w[np.arange(len(at)), low] += 1 - (at - low)
            w[np.arange(len(at)), low + 1] += at - low
            weights.append(torch.from_numpy(w.astype(np.float32)))
        shown = torch.einsum("zyx,kz,iy,jx->kij", corners.permute(0, 2, 1), weights[2], weights[0], weights[1])
        covered.append(fill(n) + (inputs[n] - fill(n)) * shown[None])
    answers.append(torch.sigmoid(torch.tensor(ask(covered))))
    total += answers[-1] * shown[None]
    seen += shown[None]
# The mean answer, each counting as far as the place was seen, above that of all answers; zero where it never was.
mean = sum(answers) / len(answers)
rise = torch.where(seen > 1e-3, total / seen.clamp_min(1e-3) - mean, torch.zeros(()))
out["rise.2"] = rise.flatten()[:: STRIDES[2]].clone()
out["rise.2.largest"] = rise.abs().max().reshape(1)

# KernelSHAP: the Shapley values themselves, of four quarters of the CT.
quarter = lambda i, j, k: (i >= 60).astype(int) + 2 * (j >= 55).astype(int)
worth = {}
for present in itertools.product([False, True], repeat=4):
    gone = [n for n in range(4) if not present[n]]
    worth[present] = ask(without(lambda i, j, k: np.isin(quarter(i, j, k), gone)))
shares = []
for n in range(4):
    share = 0.0
    for present, value in worth.items():
        if not present[n]:
            size = sum(present)
            weight = math.factorial(size) * math.factorial(3 - size) / math.factorial(4)
            joined = tuple(p or m == n for m, p in enumerate(present))
            share += weight * (worth[joined] - value)
    shares.append(share)
out["kernel_shap"] = torch.tensor(shares)
for name in ("logits", "margin", "occlusion", "kernel_shap"):
    print(name, out[name].tolist())
for name in out:
    if name.endswith("largest"):
        print(name, out[name].item())
safetensors("maps.safetensors", {name: t.float() for name, t in out.items()})
