//! Numbers out of tensors.

use burn::tensor::Tensor;

use super::error::InferenceError;

/// Values of a tensor, all of which must be numbers.
/// - errors: the device failed in any operation that led to them, or one of them is no number
pub(crate) fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f64>, InferenceError> {
    Ok(read_single(tensor)?.into_iter().map(f64::from).collect())
}

/// The same in the precision that the device has, where there are many: attention of a published network is a hundred
/// megabytes.
pub(crate) fn read_single<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, InferenceError> {
    let data = tensor.try_into_data().map_err(|error| InferenceError::Device(error.to_string()))?;
    let values = data.try_to_vec::<f32>().map_err(|_| InferenceError::NoAnswer)?;
    if values.iter().any(|v| !v.is_finite()) {
        return Err(InferenceError::NoAnswer);
    }
    Ok(values)
}
