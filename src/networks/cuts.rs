//! The way back through a network with another rule at its ReLUs.
//!
//! burn's derivative of a ReLU cannot be replaced on every device, so the way is cut: behind each ReLU begins
//! a new graph. Going back, each piece hands its gradient to the pieces before it, by the rule that is wanted.

use burn::tensor::activation::relu;
use burn::tensor::{Gradients, Tensor};

use super::taps::Tapped;

/// What a ReLU `y = max(x, 0)` makes of the gradient that comes from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Its derivative: where `x > 0`.
    Derivative,
    /// Guided backpropagation: where `x > 0` and the gradient is positive. Source: Springenberg et al. 2015,
    /// arXiv 1412.6806, section 3.4.
    Guided,
}

/// One cut.
#[derive(Debug)]
struct Cut {
    /// What came in, with its graph.
    before: Tapped,
    /// What went on, the beginning of another one.
    after: Tapped,
    /// Whether the rule of ReLUs holds here.
    relu: bool,
}

/// Every cut of one way through a network, in the order of the way.
#[derive(Debug)]
pub(super) struct Cuts {
    rule: Rule,
    all: Vec<Cut>,
}

impl Cuts {
    pub(super) fn new(rule: Rule) -> Self {
        Self { rule, all: Vec::new() }
    }

    /// A ReLU.
    pub(super) fn relu<const D: usize>(&mut self, x: Tensor<D>) -> Tensor<D>
    where
        Tensor<D>: Into<Tapped>,
    {
        self.cut(x, true)
    }

    /// A tensor that goes on in more than one piece.
    pub(super) fn seam<const D: usize>(&mut self, x: Tensor<D>) -> Tensor<D>
    where
        Tensor<D>: Into<Tapped>,
    {
        self.cut(x, false)
    }

    fn cut<const D: usize>(&mut self, x: Tensor<D>, is_relu: bool) -> Tensor<D>
    where
        Tensor<D>: Into<Tapped>,
    {
        let still = x.clone().inner();
        let after = if is_relu { relu(still) } else { still }.autodiff().require_grad();
        self.all.push(Cut { before: x.into(), after: after.clone().into(), relu: is_relu });
        after
    }

    /// What the rule makes of the derivative of a sum by each of the leaves.
    /// - `score`: one number, the end of the way
    /// - `leaves`: where the way began
    /// - returns: `None` for a leaf on which the score does not depend
    pub(super) fn back<const D: usize>(
        self,
        score: &Tensor<1>,
        leaves: &[Tensor<D>],
    ) -> Vec<Option<Tensor<D>>> {
        let mut found: Vec<Option<Tensor<D>>> = vec![None; leaves.len()];
        let mut at_cuts: Vec<Option<Tapped>> = self.all.iter().map(|_| None).collect();
        let mut next = Some(score.clone());
        // A cut's own gradient is whole once everything behind it has been gone back through.
        for n in (0..=self.all.len()).rev() {
            if let Some(score) = next.take() {
                let mut gradients = score.backward();
                for (leaf, sum) in leaves.iter().zip(&mut found) {
                    if let Some(more) = leaf.grad_remove(&mut gradients) {
                        *sum = Some(match sum.take() {
                            Some(sum) => sum + more,
                            None => more,
                        });
                    }
                }
                for (cut, sum) in self.all.iter().take(n).zip(&mut at_cuts) {
                    if let Some(more) = gradient(&cut.after, &mut gradients) {
                        *sum = Some(match sum.take() {
                            Some(sum) => added(sum, more),
                            None => more,
                        });
                    }
                }
            }
            let cut = n.checked_sub(1).and_then(|n| Some((self.all.get(n)?, at_cuts.get_mut(n)?.take()?)));
            next = cut.and_then(|(cut, gradient)| self.through(cut, gradient));
        }
        found
    }

    /// The sum whose derivative by what came into a cut is what the rule makes of the gradient behind it.
    fn through(&self, cut: &Cut, gradient: Tapped) -> Option<Tensor<1>> {
        match (cut.before.clone(), gradient) {
            (Tapped::D2(x), Tapped::D2(g)) => Some(self.handed_on(x, g, cut.relu)),
            (Tapped::D3(x), Tapped::D3(g)) => Some(self.handed_on(x, g, cut.relu)),
            (Tapped::D4(x), Tapped::D4(g)) => Some(self.handed_on(x, g, cut.relu)),
            (Tapped::D5(x), Tapped::D5(g)) => Some(self.handed_on(x, g, cut.relu)),
            _ => None,
        }
    }

    fn handed_on<const D: usize>(&self, x: Tensor<D>, gradient: Tensor<D>, is_relu: bool) -> Tensor<1> {
        let gradient = match self.rule {
            _ if !is_relu => gradient,
            Rule::Derivative => gradient.mask_fill(x.clone().inner().lower_equal_elem(0.0), 0.0),
            Rule::Guided => relu(gradient).mask_fill(x.clone().inner().lower_equal_elem(0.0), 0.0),
        };
        (x * gradient.autodiff()).sum()
    }
}

/// The derivative by a leaf, once.
pub(super) fn gradient(of: &Tapped, gradients: &mut Gradients) -> Option<Tapped> {
    match of {
        Tapped::D2(x) => x.grad_remove(gradients).map(Tapped::D2),
        Tapped::D3(x) => x.grad_remove(gradients).map(Tapped::D3),
        Tapped::D4(x) => x.grad_remove(gradients).map(Tapped::D4),
        Tapped::D5(x) => x.grad_remove(gradients).map(Tapped::D5),
    }
}

/// The sum of two tensors of one rank.
fn added(a: Tapped, b: Tapped) -> Tapped {
    match (a, b) {
        (Tapped::D2(a), Tapped::D2(b)) => Tapped::D2(a + b),
        (Tapped::D3(a), Tapped::D3(b)) => Tapped::D3(a + b),
        (Tapped::D4(a), Tapped::D4(b)) => Tapped::D4(a + b),
        (Tapped::D5(a), Tapped::D5(b)) => Tapped::D5(a + b),
        // Both are gradients of one tensor.
        (a, _) => a,
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::networks::Taps;

    /// Two ReLUs, the first of which is read by both what follows and the end.
    fn small(x: Tensor<2>, taps: &mut Taps) -> Tensor<1> {
        let device = Device::flex().autodiff();
        let by = Tensor::<2>::from_floats([[1.0, -2.0], [-1.0, 1.0]], &device);
        let y = taps.relu(x.matmul(by.clone()));
        let z = taps.relu(y.clone().matmul(by) + 1.0);
        (z - y * 3.0).sum()
    }

    fn back(rule: Rule) -> Vec<f32> {
        let x = Tensor::<2>::from_floats([[3.0, 1.0], [1.0, 2.5]], &Device::flex()).autodiff().require_grad();
        let mut taps = Taps::cut(rule);
        let score = small(x.clone(), &mut taps);
        let found = taps.back(&score, &[x]).remove(0).expect("it depends on it");
        found.into_data().try_to_vec().expect("floats")
    }

    #[test]
    fn with_the_derivative_as_its_rule_a_way_in_pieces_is_the_whole_way() {
        let x = Tensor::<2>::from_floats([[3.0, 1.0], [1.0, 2.5]], &Device::flex()).autodiff().require_grad();
        let gradients = small(x.clone(), &mut Taps::off()).backward();
        let whole: Vec<f32> =
            x.grad(&gradients).expect("a gradient").into_data().try_to_vec().expect("floats");
        assert_eq!(back(Rule::Derivative), whole);
        assert!(whole.iter().any(|v| *v != 0.0), "{whole:?}");
    }

    #[test]
    fn guided_only_what_raises_the_score_goes_on() {
        // First row: x W = (2, -5), y = (2, 0), y W + 1 = (3, -3), z = (3, 0). By z: 1 both, guided (1, 0); by y:
        // (1, -1) - 3 = (-2, -4), all against: nothing. Second row: x W = (-1.5, 0.5), y = (0, 0.5),
        // y W + 1 = (0.5, 1.5): guided (1, 1); by y (-1, 0) - 3: nothing.
        assert_eq!(back(Rule::Guided), [0.0; 4]);
        // Without the last term the first row hands on 1 at y 0, and x gets row 0 of W transposed: (1, -1).
        let x = Tensor::<2>::from_floats([[3.0, 1.0]], &Device::flex()).autodiff().require_grad();
        let by = Tensor::<2>::from_floats([[1.0, -2.0], [-1.0, 1.0]], &Device::flex().autodiff());
        let mut taps = Taps::cut(Rule::Guided);
        let y = taps.relu(x.clone().matmul(by.clone()));
        let score = taps.relu(y.matmul(by) + 1.0).sum();
        let found = taps.back(&score, &[x]).remove(0).expect("it depends on it");
        assert_eq!(found.into_data().try_to_vec::<f32>().expect("floats"), [1.0, -1.0]);
    }
}
