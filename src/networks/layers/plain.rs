//! Tensors on the processor as plain numbers, and back.

use burn::tensor::{Device, Tensor, TensorData};

/// The numbers of a tensor in its own order.
pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    // In 32 bits on the processor, as all networks are, this cannot fail.
    tensor.into_data().try_to_vec().unwrap_or_default()
}

/// Rows of equal length as a matrix.
pub(super) fn matrix(values: Vec<f32>, rows: usize, device: &Device) -> Tensor<2> {
    let columns = values.len() / rows.max(1);
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}
