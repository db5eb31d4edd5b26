"""M3Net r18x3: one forward pass of the three crops in PyTorch, and beside it any other command.

The same topology with random weights, batch 1, evaluation mode, on the CPU with THREADS threads.
Tools run in turn, each in a fresh process, one JSON line per tool; compare ratios within one run.

    python m3net_forward.py --threads 2 --rounds 3 \\
        --extra 'triscope=triscope bench classify --model m3net-r18x3 --device cpu --json'

An extra command prints a JSON object with `forward_ms` as its last line.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import time

SHAPES = [(56, 32, 32), (56, 64, 64), (56, 96, 96)]


def peer(threads, width, runs):
    import torch
    from torch import nn

    torch.set_num_threads(threads)

    def conv_bn(cin, cout, kernel, stride):
        return nn.Sequential(
            nn.Conv3d(cin, cout, kernel, stride, kernel // 2, bias=False), nn.BatchNorm3d(cout))

    class Block(nn.Module):
        def __init__(self, cin, cout, stride):
            super().__init__()
            self.a, self.b = conv_bn(cin, cout, 3, stride), conv_bn(cout, cout, 3, 1)
            self.skip = conv_bn(cin, cout, 1, stride) if stride != 1 or cin != cout else nn.Identity()

        def forward(self, x):
            return torch.relu(self.b(torch.relu(self.a(x))) + self.skip(x))

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = conv_bn(1, width, 7, (1, 2, 2))
            self.pool = nn.MaxPool3d(3, 2, 1)
            channels, blocks = width, []
            for layer in range(4):
                for n in range(2):
                    out = width << layer
                    blocks.append(Block(channels, out, 2 if layer and not n else 1))
                    channels = out
            self.blocks, self.fc = nn.Sequential(*blocks), nn.Linear(channels, 2)

        def forward(self, x):
            x = self.blocks(self.pool(torch.relu(self.stem(x))))
            return self.fc(x.mean((2, 3, 4)))

    torch.manual_seed(0)
    encoders = [Encoder().eval() for _ in SHAPES]
    crops = [torch.rand(1, 1, *shape) for shape in SHAPES]
    times = []
    with torch.inference_mode():
        for n in range(runs + 1):
            start = time.perf_counter()
            for encoder, crop in zip(encoders, crops):
                encoder(crop)
            # The fusion is a thousandth of the work and left out, in the peer's favour.
            if n:
                times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"forward_ms": statistics.median(times), "forward_best_ms": min(times)}))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--width", type=int, default=64, help="64 is r18x3, 8 is compact")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--extra", action="append", default=[], metavar="NAME=COMMAND")
    arguments.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        return peer(options.threads, options.width, options.runs)
    own = [sys.executable, __file__, "--peer", "--threads", options.threads, "--width", options.width,
           "--runs", options.runs]
    tools = {"pytorch": [str(part) for part in own]}
    for extra in options.extra:
        name, command = extra.split("=", 1)
        tools[name] = shlex.split(command)
    results = {name: [] for name in tools}
    for _ in range(options.rounds):
        for name, command in tools.items():
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{name} failed: {done.stderr.strip()[-400:]}")
            results[name].append(json.loads(done.stdout.strip().splitlines()[-1]))
    base = statistics.median(r["forward_ms"] for r in results["pytorch"])
    for name, runs in results.items():
        median = statistics.median(r["forward_ms"] for r in runs)
        best = min(r.get("forward_best_ms", r["forward_ms"]) for r in runs)
        print(json.dumps({"tool": name, "forward_ms": round(median, 1), "best_ms": round(best, 1),
                          "ratio_to_pytorch": round(median / base, 2), "load": os.getloadavg()[0]}))


main()
