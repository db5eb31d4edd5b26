"""M3Net in PyTorch, and beside it any other command: a forward pass, steps of learning, or explanations.

The same topology with random weights on the CPU with THREADS threads. `forward` is one pass of the three
crops, batch 1, evaluation mode; `train` is forwards, backwards and AdamW for each encoder by itself;
`explain` is Grad-CAM of all scales from one pass (an own gradient by three layers, which is less work than captum's
one pass for each), and captum's integrated gradients of the three crops in 32 steps.
Tools run in turn, each in a fresh process, one JSON line per tool; compare ratios within one run.

    python m3net.py forward --threads 2 --rounds 3 \\
        --extra 'triscope=triscope bench classify --model m3net-r18x3 --device cpu --json'
    python m3net.py explain --threads 2 --rounds 3 \\
        --extra 'triscope=triscope bench explain --model m3net-r18x3 --device cpu --json --methods grad_cam,integrated_gradients'
    python m3net.py train --width 8 --threads 2 --rounds 3 \\
        --extra 'triscope=triscope bench train --model m3net-compact --device cpu --json'

An extra command prints, as its last line, a JSON object with `forward_ms`, or with `micro_per_second`,
`meso_per_second` and `macro_per_second`, or with `grad_cam_ms` and `integrated_gradients_ms`.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import time

SCALES = ["micro", "meso", "macro"]
# Of the layers of each encoder, the one that is explained.
EXPLAINED = [0, 1, 1]
SHAPES = [(56, 32, 32), (56, 64, 64), (56, 96, 96)]


def peer(task, threads, width, runs, batch):
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

        def seen(self, x, layer):
            x = self.pool(torch.relu(self.stem(x)))
            for n, block in enumerate(self.blocks):
                x = block(x)
                if n == 2 * layer + 1:
                    kept = x
            return self.fc(x.mean((2, 3, 4))), kept

    torch.manual_seed(0)
    if task == "train":
        return learn(torch, Encoder, runs, batch)
    encoders = [Encoder().eval() for _ in SHAPES]
    crops = [torch.rand(1, 1, *shape) for shape in SHAPES]
    if task == "explain":
        return explain(torch, encoders, crops, runs)
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


def explain(torch, encoders, crops, runs):
    from captum.attr import IntegratedGradients

    def margin(*inputs):
        # In place of the fusion, which is a thousandth of the work.
        logits = sum(encoder(crop) for encoder, crop in zip(encoders, inputs))
        return logits[:, 1] - logits[:, 0]

    def grad_cam():
        seen = [encoder.seen(crop, layer) for encoder, crop, layer in zip(encoders, crops, EXPLAINED)]
        logits = sum(logit for logit, _ in seen)
        features = [kept for _, kept in seen]
        gradients = torch.autograd.grad((logits[:, 1] - logits[:, 0]).sum(), features)
        return [torch.relu((g.mean((2, 3, 4), keepdim=True) * f).sum(1)) for g, f in zip(gradients, features)]

    def integrated():
        return IntegratedGradients(margin).attribute(tuple(crops), n_steps=32, internal_batch_size=1)

    for encoder in encoders:
        encoder.requires_grad_(False)
    # The way back of Grad-CAM ends at the layer: what it begins with must ask for one.
    crops = [crop.requires_grad_() for crop in crops]
    figures = {}
    for name, method in [("grad_cam", grad_cam), ("integrated_gradients", integrated)]:
        times = []
        for n in range(runs + 1):
            start = time.perf_counter()
            method()
            if n:
                times.append((time.perf_counter() - start) * 1e3)
        figures[f"{name}_ms"] = statistics.median(times)
    print(json.dumps(figures))


def learn(torch, encoder, runs, batch):
    paces = {}
    for name, shape in zip(SCALES, SHAPES):
        net = encoder().train()
        optimiser = torch.optim.AdamW(net.parameters(), 1e-3)
        crops, goal = torch.rand(batch, 1, *shape), torch.arange(batch) % 2
        times = []
        for n in range(runs + 1):
            start = time.perf_counter()
            loss = torch.nn.functional.cross_entropy(net(crops), goal)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if n:
                times.append(time.perf_counter() - start)
        paces[f"{name}_per_second"] = batch / statistics.median(times)
    print(json.dumps(paces))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("task", choices=["forward", "train", "explain"])
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--width", type=int, default=64, help="64 is r18x3, 8 is compact")
    arguments.add_argument("--batch", type=int, default=4, help="of train")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--extra", action="append", default=[], metavar="NAME=COMMAND")
    arguments.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.peer:
        return peer(options.task, options.threads, options.width, options.runs, options.batch)
    own = [sys.executable, __file__, options.task, "--peer", "--threads", options.threads,
           "--width", options.width, "--runs", options.runs, "--batch", options.batch]
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
    # Times, of which less is better, and paces, of which more is.
    figures = {"forward": ["forward_ms"], "explain": ["grad_cam_ms", "integrated_gradients_ms"]}
    figures = figures.get(options.task, [f"{name}_per_second" for name in SCALES])
    median = {tool: {f: statistics.median(r[f] for r in runs) for f in figures} for tool, runs in results.items()}
    for tool, own in median.items():
        line = {"tool": tool}
        for figure, value in own.items():
            line[figure] = round(value, 1)
            line[f"{figure}_ratio_to_pytorch"] = round(value / median["pytorch"][figure], 2)
        print(json.dumps(line | {"load": os.getloadavg()[0]}))


main()
