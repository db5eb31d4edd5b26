"""Writes maemc.safetensors: MAEMC-NET narrowed, with random values of a fixed seed; nobody's weights.

Run with PyTorch and numpy: python maemc.py. Written from the description of the network, with PyTorch's own
layers where the program has others: the convolution over patches, attention, gathering.
"""

import torch
import torch.nn.functional as F
from torch import nn

from files import safetensors

GRID, PATCH, KEPT = 5, 50, 12


def sines(at, width):
    """[n] positions to [n, width]: sines, then cosines."""
    waves = 10000 ** (torch.arange(width // 2, dtype=torch.float64) / (width / 2))
    angles = at.double()[:, None] / waves
    return torch.cat([angles.sin(), angles.cos()], 1)


def positions(kind, width):
    slices = torch.arange(GRID * GRID)
    if kind == "line":
        halves = sines(slices, width)
        table = torch.stack([halves[:, : width // 2], halves[:, width // 2 :]], 2).flatten(1)
    else:
        table = torch.cat([sines(slices % GRID, width // 2), sines(slices // GRID, width // 2)], 1)
    return torch.cat([torch.zeros(1, width), table.float()])[None]


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.qkv, self.proj, self.heads = nn.Linear(width, 3 * width), nn.Linear(width, width), heads

    def forward(self, x):
        x = x.transpose(0, 1)
        y, self.weights = F.multi_head_attention_forward(
            x, x, x, x.shape[-1], self.heads, self.qkv.weight, self.qkv.bias, None, None, False, 0.0,
            self.proj.weight, self.proj.bias, training=False, need_weights=True, average_attn_weights=False,
        )  # fmt: skip
        return y.transpose(0, 1)


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attn, self.mlp = Attention(width, heads), Mlp(width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, PATCH, PATCH)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Encoder(nn.Module):
    def __init__(self, channels, width, blocks, heads):
        super().__init__()
        self.cls_token = nn.Parameter(torch.empty(1, 1, width))
        self.patch_embed = PatchEmbed(channels, width)
        self.blocks = nn.Sequential(*[Block(width, heads) for _ in range(blocks)])
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def tokens(self, x, kind, order=None):
        table = positions(kind, self.cls_token.shape[-1])
        x = self.patch_embed(x) + table[:, 1:]
        if order is not None:
            x = torch.gather(x, 1, order[:, :KEPT, None].expand(-1, -1, x.shape[-1]))
        return self.blocks(torch.cat([(self.cls_token + table[:, :1]).expand(len(x), -1, -1), x], 1))

    def forward(self, x, kind, order=None):
        return self.norm(self.tokens(x, kind, order))


class Mae(Encoder):
    def __init__(self, channels, encoder, decoder):
        super().__init__(channels, *encoder)
        width = decoder[0]
        self.channels = channels
        self.decoder_embed = nn.Linear(encoder[0], width)
        self.mask_token = nn.Parameter(torch.empty(1, 1, width))
        self.decoder_blocks = nn.Sequential(*[Block(width, decoder[2]) for _ in range(decoder[1])])
        self.decoder_norm = nn.LayerNorm(width, eps=1e-6)
        self.decoder_pred = nn.Linear(width, PATCH * PATCH * channels)

    def decode(self, tokens, kind, order):
        x = self.decoder_embed(tokens)
        hidden = self.mask_token.expand(len(x), GRID * GRID - KEPT, -1)
        slices = torch.cat([x[:, 1:], hidden], 1)
        back = order.argsort(1)[:, :, None].expand(-1, -1, x.shape[-1])
        x = torch.cat([x[:, :1], torch.gather(slices, 1, back)], 1) + positions(kind, x.shape[-1])
        x = self.decoder_pred(self.decoder_norm(self.decoder_blocks(x)))[:, 1:]
        return x.reshape(len(x), GRID * GRID, PATCH, PATCH, self.channels).permute(0, 1, 4, 2, 3)


def ramp(shape, step, size):
    """Numbers of a rule that the test knows, too."""
    n = torch.Size(shape).numel()
    return ((torch.arange(n) * step % size).float() / (size / 2) - 1).reshape(shape)


def tiles(montage):
    rows = [montage[:, :, r * PATCH : (r + 1) * PATCH] for r in range(GRID)]
    return torch.stack([row[..., c * PATCH : (c + 1) * PATCH] for row in rows for c in range(GRID)], 1)


def montages(batch, channels):
    return [ramp((batch, channels, GRID * PATCH, GRID * PATCH), *rule) / 2 + 0.5 for rule in [(29, 103), (37, 101)]]


def random_net(channels, encoder, decoder):
    torch.manual_seed(8)
    mae = Mae(channels, encoder, decoder)
    rest = nn.ModuleDict({
        "momentum": Encoder(channels, *encoder),
        "query": nn.ModuleDict({"conv": nn.Conv1d(encoder[0], 128, 1)}),
        "key": nn.ModuleDict({"conv": nn.Conv1d(encoder[0], 128, 1)}),
        "head": nn.Linear(encoder[0], 2),
    })
    for part in (mae, rest):
        for name, value in part.named_parameters():
            if value.ndim == 1 and "norm" in name and name.endswith("weight"):
                nn.init.uniform_(value, 0.5, 1.5)
            elif value.ndim == 1 or "token" in name:
                nn.init.uniform_(value, -0.5, 0.5)
            else:
                nn.init.normal_(value, 0, value[0].numel() ** -0.5)
    # The two large ones follow a rule, so that no file needs to hold them.
    for encoder_ in (mae, rest["momentum"]):
        weight = encoder_.patch_embed.proj.weight
        weight.data = ramp(weight.shape, 41, 107) / 50
    mae.decoder_pred.weight.data = ramp(mae.decoder_pred.weight.shape, 43, 109)
    return mae.eval(), rest.eval()


def whole(mae, rest, channels):
    axial, coronal = montages(2, channels)
    orders = [torch.stack([(torch.arange(25) * a + b) % 25 for a, b in pairs]) for pairs in ([(7, 0), (3, 4)], [(11, 2), (24, 9)])]
    out = {}
    with torch.no_grad():
        for kind in ["line", "grid"]:
            tokens = mae(axial, kind, orders[0])
            slices = mae.decode(tokens, kind, orders[0])
            out[f"out.{kind}.tokens"] = tokens
            out[f"out.{kind}.errors"] = ((tiles(axial) - slices) ** 2).mean((2, 3, 4))
            out[f"out.{kind}.slice"] = slices[:, 8, :, ::5, ::5]
            normed = mae(axial, kind)
            out[f"out.{kind}.class"] = rest["head"](normed[:, 0])
            out[f"out.{kind}.attention"] = mae.blocks[1].attn.weights
            out[f"out.{kind}.mean"] = rest["head"](mae.norm(mae.tokens(axial, kind)[:, 1:].mean(1)))
            direction = lambda conv, x: F.normalize(conv(x.transpose(1, 2)).mean(2), dim=1)
            out[f"out.{kind}.query"] = direction(rest["query"]["conv"], tokens)
            out[f"out.{kind}.key"] = direction(rest["key"]["conv"], rest["momentum"](coronal, kind, orders[1]))
        hidden = torch.ones(2, 25).scatter(1, orders[0][:, :KEPT], 0)
        error = ((tiles(axial) - mae.decode(mae(axial, "line", orders[0]), "line", orders[0])) ** 2).flatten(2)
        out["out.line.loss"] = error[hidden.bool()].mean()[None]
    weights = {**mae.state_dict(), **rest.state_dict()}
    large = ("patch_embed.proj.weight", "decoder_pred.weight")
    return {**{"w." + k: v for k, v in weights.items() if not k.endswith(large)}, **out}


if __name__ == "__main__":
    safetensors("maemc.safetensors", whole(*random_net(2, (12, 2, 3), (8, 1, 2)), 2))
