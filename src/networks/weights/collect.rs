//! From a module back to named arrays: what training has made, on its way into a file.

use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot, bridge};

use super::error::WeightsError;
use super::state::{Array, StateDict};

/// Every tensor of a module under its published key, as PyTorch would store it.
/// - `key_of`: the published key of a module's path
/// - errors: values that the device does not give back
pub fn collect<M: ModuleSnapshot>(
    module: &M,
    key_of: impl Fn(&str) -> String,
) -> Result<StateDict, WeightsError> {
    let mut state = StateDict::default();
    for tensor in module.collect(None, Some(Box::new(BurnToPyTorchAdapter)), true) {
        let key = key_of(&tensor.name);
        let lost = || WeightsError::NotGiven { key: key.clone() };
        let data = bridge::to_data(&tensor).map_err(|_| lost())?;
        let shape = data.shape().to_vec();
        let values = data.try_to_vec::<f32>().map_err(|_| lost())?;
        state.tensors.insert(key, Array { shape, values });
    }
    Ok(state)
}
