//! Inner tensors of a network by their names in the published code, for explanations and tests.
//!
//! burn has no hooks: each network's `forward_tapped` offers its inner tensors to a [`Taps`], and asks it for
//! its ReLUs, which may hand gradients back by another rule.

use std::collections::BTreeMap;

use burn::tensor::activation::relu;
use burn::tensor::{Gradients, Tensor};

use super::cuts::{Cuts, Rule, gradient};

/// A tensor of any rank that a network has.
#[derive(Clone, Debug)]
pub enum Tapped {
    /// Logits: `[batch, classes]`, or pooled features.
    D2(Tensor<2>),
    /// Tokens: `[batch, token, feature]`.
    D3(Tensor<3>),
    /// Planar features: `[batch, channel, height, width]`.
    D4(Tensor<4>),
    /// Volumetric features: `[batch, channel, depth, height, width]`.
    D5(Tensor<5>),
}

impl From<Tensor<2>> for Tapped {
    fn from(t: Tensor<2>) -> Self {
        Self::D2(t)
    }
}
impl From<Tensor<3>> for Tapped {
    fn from(t: Tensor<3>) -> Self {
        Self::D3(t)
    }
}
impl From<Tensor<4>> for Tapped {
    fn from(t: Tensor<4>) -> Self {
        Self::D4(t)
    }
}
impl From<Tensor<5>> for Tapped {
    fn from(t: Tensor<5>) -> Self {
        Self::D5(t)
    }
}

/// Keeps the inner tensors that somebody wants, by full name (`net96.layer2`).
#[derive(Debug, Default)]
pub struct Taps {
    wanted: Vec<String>,
    scope: String,
    kept: BTreeMap<String, Tapped>,
    cuts: Option<Cuts>,
    /// Where derivatives are wanted too: zeros that were added, whose derivative is that of the sum.
    probes: Option<BTreeMap<String, Tapped>>,
}

impl Taps {
    /// Keeps nothing: the ordinary forward pass.
    pub fn off() -> Self {
        Self::default()
    }

    /// Keeps the tensors of these names.
    pub fn of(names: &[&str]) -> Self {
        Self { wanted: names.iter().map(|n| (*n).to_owned()).collect(), ..Self::default() }
    }

    /// Keeps nothing; gradients go back through ReLUs by a rule of their own, by [`Taps::back`].
    ///
    /// Of tensors with gradients alone. Cut are the ReLUs that a network asks for here: those of M3Net's
    /// volumetric encoders and of CSF-Net.
    pub fn cut(rule: Rule) -> Self {
        Self { cuts: Some(Cuts::new(rule)), ..Self::default() }
    }

    /// Keeps the tensors of these names, without what they were computed from, and where a network
    /// [probes](Self::probe) them the derivative by each, for [`Taps::derivative`]. Of tensors with gradients alone.
    pub fn probing(names: &[&str]) -> Self {
        Self { probes: Some(BTreeMap::new()), ..Self::of(names) }
    }

    /// Offers a tensor that may be asked for the derivative by it, and hands on the same values.
    pub fn probe<const D: usize>(&mut self, name: &str, tensor: Tensor<D>) -> Tensor<D>
    where
        Tensor<D>: Into<Tapped>,
    {
        if !self.wants(name) {
            return tensor;
        }
        let full = self.full(name);
        let Some(probes) = &mut self.probes else {
            self.kept.insert(full, tensor.clone().into());
            return tensor;
        };
        let still = tensor.clone().inner();
        let zeros = still.zeros_like().autodiff().require_grad();
        self.kept.insert(full.clone(), still.into());
        probes.insert(full, zeros.clone().into());
        tensor + zeros
    }

    /// The derivative by a probed tensor, once.
    /// - `gradients`: of a score that was reached with these taps
    /// - returns: `None` where nothing of this name was probed or the score does not depend on it
    pub fn derivative(&mut self, name: &str, gradients: &mut Gradients) -> Option<Tapped> {
        gradient(&self.probes.as_mut()?.remove(name)?, gradients)
    }

    /// `max(x, 0)`.
    pub fn relu<const D: usize>(&mut self, x: Tensor<D>) -> Tensor<D>
    where
        Tensor<D>: Into<Tapped>,
    {
        match &mut self.cuts {
            Some(cuts) => cuts.relu(x),
            None => relu(x),
        }
    }

    /// The same tensor, where more than one ReLU or the end of the way reads it and it is no ReLU's own.
    pub fn seam<const D: usize>(&mut self, x: Tensor<D>) -> Tensor<D>
    where
        Tensor<D>: Into<Tapped>,
    {
        match &mut self.cuts {
            Some(cuts) => cuts.seam(x),
            None => x,
        }
    }

    /// What the rule of [`Taps::cut`] makes of the derivative of a score by each of the leaves.
    /// - `score`: one number, reached with these taps
    /// - returns: `None` for a leaf on which the score does not depend, and without a rule
    pub fn back<const D: usize>(self, score: &Tensor<1>, leaves: &[Tensor<D>]) -> Vec<Option<Tensor<D>>> {
        match self.cuts {
            Some(cuts) => cuts.back(score, leaves),
            None => vec![None; leaves.len()],
        }
    }

    /// Whether the tensor of this name would be kept, for those that cost something to make.
    pub fn wants(&self, name: &str) -> bool {
        !self.wanted.is_empty() && self.wanted.contains(&self.full(name))
    }

    fn full(&self, name: &str) -> String {
        if self.scope.is_empty() { name.to_owned() } else { format!("{}.{name}", self.scope) }
    }

    /// Offers a tensor; it is copied (a handle, not the values) only where it is wanted.
    pub fn offer<const D: usize>(&mut self, name: &str, tensor: &Tensor<D>)
    where
        Tensor<D>: Into<Tapped>,
    {
        if self.wants(name) {
            self.kept.insert(self.full(name), tensor.clone().into());
        }
    }

    /// Runs `inside` with names prefixed by `scope.`.
    pub fn within<T>(&mut self, scope: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope.clone();
        self.scope = self.full(scope);
        let result = inside(self);
        self.scope = outer;
        result
    }

    /// The tensor of this name, once, if the network has it and it was wanted.
    pub fn take(&mut self, name: &str) -> Option<Tapped> {
        self.kept.remove(name)
    }
}
