//! The fusion: three pairs of logits become tokens that attend to each other, then two logits.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Gelu, Initializer, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::gelu;
use burn::tensor::{Device, Tensor};

use crate::networks::layers::{Drop, MultiheadAttention, attend};
use crate::networks::spec::Scale;
use crate::networks::taps::Taps;

/// Features of a token.
const WIDTH: usize = 128;
/// Attention heads, 32 features each.
const HEADS: usize = 4;

/// Layers in which scales attend to each other, by their published names, first to last, with who asks whom. Each offers
/// `weights`, `[batch, head, query, key]`.
pub const ATTENTION: [(&str, &[Scale], &[Scale]); 4] = [
    ("cross1", NEAR, NEAR),
    ("cross2", &[Scale::Macro], NEAR),
    ("transformer_fusion.layers.0.self_attn", &Scale::ALL, &Scale::ALL),
    ("transformer_fusion.layers.1.self_attn", &Scale::ALL, &Scale::ALL),
];

/// What the macro scale asks.
const NEAR: &[Scale] = &[Scale::Micro, Scale::Meso];

fn linear(from: usize, to: usize, device: &Device) -> Linear {
    LinearConfig::new(from, to).with_initializer(Initializer::Zeros).init(device)
}

/// Attention with four separate projections; no residual, no norm (M3-Net, Model/ModelV10.py).
#[derive(Module, Debug)]
pub struct CrossAttention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
}

impl CrossAttention {
    fn new(device: &Device) -> Self {
        let square = || linear(WIDTH, WIDTH, device);
        Self { q_proj: square(), k_proj: square(), v_proj: square(), out_proj: square() }
    }

    fn forward(&self, query: Tensor<3>, context: Tensor<3>, taps: &mut Taps, drop: Drop) -> Tensor<3> {
        let (key, value) = (self.k_proj.forward(context.clone()), self.v_proj.forward(context));
        let attended = attend([self.q_proj.forward(query), key, value], HEADS, |weights| {
            taps.offer("weights", &weights);
            drop.some(weights, 0.1)
        });
        self.out_proj.forward(attended)
    }
}

/// Encoder layer of PyTorch's Transformer: norm after each residual, exact GELU.
#[derive(Module, Debug)]
pub struct EncoderLayer {
    self_attn: MultiheadAttention,
    linear1: Linear,
    linear2: Linear,
    norm1: LayerNorm,
    norm2: LayerNorm,
}

impl EncoderLayer {
    fn new(device: &Device) -> Self {
        Self {
            self_attn: MultiheadAttention::new(WIDTH, HEADS, device),
            linear1: linear(WIDTH, 2 * WIDTH, device),
            linear2: linear(2 * WIDTH, WIDTH, device),
            norm1: LayerNormConfig::new(WIDTH).init(device),
            norm2: LayerNormConfig::new(WIDTH).init(device),
        }
    }

    fn forward(&self, x: Tensor<3>, taps: &mut Taps, drop: Drop) -> Tensor<3> {
        let attended = self.self_attn.forward([x.clone(), x.clone(), x.clone()], |weights| {
            taps.offer("weights", &weights);
            drop.some(weights, 0.2)
        });
        let attended = drop.some(attended, 0.2);
        let x = self.norm1.forward(attended + x);
        let wide = drop.some(gelu(self.linear1.forward(x.clone())), 0.2);
        self.norm2.forward(drop.some(self.linear2.forward(wide), 0.2) + x)
    }
}

/// The layers of the Transformer encoder: two.
#[derive(Module, Debug)]
pub struct Transformer {
    layers: Vec<EncoderLayer>,
}

/// Which layers between the scales' tokens and their mean take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FusionLayers {
    /// Attention between micro and meso.
    pub cross1: bool,
    /// The macro scale asking the two others.
    pub cross2: bool,
    /// The Transformer over the three tokens.
    pub transformer: bool,
}

impl FusionLayers {
    /// The network as it answers.
    pub const ALL: Self = Self { cross1: true, cross2: true, transformer: true };

    /// The published ablations by name, with what each leaves out.
    pub const ABLATIONS: [(&str, Self); 6] = [
        (
            "V10a: no second attention, no Transformer",
            Self { cross2: false, transformer: false, ..Self::ALL },
        ),
        ("V10b: no first attention, no Transformer", Self { cross1: false, transformer: false, ..Self::ALL }),
        ("V10c: no attention before the Transformer", Self { cross1: false, cross2: false, ..Self::ALL }),
        ("V10d: no Transformer", Self { transformer: false, ..Self::ALL }),
        ("V10e: no second attention", Self { cross2: false, ..Self::ALL }),
        ("V10f: no first attention", Self { cross1: false, ..Self::ALL }),
    ];
}

/// From one pair of logits per scale to the answer (M3-Net, Model/ModelV10.py).
///
/// While it learns, shares of values are left out: of attention 0.1, in the Transformer 0.2, and in the
/// head what stands there.
#[derive(Module, Debug)]
pub struct Fusion {
    proj32: Linear,
    proj64: Linear,
    proj96: Linear,
    cross1: CrossAttention,
    cross2: CrossAttention,
    transformer_fusion: Transformer,
    norm: LayerNorm,
    fc_head: (Linear, Gelu, Dropout, Linear),
}

impl Fusion {
    /// All values zero, to be loaded.
    pub fn new(device: &Device) -> Self {
        Self {
            proj32: linear(2, WIDTH, device),
            proj64: linear(2, WIDTH, device),
            proj96: linear(2, WIDTH, device),
            cross1: CrossAttention::new(device),
            cross2: CrossAttention::new(device),
            transformer_fusion: Transformer { layers: (0..2).map(|_| EncoderLayer::new(device)).collect() },
            norm: LayerNormConfig::new(WIDTH).init(device),
            fc_head: (
                linear(WIDTH, WIDTH / 2, device),
                Gelu::new(),
                DropoutConfig::new(0.3).init(),
                linear(WIDTH / 2, 2, device),
            ),
        }
    }

    /// The answer without some of the layers, as the published ablations leave them out; here from
    /// weights that were taught with all of them.
    ///
    /// Without `cross2` the macro scale's token stands in the place of what it would have asked for;
    /// without the Transformer the tokens are averaged as they are.
    /// - source: M3-Net, Model/ModelV10a.py to ModelV10f.py
    /// - `logits`: micro, meso, macro, `[batch, 2]` each
    pub fn forward_ablated(&self, logits: [Tensor<2>; 3], layers: FusionLayers) -> Tensor<2> {
        self.run(logits, &mut Taps::off(), Drop::Nothing, layers)
    }

    /// The forward pass of inference: nothing is dropped.
    ///
    /// The macro scale reaches the answer only as the query of the second attention, that is,
    /// through the weights that it gives to the two others.
    /// - `logits`: micro, meso, macro, `[batch, 2]` each
    /// - returns: logits `[batch, 2]`, benign first
    pub fn forward_tapped(&self, logits: [Tensor<2>; 3], taps: &mut Taps) -> Tensor<2> {
        self.run(logits, taps, Drop::Nothing, FusionLayers::ALL)
    }

    /// The same with dropout, on an autodiff device: the forward pass of learning.
    pub fn forward_learning(&self, logits: [Tensor<2>; 3]) -> Tensor<2> {
        self.run(logits, &mut Taps::off(), Drop::AsPublished, FusionLayers::ALL)
    }

    /// The same on any device: one draw of what is left out for each item of the batch.
    pub fn forward_sampled(&self, logits: [Tensor<2>; 3]) -> Tensor<2> {
        self.run(logits, &mut Taps::off(), Drop::Sampled, FusionLayers::ALL)
    }

    fn run(&self, logits: [Tensor<2>; 3], taps: &mut Taps, drop: Drop, layers: FusionLayers) -> Tensor<2> {
        let [micro, meso, wide] = logits;
        let token = |linear: &Linear, l: Tensor<2>| linear.forward(l).unsqueeze_dim::<3>(1);
        let near = Tensor::cat(vec![token(&self.proj32, micro), token(&self.proj64, meso)], 1);
        let near = if layers.cross1 {
            taps.within("cross1", |taps| self.cross1.forward(near.clone(), near, taps, drop))
        } else {
            near
        };
        taps.offer("cross1", &near);
        let far = token(&self.proj96, wide);
        let far = if layers.cross2 {
            taps.within("cross2", |taps| self.cross2.forward(far, near.clone(), taps, drop))
        } else {
            far
        };
        taps.offer("cross2", &far);
        let mut x = Tensor::cat(vec![near, far], 1);
        for (n, layer) in self.transformer_fusion.layers.iter().enumerate().filter(|_| layers.transformer) {
            let name = format!("transformer_fusion.layers.{n}.self_attn");
            x = taps.within(&name, |taps| layer.forward(x, taps, drop));
        }
        taps.offer("transformer_fusion", &x);
        let x = self.norm.forward(x.mean_dim(1).squeeze_dim::<2>(1));
        taps.offer("norm", &x);
        let x = gelu(self.fc_head.0.forward(x));
        let x = match drop {
            Drop::Nothing => x,
            Drop::AsPublished => self.fc_head.2.forward(x),
            Drop::Sampled => drop.some(x, self.fc_head.2.prob),
        };
        self.fc_head.3.forward(x)
    }
}
