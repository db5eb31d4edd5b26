"""Writes the checkpoints of this folder: a small 3-D residual block as PyTorch's users save it.

Run with PyTorch and numpy: python make.py. Random values of a fixed seed; nobody's weights.
"""

import torch
import torch.nn.functional as F
from torch import nn

from files import safetensors


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


class Norm(nn.Module):
    """Layer norm over channels, channels first."""

    def __init__(self, channels):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(channels)), nn.Parameter(torch.empty(channels))

    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, 1e-6).permute(0, 3, 1, 2)


class Mlp(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)


class ConvNextBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(channels))
        self.conv_dw = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm, self.mlp = nn.LayerNorm(channels, eps=1e-6), Mlp(channels)

    def forward(self, x):
        y = self.norm(self.conv_dw(x).permute(0, 2, 3, 1))
        y = self.mlp.fc2(F.gelu(self.mlp.fc1(y))) * self.gamma
        return x + y.permute(0, 3, 1, 2)


class Stage(nn.Module):
    def __init__(self, before, channels, depth):
        super().__init__()
        self.downsample = nn.Identity()
        if before != channels:
            self.downsample = nn.Sequential(Norm(before), nn.Conv2d(before, channels, 2, 2))
        self.blocks = nn.Sequential(*[ConvNextBlock(channels) for _ in range(depth)])

    def forward(self, x):
        return self.blocks(self.downsample(x))


class Part(nn.Module):
    """Two named children, nothing else."""

    def __init__(self, **children):
        super().__init__()
        for name, child in children.items():
            self.add_module(name, child)


class ConvNext(nn.Module):
    """M3Net's planar encoder: slices as channels, 1 x 1 stem, four stages."""

    def __init__(self, slices, depths, dims, side):
        super().__init__()
        self.side = side
        self.stem = Part(conv=nn.Conv2d(slices, dims[0], 1), norm=Norm(dims[0]))
        before = [dims[0]] + dims[:-1]
        self.stages = nn.Sequential(*[Stage(b, c, d) for b, c, d in zip(before, dims, depths)])
        self.clf = Part(norm=nn.LayerNorm(dims[-1], eps=1e-6), fc=nn.Linear(dims[-1], 2))

    def forward(self, x):
        x = F.interpolate(x, size=(self.side, self.side), mode="bilinear", align_corners=True)
        x = self.stages(self.stem.norm(self.stem.conv(x)))
        return self.clf.fc(self.clf.norm(x.mean((2, 3))))


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

torch.manual_seed(6)
net = ConvNext(5, [1, 1, 2, 1], [4, 6, 8, 12], 16).eval()
for name, value in net.named_parameters():
    nn.init.uniform_(value, 0.5, 1.5) if value.ndim == 1 else nn.init.uniform_(value, -0.4, 0.4)
x = torch.randn(2, 5, 9, 9)
net_and_io = {"w." + k: v for k, v in net.state_dict().items()}
safetensors("convnext.safetensors", {**net_and_io, "in.0": x, "out.0": net(x)})
