"""MMCAF-Net in PyTorch: its pace beside any other command's, and the numbers that tests reproduce.

    python mmcaf.py forward --threads 2 --extra 'triscope=COMMAND'
    python mmcaf.py golden FOLDER

`forward` is one pass of a 12 x 192 x 192 window and a row of the table with random weights, in evaluation
mode, without the layers that the published code computes and throws away; each tool in turn, in a fresh
process, one JSON line per tool. An extra command prints, as its last line, a JSON object with `forward_ms`.
`golden` writes a tiny network with its inputs, outputs and inner tensors.
"""

import argparse
import json
import os
import shlex
import statistics
import struct
import subprocess
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

BLOCKS = [3, 4, 6]


def norm(channels):
    return nn.GroupNorm(max(channels // 16, 1), channels)


def resized(x, size):
    return F.interpolate(x, size=tuple(size), mode="trilinear", align_corners=True)


class Gate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        narrow = max(channels // 16, 1)
        self.excite = nn.Sequential(
            nn.Linear(channels, narrow), nn.LeakyReLU(), nn.Linear(narrow, channels), nn.Sigmoid())

    def forward(self, x):
        return x * self.excite(x.mean((2, 3, 4)))[:, :, None, None, None]


class Bottleneck(nn.Module):
    def __init__(self, channels, inner, stride, groups):
        super().__init__()
        out = 2 * inner
        if stride != 1 or channels != out:
            self.down_sample = nn.Sequential(nn.Conv3d(channels, out, 1, stride, bias=False), norm(out))
        else:
            self.down_sample = nn.Identity()
        self.conv1, self.norm1 = nn.Conv3d(channels, inner, 1, bias=False), norm(inner)
        self.conv2 = nn.Conv3d(inner, inner, 3, stride, 1, groups=groups, bias=False)
        self.norm2 = norm(inner)
        self.conv3, self.norm3 = nn.Conv3d(inner, out, 1, bias=False), norm(out)
        self.se_block = Gate(out)

    def forward(self, x):
        y = F.leaky_relu(self.norm1(self.conv1(x)))
        y = F.leaky_relu(self.norm2(self.conv2(y)))
        return F.leaky_relu(self.se_block(self.norm3(self.conv3(y))) + self.down_sample(x))


class Level(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.penet_blocks = nn.Sequential(*blocks)


class Penet(nn.Module):
    def __init__(self, stem, widths, groups):
        super().__init__()
        self.in_conv = nn.Sequential(nn.Conv3d(3, stem, 7, (1, 2, 2), 3, bias=False), norm(stem), nn.LeakyReLU())
        self.encoders, before = nn.ModuleList(), stem
        for n, (out, count) in enumerate(zip(widths, BLOCKS)):
            first = Bottleneck(before, out // 2, 2 if n else 1, groups)
            rest = [Bottleneck(out, out // 2, 1, groups) for _ in range(count - 1)]
            self.encoders.append(Level([first, *rest]))
            before = out

    def forward(self, x):
        x, levels = F.max_pool3d(self.in_conv(x), 3, 2, 1), []
        for level in self.encoders:
            x = level.penet_blocks(x)
            levels.append(x)
        return levels


class Channels(nn.Module):
    def __init__(self, channels):
        super().__init__()
        narrow = max(channels // 16, 1)
        self.fc1 = nn.Conv3d(channels, narrow, 1, bias=False)
        self.fc2 = nn.Conv3d(narrow, channels, 1, bias=False)

    def forward(self, x):
        of = lambda t: self.fc2(F.relu(self.fc1(t)))
        return torch.sigmoid(of(F.adaptive_avg_pool3d(x, 1)) + of(F.adaptive_max_pool3d(x, 1)))


class Space(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(2, 1, 7, padding=3, bias=False)

    def forward(self, x):
        return torch.sigmoid(self.conv(torch.cat([x.mean(1, True), x.max(1, True)[0]], 1)))


def conv_norm(channels, out, kernel, groups=1, last=()):
    conv = nn.Conv3d(channels, out, kernel, padding=kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm3d(out), *last)


class SideBySide(nn.Module):
    def __init__(self, wide):
        super().__init__()
        self.dwconvs = nn.ModuleList(conv_norm(wide, wide, k, wide, [nn.ReLU6()]) for k in (1, 3, 5))


class MultiKernel(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.pconv1 = conv_norm(channels, 2 * channels, 1, last=[nn.ReLU6()])
        self.msdc = SideBySide(2 * channels)
        self.pconv2 = conv_norm(2 * channels, channels, 1)

    def forward(self, x):
        y = self.pconv1(x)
        y = sum(branch(y) for branch in self.msdc.dwconvs)
        batch, wide, *size = y.shape
        y = y.view(batch, wide // 2, 2, *size).transpose(1, 2).reshape(batch, wide, *size)
        return x + self.pconv2(y)


class Up(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.up_dwc = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="trilinear", align_corners=True),
            nn.Conv3d(channels, channels, 3, padding=1, groups=channels, bias=False),
            nn.BatchNorm3d(channels), nn.ReLU())
        self.pwc = nn.Sequential(nn.Conv3d(channels, channels // 2, 1))

    def forward(self, x):
        return self.pwc(self.up_dwc(x))


class Unite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.query_conv = nn.Conv3d(channels, channels, 3, padding=1)
        self.key_conv = nn.Conv3d(channels, channels, 3, padding=1)
        self.adjust_c = nn.Conv3d(channels // 2, channels, 1)
        self.gamma1 = nn.Conv3d(2 * channels, 2, 3, padding=1)
        self.gamma2 = nn.Conv3d(2 * channels, 2, 3, padding=1)

    def forward(self, x, y):
        y = self.adjust_c(resized(y, x.shape[2:]))
        a = torch.sigmoid(self.query_conv(x) * self.key_conv(y))

        def weighed(level, gamma):
            g = gamma(torch.cat([level, level * a], 1))
            return level * g[:, :1] + level * a * g[:, 1:]

        return weighed(x, self.gamma1) + weighed(y, self.gamma2)


class Image(nn.Module):
    def __init__(self, stem, widths, groups):
        super().__init__()
        self.encoder, self.sab = Penet(stem, widths, groups), Space()
        for n, width in enumerate(widths, 1):
            setattr(self, f"scale{n}", nn.Sequential(nn.BatchNorm3d(width), nn.ReLU(), nn.Dropout3d(0.3)))
            setattr(self, f"cab{n}", Channels(width))
            setattr(self, f"dcfb{n}", MultiKernel(width))
        for n, width in enumerate(widths[1:], 1):
            setattr(self, f"ucb{n}", Up(width))
            setattr(self, f"bfpu{n}", Unite(width))
        self.fc = nn.Sequential(nn.Linear(widths[2], 24), nn.ReLU(), nn.Dropout(0.5))
        self.fused_cls = nn.Sequential(nn.Linear(24, 1))

    def gated(self, x, n, kept):
        x = getattr(self, f"cab{n}")(x) * x
        kept[f"sab{n}"] = self.sab(x)
        kept[f"dcfb{n}"] = getattr(self, f"dcfb{n}")(kept[f"sab{n}"] * x)
        return kept[f"dcfb{n}"]

    def forward(self, x, kept):
        n1, n2, n3 = self.encoder(x[:, None].expand(-1, 3, -1, -1, -1))
        n1, n2, n3 = self.scale1(n1), self.scale2(n2), self.scale3(n3)
        d3 = self.gated(n3, 3, kept)
        d2 = self.gated(n2 + resized(self.ucb2(d3), n2.shape[2:]), 2, kept)
        d1 = self.gated(n1 + resized(self.ucb1(d2), n1.shape[2:]), 1, kept)
        kept["bfpu2"] = self.bfpu2(d3, self.bfpu1(d2, d1))
        return self.fc(kept["bfpu2"].amax((2, 3, 4)))


class Kan(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.grid = nn.Parameter(torch.linspace(-2.2, 2.2, 12).repeat(inputs, 1))
        self.coef = nn.Parameter(torch.randn(inputs, outputs, 8) * 0.3)
        self.mask = nn.Parameter(torch.ones(inputs, outputs))
        self.scale_base = nn.Parameter(torch.rand(inputs, outputs) - 0.5)
        self.scale_sp = nn.Parameter(torch.rand(inputs, outputs) + 0.5)

    def forward(self, x):
        x, g = x[:, :, None], self.grid[None]
        b = ((x >= g[..., :-1]) & (x < g[..., 1:])).to(x.dtype)
        for p in range(1, 4):
            b = ((x - g[..., :-p - 1]) / (g[..., p:-1] - g[..., :-p - 1]) * b[..., :-1]
                 + (g[..., p + 1:] - x) / (g[..., p + 1:] - g[..., 1:-p]) * b[..., 1:])
        splines = torch.einsum("bik,iok->bio", b, self.coef)
        return (self.mask * (self.scale_base * F.silu(x) + self.scale_sp * splines)).sum(1)


class Cross(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(width, width) for _ in range(3))
        self.heads = heads

    def forward(self, q, kv):
        heads = lambda t: t.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        y = F.scaled_dot_product_attention(heads(self.q_proj(q)), heads(self.k_proj(kv)), heads(self.v_proj(kv)))
        return q + y.transpose(1, 2).flatten(2)


class Join(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1x, self.fc1y = nn.Linear(width, width), nn.Linear(width // 2, width)

    def forward(self, x, y):
        x, y = self.fc1x(x), self.fc1y(y)
        a = torch.softmax(x * y, -1)
        return x + x * a + y + y * a


class Fusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm_img, self.norm_tab = nn.BatchNorm1d(24), nn.BatchNorm1d(24)
        self.down1 = nn.Sequential(nn.Linear(24, 12), nn.ReLU(), nn.Dropout(0.5))
        self.down2 = nn.Sequential(nn.Linear(24, 6), nn.ReLU(), nn.Dropout(0.5))
        self.cross_attention1, self.cross_attention2, self.cross_attention3 = Cross(24, 4), Cross(12, 2), Cross(6, 2)
        self.sample_img1, self.sample_tab1 = nn.Linear(24, 12), nn.Linear(24, 12)
        self.sample_img2, self.sample_tab2 = nn.Linear(12, 6), nn.Linear(12, 6)
        self.SF1, self.SF2 = Join(12), Join(24)

    def forward(self, image, table):
        i0, t0 = self.norm_img(image)[:, None], self.norm_tab(table)[:, None]
        i1, t1 = self.cross_attention1(i0, t0), self.cross_attention1(t0, i0)
        i2, t2 = self.down1(i0) + self.sample_img1(i1), self.down1(t0) + self.sample_tab1(t1)
        i2, t2 = self.cross_attention2(i2, t2), self.cross_attention2(t2, i2)
        i3, t3 = self.down2(i0) + self.sample_img2(i2), self.down2(t0) + self.sample_tab2(t2)
        i3, t3 = self.cross_attention3(i3, t3), self.cross_attention3(t3, i3)
        both = lambda i, t: torch.cat([i, t], 1)
        return self.SF2(both(i1, t1), self.SF1(both(i2, t2), both(i3, t3)))


class Mmcaf(nn.Module):
    def __init__(self, stem, widths, groups):
        super().__init__()
        self.image_encoder, self.kan = Image(stem, widths, groups), Kan(7, 24)
        self.multiscale_fusion = Fusion()
        self.fin_cls, self.tab_cls = nn.Linear(48, 1), nn.Linear(24, 1)

    def forward(self, window, table, kept):
        image = self.image_encoder(window, kept)
        kept["image"] = self.image_encoder.fused_cls(image)
        table = self.kan(table)
        kept["table"] = self.tab_cls(table)
        return self.fin_cls(self.multiscale_fusion(image, table).flatten(1))


FULL = (64, [256, 512, 1024], 32)
COMPACT = (8, [16, 32, 64], 4)


def peer(size, threads, runs):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    net = Mmcaf(*size).eval()
    window, table, times = torch.rand(1, 12, 192, 192) - 0.16, torch.rand(1, 7), []
    with torch.inference_mode():
        for n in range(runs + 1):
            start = time.perf_counter()
            net(window, table, {})
            if n:
                times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"forward_ms": statistics.median(times), "forward_best_ms": min(times)}))


def save(tensors, path):
    kinds = {torch.float16: "F16", torch.float32: "F32", torch.int64: "I64"}
    header, data = {}, b""
    for name, values in tensors.items():
        raw = values.contiguous().numpy().tobytes()
        header[name] = {"dtype": kinds[values.dtype], "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def golden(folder):
    torch.manual_seed(1)
    net = Mmcaf(4, [8, 16, 32], 2).eval()
    for name, values in net.state_dict().items():
        if name.endswith("running_mean"):
            values.normal_(0, 0.2)
        elif name.endswith("running_var"):
            values.uniform_(0.5, 1.5)
        elif values.dtype == torch.float32 and values.dim() == 1:
            values.add_(torch.randn_like(values) * 0.2)
    window, table, kept = torch.rand(2, 12, 48, 32) - 0.16, torch.rand(2, 7) * 2.4 - 1.2, {}
    # Stored in half precision: what is computed is computed with what comes back.
    net.load_state_dict({k: v.half().to(v.dtype) if v.is_floating_point() else v for k, v in net.state_dict().items()})
    window, table = window.half().float(), table.half().float()
    with torch.inference_mode():
        answer = net(window, table, kept)
    half = {f"w.{k}": v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    half |= {"in.0": window.half(), "in.1": table.half(), "out.0": answer,
             "out.image": kept["image"], "out.table": kept["table"]}
    half |= {f"x.{name}": kept[name] for name in ("sab1", "dcfb1", "bfpu2")}
    save(half, os.path.join(folder, "mmcaf_tiny.safetensors"))
    # A checkpoint as the published training program wraps it, of one layer.
    kan = Kan(3, 4)
    x = torch.rand(4, 3) * 2 - 1
    state = {f"module.kan.{k}": v for k, v in kan.state_dict().items()}
    optimizer = torch.optim.SGD(kan.parameters(), 1e-4, momentum=0.9)
    kan(x).sum().backward()
    optimizer.step()
    kan.load_state_dict({k.removeprefix("module.kan."): v for k, v in state.items()})
    wrapped = {
        "ckpt_info": {"epoch": 3, "val_loss": 0.41}, "model_name": "MMCAF_Net",
        "model_args": {"model_depth": 50, "gpu_ids": [0], "cudnn_benchmark": False},
        "model_state": state, "optimizer": optimizer.state_dict(), "lr_scheduler": {"last_epoch": 3},
    }
    torch.save(wrapped, os.path.join(folder, "mmcaf_wrapped.pth.tar"))
    io = {"in.0": x, "out.0": kan(x).detach()}
    save(io, os.path.join(folder, "mmcaf_wrapped_io.safetensors"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("task", choices=["forward", "golden"])
    arguments.add_argument("folder", nargs="?", help="of golden")
    arguments.add_argument("--compact", action="store_true")
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--extra", action="append", default=[], metavar="NAME=COMMAND")
    arguments.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.task == "golden":
        return golden(options.folder)
    if options.peer:
        return peer(COMPACT if options.compact else FULL, options.threads, options.runs)
    own = [sys.executable, __file__, "forward", "--peer", "--threads", str(options.threads), "--runs", str(options.runs)]
    tools = {"pytorch": own + ["--compact"] * options.compact}
    for extra in options.extra:
        name, command = extra.split("=", 1)
        tools[name] = shlex.split(command)
    results = {name: [] for name in tools}
    for _ in range(options.rounds):
        for name, command in tools.items():
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{name} failed: {done.stderr.strip()[-400:]}")
            results[name].append(json.loads(done.stdout.strip().splitlines()[-1])["forward_ms"])
    pytorch = statistics.median(results["pytorch"])
    for name, times in results.items():
        median = statistics.median(times)
        print(json.dumps({"tool": name, "forward_ms": round(median, 1), "ratio_to_pytorch": round(median / pytorch, 2),
                          "load": os.getloadavg()[0]}))


main()
