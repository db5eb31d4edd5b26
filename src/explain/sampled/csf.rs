//! CSF-Net's later date; the earlier one and the fields are as they were.

use std::cell::OnceCell;

use burn::tensor::Tensor;

use super::{Layer, Sampled, Slope, Worth, back, difference, number};
use crate::explain::error::ExplainError;
use crate::explain::uncertainty::Position;
use crate::inference::Region;
use crate::inference::csf::{CsfForward, CsfNetwork, Input, SHADES};
use crate::networks::Taps;
use crate::networks::csf::{CsfNet, Trunk};

/// What CSF-Net read of the later date.
#[derive(Debug)]
pub struct CsfSampled<'a> {
    network: &'a CsfNetwork,
    dates: [&'a Input; 2],
    /// Of the earlier date, as the network left them.
    features: OnceCell<Tensor<5>>,
    embedded: Tensor<3>,
    /// Of both dates, at the explained layer.
    explained: [Tensor<5>; 2],
}

impl<'a> CsfSampled<'a> {
    /// - `forward`: of these two dates, the earlier one first
    pub fn new(network: &'a CsfNetwork, forward: &CsfForward, dates: [&'a Input; 2]) -> Self {
        let (embedded, explained) = (forward.embedded.clone(), forward.features.clone());
        Self { network, dates, features: OnceCell::new(), embedded, explained }
    }

    /// What was read of both dates, the earlier one first.
    pub fn dates(&self) -> [&[f32]; 2] {
        self.dates.map(|date| &*date.values)
    }

    fn later(&self) -> &Input {
        self.dates[1]
    }

    fn features(&self) -> Tensor<5> {
        let [earlier, _] = self.dates();
        let encoded = || self.network.net().encode(self.network.region(earlier), &mut Taps::off());
        self.features.get_or_init(encoded).clone()
    }
}

impl Sampled for CsfSampled<'_> {
    fn values(&self) -> &[f32] {
        &self.later().values
    }

    fn shape(&self) -> [usize; 3] {
        let [columns, rows, slices] = CsfNet::REGION;
        [slices, rows, columns]
    }

    fn region(&self) -> &Region {
        &self.later().region
    }

    fn of_hu(&self, hu: f32) -> f32 {
        self.later().of_hu(hu)
    }

    fn range(&self) -> f32 {
        let [low, high] = SHADES.map(|shade| self.later().of_shade(shade));
        high - low
    }

    fn slope(&self, values: &[f32]) -> Result<Slope, ExplainError> {
        let net = self.network.net();
        let leaf = self.network.region(values).autodiff().require_grad();
        let later = net.encode(leaf.clone(), &mut Taps::off());
        let (earlier, embedded) = (self.features().autodiff(), self.embedded.clone().autodiff());
        back(difference(net.join([earlier, later], embedded, &mut Taps::off())), &leaf)
    }

    fn margin(&self, values: &[f32]) -> Result<f64, ExplainError> {
        let net = self.network.net();
        let later = net.encode(self.network.region(values), &mut Taps::off());
        let dates = [self.features(), later];
        number(difference(net.join(dates, self.embedded.clone(), &mut Taps::off())))
    }

    /// Both dates in one position: they are laid on each other.
    fn turned(&self, position: Position) -> Result<Worth, ExplainError> {
        let net = self.network.net();
        let features = self.dates().map(|values| {
            let turned = position.of(values, self.shape());
            net.encode(self.network.region(&turned), &mut Taps::off())
        });
        let joined = net.join(features, self.embedded.clone(), &mut Taps::off());
        Ok(Worth::Margin(number(difference(joined))?))
    }

    fn layer(&self) -> Result<Layer, ExplainError> {
        let leaves = self.explained.clone().map(|x| x.autodiff().require_grad());
        let embedded = self.embedded.clone().autodiff();
        let [_, later] = &leaves;
        let margin = difference(self.network.net().after_explained(leaves.clone(), embedded));
        let gradient = later.grad_remove(&mut margin.backward()).ok_or(ExplainError::NoNumber)?;
        let [_, features] = self.explained.clone();
        Layer::of(features, gradient, Trunk::EXPLAINED.1)
    }
}
