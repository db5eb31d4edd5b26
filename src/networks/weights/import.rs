//! From named arrays into a module, with a report of every key.

use burn::module::Module;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ensemble::{members, of_member, prefix};
use super::error::WeightsError;
use super::fill::fill;
use super::state::{Array, StateDict};
use crate::networks::architecture::Keys;
use crate::networks::layout::Layout;
use crate::networks::m3net::is_without_effect;

/// A tensor of another shape than the network has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongShape {
    /// Published key.
    pub key: String,
    /// What the network has.
    pub expected: Vec<usize>,
    /// What the file has.
    pub found: Vec<usize>,
}

/// What became of every key of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Networks in the file; more than one is an ensemble, whose keys begin with `members.N.`.
    pub members: usize,
    /// Taken.
    pub loaded: Vec<String>,
    /// Known, and without effect on the answer: batch counters, and what else the network never uses.
    pub ignored: Vec<String>,
    /// The network has it, the file does not.
    pub missing: Vec<String>,
    /// The file has it, the network does not.
    pub unexpected: Vec<String>,
    /// Both have it, with different shapes.
    pub wrong_shape: Vec<WrongShape>,
}

impl Import {
    /// Compares a file's tensors with a network's; those of an ensemble with each of its members.
    /// - `keys`: what may be there besides is there whole in all members, or nowhere
    pub fn compare(keys: &Keys, state: &StateDict) -> Self {
        Self::compare_members(&keys.needed, &keys.besides, state, members(state), keys.is_without_effect)
    }

    /// - `ensemble`: number of members; `None`: keys without their prefix
    /// - `dead`: whether a published key is known to have no effect on the answer
    fn compare_members(
        layout: &Layout,
        besides: &Layout,
        state: &StateDict,
        ensemble: Option<usize>,
        dead: impl Fn(&str) -> bool,
    ) -> Self {
        let own = |key: &str| match ensemble {
            None => Some(key.to_owned()),
            Some(_) => of_member(key).map(|(_, key)| key.to_owned()),
        };
        let mut report = Self { members: ensemble.unwrap_or(1), ..Self::default() };
        let mut with_besides = false;
        for key in state.tensors.keys() {
            match own(key) {
                Some(own) if layout.contains_key(&own) => {}
                Some(own) if besides.contains_key(&own) => with_besides = true,
                Some(own) if dead(&own) => report.ignored.push(key.clone()),
                _ => report.unexpected.push(key.clone()),
            }
        }
        let besides = with_besides.then_some(besides);
        for member in 0..report.members {
            let prefix = ensemble.map_or_else(String::new, |_| prefix(member));
            for (key, expected) in layout.iter().chain(besides.into_iter().flatten()) {
                let key = format!("{prefix}{key}");
                match state.tensors.get(&key) {
                    None => report.missing.push(key),
                    Some(array) if held(&array.shape) == held(expected) => report.loaded.push(key),
                    Some(array) => report.wrong_shape.push(WrongShape {
                        key,
                        expected: expected.clone(),
                        found: array.shape.clone(),
                    }),
                }
            }
        }
        report
    }

    /// [`load_into`] for a network with dead keys of its own.
    /// - `dead`: whether a published key is known to have no effect on the answer: such tensors are listed
    ///   as ignored
    pub fn load<M: Module>(
        module: &mut M,
        model: &str,
        layout: &Layout,
        state: StateDict,
        path_of: impl Fn(&str) -> String,
        dead: impl Fn(&str) -> bool,
    ) -> Result<Self, WeightsError> {
        let report = Self::compare_members(layout, &Layout::new(), &state, None, dead);
        if !report.fits() {
            return Err(WeightsError::DoNotFit { model: model.to_owned(), report: Box::new(report) });
        }
        if let Some(key) = non_finite(&state) {
            return Err(WeightsError::NotFinite { key });
        }
        let wanted = state.tensors.into_iter().filter(|(key, _)| layout.contains_key(key));
        let arrays = wanted.map(|(key, array)| {
            (path_of(&key), Array { shape: held(&array.shape).to_vec(), values: array.values })
        });
        let (filled, faults) = fill(module.clone(), arrays.collect());
        // The comparison above covers the same ground; a difference is a fault of the key table.
        assert!(faults.is_empty(), "keys of {model} do not match its layers: {}", faults.join(", "));
        *module = filled;
        Ok(report)
    }

    /// Whether every tensor of the network is there, and nothing else that matters.
    pub fn fits(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.wrong_shape.is_empty()
    }

    /// Numbers and the first key of each kind, in one line.
    pub fn summary(&self) -> String {
        let part = |word: &str, count: usize, first: Option<&String>| {
            first.map(|key| format!("{count} {word} (first: {key})"))
        };
        let parts = [
            part("missing", self.missing.len(), self.missing.first()),
            part("unexpected", self.unexpected.len(), self.unexpected.first()),
            part("of another shape", self.wrong_shape.len(), self.wrong_shape.first().map(|w| &w.key)),
        ];
        let said: Vec<_> = parts.into_iter().flatten().collect();
        if said.is_empty() {
            format!("{} tensors loaded", self.loaded.len())
        } else {
            format!("{} tensors fit, {}", self.loaded.len(), said.join(", "))
        }
    }
}

/// The shape in which a module holds a tensor: burn has no rank 0, so that a scalar is one value on one
/// axis.
fn held(shape: &[usize]) -> &[usize] {
    if shape.is_empty() { &[1] } else { shape }
}

/// Values that are looked through at a time.
const PIECE: usize = 1 << 14;

/// The first tensor that holds an infinite or undefined value.
pub fn non_finite(state: &StateDict) -> Option<String> {
    // In pieces that are looked through to their end: of these several values are compared at a time.
    let bad = |values: &[f32]| {
        values.par_chunks(PIECE).any(|piece| piece.iter().fold(false, |bad, v| bad | !v.is_finite()))
    };
    state.tensors.iter().find(|(_, array)| bad(&array.values)).map(|(key, _)| key.clone())
}

/// Loads every tensor of `layout` from `state` into `module`.
///
/// Everything is compared before anything is touched: a module is loaded whole or not at all. A head
/// that predicts the readers' ratings is no part of the module, and stays behind.
/// - `path_of`: the module's path of a published key
/// - errors: keys or shapes that do not fit (all listed), values that are no numbers
pub fn load_into<M: Module>(
    module: &mut M,
    model: &str,
    layout: &Layout,
    state: StateDict,
    path_of: impl Fn(&str) -> String,
) -> Result<Import, WeightsError> {
    Import::load(module, model, layout, state, path_of, is_without_effect)
}
