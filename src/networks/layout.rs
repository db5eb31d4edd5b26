//! What a checkpoint of a network must hold.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Bool, Int, Tensor};

/// Shape of every tensor by its published key.
pub type Layout = BTreeMap<String, Vec<usize>>;

/// Keys and shapes of any module, as PyTorch would name them: norms call `gamma` and `beta` `weight` and `bias`,
/// and weights of linear layers are stored output by input. No value is made for it: a network of a
/// gigabyte is laid out in some milliseconds.
pub fn layout_of<M: Module>(module: &M, key_of: impl Fn(&str) -> String) -> Layout {
    let mut shapes = Shapes::default();
    module.visit(&mut shapes);
    shapes.found.into_iter().map(|(path, shape)| (key_of(&path), shape)).collect()
}

/// A walk through a module that asks tensors for their shapes alone.
#[derive(Default)]
struct Shapes {
    /// Names from the root, variants of enums left out.
    path: Vec<String>,
    /// Kinds of the same, variants included.
    kinds: Vec<String>,
    found: Vec<(String, Vec<usize>)>,
}

impl Shapes {
    fn take(&mut self, shape: &[usize]) {
        let kind = self.kinds.iter().rev().find(|kind| kind.starts_with("Struct:") || is_variant(kind));
        let kind = kind.map_or("", String::as_str);
        let (mut path, mut shape) = (self.path.clone(), shape.to_vec());
        if let Some(name) = path.last_mut() {
            match (kind, name.as_str()) {
                ("Struct:Linear", "weight") => shape.reverse(),
                (
                    "Struct:BatchNorm" | "Struct:LayerNorm" | "Struct:GroupNorm" | "Struct:RmsNorm",
                    "gamma" | "beta",
                ) => *name = if name == "gamma" { "weight" } else { "bias" }.to_owned(),
                _ => {}
            }
        }
        self.found.push((path.join("."), shape));
    }
}

fn is_variant(kind: &str) -> bool {
    kind.starts_with("Enum:")
}

impl ModuleVisitor for Shapes {
    fn enter_module(&mut self, name: &str, kind: &str) {
        self.kinds.push(kind.to_owned());
        if !is_variant(kind) {
            self.path.push(name.to_owned());
        }
    }

    fn exit_module(&mut self, _: &str, kind: &str) {
        self.kinds.pop();
        if !is_variant(kind) {
            self.path.pop();
        }
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.take(&param.lazy_shape().to_vec());
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.take(&param.lazy_shape().to_vec());
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.take(&param.lazy_shape().to_vec());
    }
}

#[cfg(test)]
mod tests {
    use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot};
    use burn::tensor::Device;

    use super::*;
    use crate::networks::m3net::M3Net;
    use crate::networks::m3net_config;

    /// What burn's own writer names and shapes, with all values made.
    #[test]
    fn shapes_without_values_are_those_that_a_written_file_has() {
        let config = m3net_config("m3net-compact").expect("listed");
        let net = M3Net::new(&config, &Device::flex());
        let found = layout_of(&net, str::to_owned);
        let written = net.collect(None, Some(Box::new(BurnToPyTorchAdapter)), true);
        let written: Layout = written.iter().map(|t| (t.name.clone(), t.shape.to_vec())).collect();
        assert_eq!(found, written);
        // Norms, linear layers and convolutions, each in its place.
        assert_eq!(found["net32.fc.weight"], [2, 64]);
        assert!(found.contains_key("fusion.norm.weight") && found.contains_key("net32.bn1.running_mean"));
    }
}
