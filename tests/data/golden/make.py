"""Writes the checkpoints of this folder: a small 3-D residual block as PyTorch's users save it.

Run with PyTorch and numpy: python make.py. Random values of a fixed seed; nobody's weights.
"""

import json
import struct

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1 = nn.Conv3d(cin, cout, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm3d(cout)
        self.conv2 = nn.Conv3d(cout, cout, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm3d(cout)
        self.downsample = nn.Sequential(nn.Conv3d(cin, cout, 1, stride, bias=False), nn.BatchNorm3d(cout))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + self.downsample(x))


def safetensors(path, tensors):
    header, data = {}, b""
    for name, t in tensors.items():
        raw = t.detach().float().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


torch.manual_seed(5)
block = Block(2, 3, 2)
for module in block.modules():
    if isinstance(module, nn.BatchNorm3d):
        nn.init.uniform_(module.weight, 0.5, 1.5)
        nn.init.uniform_(module.bias, -0.5, 0.5)
        nn.init.uniform_(module.running_mean, -0.5, 0.5)
        nn.init.uniform_(module.running_var, 0.5, 2.0)
block.eval()
x = torch.randn(1, 2, 5, 6, 7)
safetensors("block_io.safetensors", {"in.0": x, "out.0": block(x)})

state = block.state_dict()
torch.save(state, "block.pt")
torch.save(state, "block_legacy.pth", _use_new_zipfile_serialization=False)
wrapped = {"epoch": 3, "lr": 1e-4, "state_dict": {"module." + k: v for k, v in state.items()}}
torch.save(wrapped, "block_wrapped.pt")
torch.save({k: v.half() if v.is_floating_point() else v for k, v in state.items()}, "block_half.pt")
