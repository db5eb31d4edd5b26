//! A module that follows another one slowly: momentum encoders and teachers.

use std::any::Any;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// `momentum` of the one, the rest of the other: two modules of the same layers. The result has no
/// gradients.
pub fn followed<M: Module>(slow: M, fast: &M, momentum: f64) -> M {
    let mut values = Values(Vec::new());
    fast.visit(&mut values);
    values.0.reverse();
    slow.map(&mut Following { values: values.0, momentum })
}

/// Parameters in the order of their visit.
struct Values(Vec<Box<dyn Any>>);

impl ModuleVisitor for Values {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(Box::new(param.val().detach()));
    }
}

struct Following {
    /// The last one is the next one.
    values: Vec<Box<dyn Any>>,
    momentum: f64,
}

impl ModuleMapper for Following {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // The same layers have the same parameters in the same order.
        match self.values.pop().and_then(|value| value.downcast::<Tensor<D>>().ok()) {
            Some(fast) => {
                param.map(|slow| (slow.detach() * self.momentum + *fast * (1.0 - self.momentum)).detach())
            }
            None => param,
        }
    }
}
