//! From arrays into a module's parameters, one at a time: no more than one tensor is there twice.
//!
//! burn's own way from a PyTorch file keeps every tensor until the last one is in its place, and turns
//! linear layers round byte by byte: for a network of a gigabyte twice the memory, and most of the time.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::state::Array;

/// Rows and columns that are turned round at a time: several lines of the cache of each, which come one after the other.
const BAND: usize = 64;

/// Puts every array where its path says. Norms call their weight and bias gamma and beta here, and linear
/// layers are stored input by output; the arrays are as PyTorch has them.
/// - `arrays`: by the module's path, with PyTorch's last word of it
/// - returns: the module, and in words what did not come together
pub(super) fn fill<M: Module>(module: M, arrays: BTreeMap<String, Array>) -> (M, Vec<String>) {
    let mut filler = Filler { arrays, path: Vec::new(), kinds: Vec::new(), faults: Vec::new() };
    let module = module.map(&mut filler);
    let Filler { arrays, mut faults, .. } = filler;
    faults.extend(arrays.into_keys().map(|path| format!("{path} has no place")));
    (module, faults)
}

struct Filler {
    arrays: BTreeMap<String, Array>,
    /// Names of the modules and of the field on the way to the parameter.
    path: Vec<String>,
    /// What each of them is, variants of enums included.
    kinds: Vec<String>,
    faults: Vec<String>,
}

impl Filler {
    /// The array for the parameter at the current path.
    fn taken(&mut self) -> Option<Array> {
        let (name, before) = self.path.split_last()?;
        // The innermost module that is no list or pair.
        let kind = self.kinds.iter().rev().find(|kind| kind.starts_with("Struct:"));
        let kind = kind.map_or("", |kind| kind.trim_start_matches("Struct:"));
        let theirs = match name.as_str() {
            "gamma" if kind.ends_with("Norm") => "weight",
            "beta" if kind.ends_with("Norm") => "bias",
            name => name,
        };
        let path = before.iter().map(String::as_str).chain([theirs]).collect::<Vec<_>>().join(".");
        let array = self.arrays.remove(&path)?;
        Some(if kind == "Linear" && name == "weight" { array.transposed() } else { array })
    }
}

impl ModuleMapper for Filler {
    fn enter_module(&mut self, name: &str, kind: &str) {
        self.kinds.push(kind.to_owned());
        // A variant of an enum is no part of a key.
        if !kind.starts_with("Enum:") {
            self.path.push(name.to_owned());
        }
    }

    fn exit_module(&mut self, _name: &str, kind: &str) {
        self.kinds.pop();
        if !kind.starts_with("Enum:") {
            self.path.pop();
        }
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, device, shape) = (param.id, param.lazy_device(), param.lazy_shape());
        match self.taken() {
            Some(array) if array.shape == shape.to_vec() => {
                let tensor = Tensor::from_data(TensorData::new(array.values, array.shape), &device);
                param.transform_for_load(tensor, id)
            }
            Some(array) => {
                let path = self.path.join(".");
                self.faults.push(format!("{path} is {:?} and not {:?}", shape.to_vec(), array.shape));
                param
            }
            None => {
                self.faults.push(format!("{} is missing", self.path.join(".")));
                param
            }
        }
    }
}

impl Array {
    /// Rows for columns, of a matrix; anything else stays as it is.
    fn transposed(self) -> Self {
        let [rows, columns] = self.shape[..] else { return self };
        let mut values = vec![0.0; self.values.len()];
        if rows > 0 {
            values.par_chunks_mut(rows * BAND).enumerate().for_each(|(band, out)| {
                let first = band * BAND;
                // Rows of a matrix lie a power of two apart, whose lines push each other out of the cache: each is read
                // and written once, whole.
                for (block, lines) in self.values.chunks(columns * BAND).enumerate() {
                    let mut tile = [[0.0; BAND]; BAND];
                    for (row, line) in lines.chunks_exact(columns).enumerate() {
                        let line = line.get(first..columns.min(first + BAND)).unwrap_or(&[]);
                        line.iter().zip(&mut tile).for_each(|(value, column)| column[row] = *value);
                    }
                    let (from, count) = (block * BAND, lines.len() / columns);
                    for (column, turned) in out.chunks_exact_mut(rows).zip(&tile) {
                        column[from..from + count].copy_from_slice(&turned[..count]);
                    }
                }
            });
        }
        Self { shape: vec![columns, rows], values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_twice_gives_the_same_and_once_swaps_indices() {
        for (rows, columns) in [(1, 1), (3, 40), (40, 3), (17, 33), (5, 16)] {
            let values: Vec<f32> = (0..rows * columns).map(|n| n as f32).collect();
            let array = Array { shape: vec![rows, columns], values };
            let turned = array.clone().transposed();
            assert_eq!(turned.shape, [columns, rows]);
            for (row, column) in [(0, 0), (rows - 1, 0), (rows / 2, columns - 1)] {
                assert_eq!(turned.values[column * rows + row], array.values[row * columns + column]);
            }
            assert_eq!(turned.transposed(), array);
        }
    }
}
