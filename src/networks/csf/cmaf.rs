//! Where picture and clinical fields meet: each side's values, asked for by the other side's query.
#![allow(non_snake_case, reason = "field names are the published keys")]

use burn::module::Module;
use burn::nn::{DropoutConfig, Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::config::HEADS;
use crate::networks::layers::MultiheadAttention;
use crate::networks::taps::Taps;

/// Share of attention weights that is left out while the network learns.
/// Source: CSF-NET, models (CMAF).
const DROPOUT: f64 = 0.2;

/// What the queries ask.
#[derive(Clone, Debug)]
pub enum Keys {
    /// The patient's own features, one token.
    Own,
    /// The features of all patients of the batch.
    Batch,
    /// Tokens of the picture and of the fields, `[batch, token, features]`.
    Tokens(Tensor<3>, Tensor<3>),
}

/// Cross-modal attention fusion. Source: CSF-NET, models (CMAF); the keys are the published ones: `i` the
/// picture (image), `t` the fields (text), `self_attn_V` the attention over the picture.
#[derive(Module, Debug)]
pub struct CrossModalFusion {
    fi1: Linear,
    fi2: Linear,
    ft1: Linear,
    ft2: Linear,
    conv_i1: Linear,
    conv_i2: Linear,
    conv_i3: Linear,
    conv_t1: Linear,
    conv_t2: Linear,
    conv_t3: Linear,
    self_attn_V: MultiheadAttention,
    self_attn_T: MultiheadAttention,
}

impl CrossModalFusion {
    /// All values zero, to be loaded.
    pub fn new(features: usize, device: &Device) -> Self {
        let square = || -> Linear {
            LinearConfig::new(features, features).with_initializer(Initializer::Zeros).init(device)
        };
        let attention = || MultiheadAttention::new(features, HEADS, device);
        Self {
            fi1: square(),
            fi2: square(),
            ft1: square(),
            ft2: square(),
            conv_i1: square(),
            conv_i2: square(),
            conv_i3: square(),
            conv_t1: square(),
            conv_t2: square(),
            conv_t3: square(),
            self_attn_V: attention(),
            self_attn_T: attention(),
        }
    }

    /// Offers `V.weights` and `T.weights`, `[batch, head, 1, key]`: where the fields look in the picture,
    /// and which fields the picture asks.
    /// - `image`, `fields`: `[batch, features]`
    /// - `learning`: whether a share of the attention weights is left out
    /// - returns: `[batch, 2 x features]`, the picture's first
    pub fn forward_tapped(
        &self,
        image: Tensor<2>,
        fields: Tensor<2>,
        keys: Keys,
        taps: &mut Taps,
        learning: bool,
    ) -> Tensor<2> {
        let shape = image.dims();
        let through = |layer: &Linear, x: Tensor<3>, taps: &mut Taps| taps.relu(layer.forward(x));
        let (image, fields) = (taps.relu(self.fi1.forward(image)), taps.relu(self.ft1.forward(fields)));
        // One sequence of all patients, or one of one token for each.
        let sequence = match keys {
            Keys::Batch => 0,
            Keys::Own | Keys::Tokens(..) => 1,
        };
        let [own_i, own_t] = [&image, &fields].map(|x| taps.seam(x.clone().unsqueeze_dim::<3>(sequence)));
        let (keys_i, keys_t) = match keys {
            Keys::Tokens(image, fields) => {
                (through(&self.fi1, image, taps), through(&self.ft1, fields, taps))
            }
            Keys::Own | Keys::Batch => (own_i.clone(), own_t.clone()),
        };
        let [value_i, key_i] =
            [&self.conv_i1, &self.conv_i2].map(|layer| through(layer, keys_i.clone(), taps));
        let [value_t, key_t] =
            [&self.conv_t1, &self.conv_t2].map(|layer| through(layer, keys_t.clone(), taps));
        let (query_i, query_t) = (through(&self.conv_i3, own_i, taps), through(&self.conv_t3, own_t, taps));
        let mut attended = |layer: &MultiheadAttention, name: &str, inputs: [Tensor<3>; 3]| {
            let y = layer.forward(inputs, |weights| {
                taps.offer(name, &weights);
                if learning { DropoutConfig::new(DROPOUT).init().forward(weights) } else { weights }
            });
            y.reshape(shape)
        };
        let seen = attended(&self.self_attn_V, "V.weights", [query_t, key_i, value_i]) + image;
        let told = attended(&self.self_attn_T, "T.weights", [query_i, key_t, value_t]) + fields;
        Tensor::cat(vec![self.fi2.forward(seen), self.ft2.forward(told)], 1)
    }
}
