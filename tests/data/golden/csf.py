"""Writes csf.safetensors: CSF-Net narrowed, with random values of a fixed seed; nobody's weights.

Run with PyTorch and numpy: python csf.py. Written from the description of the network, with PyTorch's own
layers where the program has others: interpolation, pooling, attention.
"""

import torch
import torch.nn.functional as F
from torch import nn

from files import safetensors


def unit(cin, cout, kernel, stride=1, bias=True):
    conv = nn.Conv3d(cin, cout, kernel, stride, kernel // 2, bias=bias)
    return nn.Sequential(conv, nn.BatchNorm3d(cout), nn.ReLU())


class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.my_conv1, self.my_conv2, self.conv3 = unit(cin, cout, 3), unit(cout, cout, 3), unit(cin, cout, 1)

    def forward(self, x):
        return self.my_conv2(self.my_conv1(x)) + self.conv3(x)


class Cbam(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.ch_Linear1 = nn.Linear(channels, channels // 4, bias=False)
        self.ch_Linear2 = nn.Linear(channels // 4, channels, bias=False)
        self.sp_Conv = nn.Conv3d(2, 1, 5, padding=2, bias=False)

    def forward(self, x):
        n, c = x.shape[:2]
        weigh = lambda pooled: self.ch_Linear2(self.ch_Linear1(pooled.reshape(n, c)))
        channel = torch.sigmoid(weigh(F.adaptive_avg_pool3d(x, 1)) + weigh(F.adaptive_max_pool3d(x, 1)))
        gated = x * channel[:, :, None, None, None]
        both = torch.cat([gated.amax(1, keepdim=True), gated.mean(1, keepdim=True)], 1)
        self.gate = torch.sigmoid(self.sp_Conv(both))
        return self.gate * x + x


class Temporal(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight_t0, self.weight_t1 = nn.Parameter(torch.tensor(0.3)), nn.Parameter(torch.tensor(0.7))
        self.conv3d = nn.Conv3d(2 * channels, channels, 3, padding=1)

    def forward(self, t0, t1, relu):
        both = F.interpolate(torch.cat([t0, t1], 1), scale_factor=2, mode="trilinear", align_corners=True)
        joined = self.conv3d(F.adaptive_avg_pool3d(both, (2, 8, 8)))
        joined = torch.relu(joined) if relu else joined
        return torch.sigmoid(self.weight_t0) * joined + torch.sigmoid(self.weight_t1) * t1


class Fusion(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        for name in ["fi1", "fi2", "ft1", "ft2"] + [f"conv_{side}{n}" for side in "it" for n in (1, 2, 3)]:
            self.add_module(name, nn.Linear(width, width))
        self.self_attn_V = nn.MultiheadAttention(width, heads, batch_first=True)
        self.self_attn_T = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, image, fields, tokens=None):
        """Two axes: as the published code calls it. With tokens: a batch of sequences."""
        image, fields = torch.relu(self.fi1(image)), torch.relu(self.ft1(fields))
        if tokens is None:
            keys_i, keys_t, query_i, query_t = image, fields, image, fields
        else:
            keys_i, keys_t = torch.relu(self.fi1(tokens[0])), torch.relu(self.ft1(tokens[1]))
            query_i, query_t = image[:, None], fields[:, None]
        v1, k1 = torch.relu(self.conv_i1(keys_i)), torch.relu(self.conv_i2(keys_i))
        v2, k2 = torch.relu(self.conv_t1(keys_t)), torch.relu(self.conv_t2(keys_t))
        q1, q2 = torch.relu(self.conv_i3(query_i)), torch.relu(self.conv_t3(query_t))
        seen = self.self_attn_V(q2, k1, v1)[0].reshape(image.shape) + image
        told = self.self_attn_T(q1, k2, v2)[0].reshape(fields.shape) + fields
        return torch.cat([self.fi2(seen), self.ft2(told)], 1)


class CsfNet(nn.Module):
    def __init__(self, stem, stages, features, categories):
        super().__init__()
        self.conv1, self.conv2, self.first_cbam = unit(1, stem, 3), unit(stem, stem, 3), Cbam(stem)
        layers, channels = [], stem
        for stage in stages:
            layers.append(unit(channels, channels, 3, stride=2, bias=False))
            for wider in stage:
                layers.append(Block(channels, wider))
                channels = wider
            layers.append(Cbam(channels))
        self.layers = nn.ModuleList(layers)
        self.tepfushon = Temporal(channels)
        self.fc2, self.fc3 = nn.Linear(channels, 2 * features), nn.Linear(2 * features, features)
        self.categorical_embeds = nn.Embedding(2 + sum(categories), channels)
        firsts = torch.tensor([2] + categories[:-1]).cumsum(0)
        self.register_buffer("categories_offset", firsts)
        self.linear_proj = nn.Linear(channels, features)
        self.fusion = Fusion(features, 4)
        self.c1, self.c2 = nn.Linear(2 * features, features), nn.Linear(features, 2)

    def trunk(self, x):
        x = self.first_cbam(self.conv2(self.conv1(x)))
        for layer in self.layers:
            x = layer(x)
        return x

    def forward(self, t0, t1, codes, tokens=False, relu=False):
        joined = self.tepfushon(self.trunk(t0), self.trunk(t1), relu)
        self.joined = joined
        head = lambda x: self.fc3(torch.relu(self.fc2(x)))
        image = head(F.avg_pool3d(joined, (2, 8, 8)).flatten(1))
        fields = self.linear_proj(self.categorical_embeds(codes + self.categories_offset))
        pair = (head(joined.flatten(2).transpose(1, 2)), fields) if tokens else None
        return self.c2(torch.relu(self.c1(self.fusion(image, fields.mean(1), pair))))


def regions(batch):
    """Numbers of a rule that the test knows, too."""
    n = batch * 16 * 64 * 64
    ramp = lambda step, size: (torch.arange(n) * step % size).float() / (size / 2) - 1
    shape = (batch, 1, 16, 64, 64)
    return ramp(29, 103).reshape(shape), ramp(37, 101).reshape(shape)


def random_net(stem, stages, features, categories):
    torch.manual_seed(7)
    net = CsfNet(stem, stages, features, categories).eval()
    # Large enough for every part to have a say in the answer.
    for name, value in net.named_parameters():
        if value.ndim > 1 and "embeds" not in name:
            nn.init.normal_(value, 0, value[0].numel() ** -0.5)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm3d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
        if isinstance(module, nn.MultiheadAttention):
            nn.init.uniform_(module.in_proj_bias, -0.5, 0.5)
            nn.init.uniform_(module.out_proj.bias, -0.5, 0.5)
    return net


def whole(net, codes):
    """The network's values, and what it answers in each of its readings."""
    codes = torch.tensor(codes)
    t0, t1 = regions(len(codes))
    alone = lambda **how: [net(t0[n : n + 1], t1[n : n + 1], codes[n : n + 1], **how) for n in range(len(codes))]
    with torch.no_grad():
        out = {
            "out.patient": torch.cat(alone()),
            "out.batch": net(t0, t1, codes),
            "out.relu": torch.cat(alone(relu=True)),
            "out.tokens": net(t0, t1, codes, tokens=True),
            "x.tepfushon": net.joined,
            # The later date was the last to pass.
            "x.t1.layers.9.gate": net.layers[9].gate,
        }
    return {**{"w." + k: v for k, v in net.state_dict().items() if "num_batches" not in k}, **out}


if __name__ == "__main__":
    net = random_net(4, [[4, 4, 8], [8, 8, 8], [8, 8, 8, 12]], 8, [3, 2, 2, 4, 2, 2])
    safetensors("csf.safetensors", whole(net, [[0, 1, 0, 3, 1, 0], [2, 0, 1, 1, 0, 1]]))
