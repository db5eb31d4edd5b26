"""The two transformers in PyTorch, and beside them any other command: a forward pass, and what it takes of memory.

    python transformers.py forward --model maemc-net --threads 2 --rounds 3 \\
        --extra 'triscope=triscope bench classify --model maemc-net --device cpu --json'
    python transformers.py forward --model lungnodule-ssm ...
    python transformers.py checkpoint FILE

The published sizes with random weights, one montage of 250 x 250 (MAEMC-NET: 25 tokens of a slice each) or one slice of
504 x 504 (LungNodule-SSM: DINOv2 ViT-L/14, 1297 tokens), in evaluation mode, attention by PyTorch's own fused kernel.
Tools run in turn, each in a fresh process; one JSON line per tool, with the largest memory of its processes (weights
included; PyTorch's own libraries too). Compare ratios within one run. An extra command prints, as its last line, a JSON
object with `forward_ms`. `checkpoint` writes a ViT-L of random values under the published names, and the keys of a
detection head, as PyTorch does.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

# Features, blocks, heads, columns of a patch, channels, of the tables of positions.
SIZES = {"maemc-net": (1024, 24, 16, 50, 1, 5), "lungnodule-ssm": (1024, 24, 16, 14, 3, 37)}
# Columns of the picture.
SIDES = {"maemc-net": 250, "lungnodule-ssm": 504}


def built(model):
    import torch
    import torch.nn.functional as F
    from torch import nn

    width, depth, heads, patch, channels, table = SIZES[model]

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

        def forward(self, x):
            batch, tokens, _ = x.shape
            q, k, v = self.qkv(x).view(batch, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4)
            y = F.scaled_dot_product_attention(q, k, v)
            return self.proj(y.transpose(1, 2).reshape(batch, tokens, width))

    class Mlp(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            return self.fc2(F.gelu(self.fc1(x)))

    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.gamma = nn.Parameter(torch.ones(width))

        def forward(self, x):
            return x * self.gamma

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.attn = nn.LayerNorm(width, eps=1e-6), Attention()
            self.norm2, self.mlp = nn.LayerNorm(width, eps=1e-6), Mlp()
            scale = Scale if model == "lungnodule-ssm" else nn.Identity
            self.ls1, self.ls2 = scale(), scale()

        def forward(self, x):
            x = x + self.ls1(self.attn(self.norm1(x)))
            return x + self.ls2(self.mlp(self.norm2(x)))

    class Embed(nn.Module):
        def __init__(self):
            super().__init__()
            self.proj = nn.Conv2d(channels, width, patch, patch)

    class Vit(nn.Module):
        def __init__(self):
            super().__init__()
            self.cls_token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
            self.pos_embed = nn.Parameter(torch.randn(1, 1 + table * table, width) * 0.02)
            self.mask_token = nn.Parameter(torch.zeros(1, width))
            self.patch_embed = Embed()
            self.blocks = nn.ModuleList(Block() for _ in range(depth))
            self.norm = nn.LayerNorm(width, eps=1e-6)

        def forward(self, image):
            x = self.patch_embed.proj(image)
            grid = self.pos_embed[:, 1:].view(1, table, table, width).permute(0, 3, 1, 2)
            if x.shape[2] != table:
                share = (x.shape[2] + 0.1) / table
                grid = F.interpolate(grid, scale_factor=(share, share), mode="bicubic")
            x = (x + grid).flatten(2).transpose(1, 2)
            x = torch.cat([self.cls_token + self.pos_embed[:, :1], x], 1)
            for block in self.blocks:
                x = block(x)
            return self.norm(x)[:, 0]

    return Vit().eval()


def peer(model, threads, runs):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net, times = built(model), []
    channels, side = SIZES[model][4], SIDES[model]
    image = torch.rand(1, channels, side, side)
    with torch.inference_mode():
        net(image)
        for _ in range(runs):
            start = time.perf_counter()
            net(image)
            times.append(1e3 * (time.perf_counter() - start))
    print(json.dumps({"forward_ms": statistics.median(times)}))


def checkpoint(file):
    import torch

    torch.manual_seed(1)
    state = {name: values.detach() for name, values in built("lungnodule-ssm").state_dict().items()}
    for name, rows, columns in [("shared_fc", 256, 1024), ("class_fc", 2, 256), ("bbox_fc", 4, 256)]:
        state |= {f"detector.{name}.weight": torch.randn(rows, columns) / columns**0.5,
                  f"detector.{name}.bias": torch.zeros(rows)}
    torch.save(state, file)


def timed(command):
    """What a command's last line says, and the largest memory of its process, MiB."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as error:
        process = subprocess.Popen(command, stdout=out, stderr=error, text=True)
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0), error.seek(0)
        if status:
            sys.exit(f"{command[0]} failed: {error.read().strip()[-400:]}")
        return json.loads(out.read().strip().splitlines()[-1])["forward_ms"], usage.ru_maxrss / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("task", choices=["forward", "checkpoint"])
    arguments.add_argument("file", nargs="?", help="of checkpoint")
    arguments.add_argument("--model", choices=SIZES, default="maemc-net")
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--extra", action="append", default=[], metavar="NAME=COMMAND")
    arguments.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.task == "checkpoint":
        return checkpoint(options.file)
    if options.peer:
        return peer(options.model, options.threads, options.runs)
    own = [sys.executable, __file__, "forward", "--peer", "--model", options.model]
    tools = {"pytorch": own + ["--threads", str(options.threads), "--runs", str(options.runs)]}
    for extra in options.extra:
        name, command = extra.split("=", 1)
        tools[name] = shlex.split(command)
    results = {name: [] for name in tools}
    for _ in range(options.rounds):
        for name, command in tools.items():
            results[name].append(timed(command))
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in results.items()}
    for name, (forward, memory) in medians.items():
        print(json.dumps({
            "tool": name, "forward_ms": round(forward, 1), "memory_mib": round(memory),
            "ratios_to_pytorch": [round(a / b, 2) for a, b in zip((forward, memory), medians["pytorch"])],
            "load": os.getloadavg()[0]}))


main()
