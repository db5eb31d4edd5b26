//! What a manifest says of a nodule besides its label, told by a head that is left behind afterwards: a label
//! alone does not say what the picture is of. For networks other than M3Net, whose `traits` come from masks too.

use burn::module::Module;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};

use crate::dataset::{Case, Characteristic};

/// Number of things that are said.
pub const DESCRIBED: usize = 8;

/// Each about 0, about 1 wide; `None` where the manifest does not say it.
pub type Description = [Option<f32>; DESCRIBED];

/// Middle and width of each, roughly those of nodules on CT: the scale of a loss, no more.
const SCALE: [(f32, f32); DESCRIBED] = [
    // Natural logarithm of the diameter in mm, now and on the earlier date.
    (2.5, 0.5),
    (2.5, 0.5),
    // Doublings of the volume between the two.
    (0.6, 1.0),
    // Ratings, in the order of `RATED`.
    (2.0, 0.8),
    (2.0, 0.8),
    (4.0, 0.7),
    (4.5, 0.9),
    (3.8, 0.6),
];

const RATED: [Characteristic; 5] = [
    Characteristic::Lobulation,
    Characteristic::Spiculation,
    Characteristic::Margin,
    Characteristic::Texture,
    Characteristic::Sphericity,
];

/// Places of the two diameters in a [`Description`]: later, earlier.
pub(super) const DIAMETERS: [usize; 2] = [0, 1];

/// What a row says.
pub fn description(case: &Case) -> Description {
    let (now, then) = (case.diameter_mm, case.prior.as_ref().and_then(|prior| prior.diameter_mm));
    let mut raw = [None; DESCRIBED];
    (raw[0], raw[1]) = (now.map(f64::ln), then.map(f64::ln));
    raw[2] = now.zip(then).map(|(now, then)| 3.0 * (now / then).log2());
    for (place, which) in raw[3..].iter_mut().zip(RATED) {
        *place = case.characteristic(which);
    }
    std::array::from_fn(|n| raw[n].map(|value| (value as f32 - SCALE[n].0) / SCALE[n].1))
}

/// The head: pooled features to a description.
#[derive(Module, Debug)]
pub(super) struct DescribingHead {
    fc: Linear,
}

impl DescribingHead {
    /// Says nothing at first.
    /// - `features`: it reads so many
    /// - `told`: it tells so many
    pub(super) fn new(features: usize, told: usize, device: &Device) -> Self {
        Self { fc: LinearConfig::new(features, told).with_initializer(Initializer::Zeros).init(device) }
    }

    /// See [`error_of_known`].
    /// - `features`: `[case, feature]`
    /// - `known`: for each case as many values as the head tells
    pub(super) fn error(&self, features: Tensor<2>, known: Vec<Option<f32>>) -> Tensor<1> {
        error_of_known(self.fc.forward(features), known)
    }
}

/// Squared error where the truth is known, its mean over all values: the less is known of a case, the less
/// it says.
/// - `told`: `[case, value]`
/// - `known`: row by row
pub(super) fn error_of_known(told: Tensor<2>, known: Vec<Option<f32>>) -> Tensor<1> {
    let (device, shape) = (told.device(), told.dims());
    let table = |value: &dyn Fn(&Option<f32>) -> f32| {
        Tensor::<2>::from_data(TensorData::new(known.iter().map(value).collect(), shape), &device)
    };
    let error =
        (told - table(&|known| known.unwrap_or(0.0))) * table(&|known| f32::from(u8::from(known.is_some())));
    (error.clone() * error).mean()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_counts() {
        let device = Device::flex();
        let told = Tensor::<2>::from_data([[1.0f32, 5.0], [2.0, -1.0]], &device);
        let known = vec![Some(0.0), None, Some(4.0), Some(-1.0)];
        let error = error_of_known(told, known).into_data().try_to_vec::<f32>().expect("on this machine")[0];
        // 1, nothing, 4 and 0 over four values.
        assert!((error - 1.25).abs() < 1e-6, "{error}");
    }
}
